"""Whatever is amiss in vendor/ is named, with the mend."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from tools.vendor import VENDOR, File, Package, faults, read_manifest, write_manifest

PACKAGE = Package(
    name="fonts",
    version="1.0.0",
    licence="OFL-1.1",
    licence_file="LICENSE",
    copyright="© 2026 “Somebody”",
    use="product",
    folder="fonts/one",
    files=tuple(File(path, path, hashlib.sha256(path.encode()).hexdigest()) for path in ("LICENSE", "one.woff2")),
)


@pytest.fixture
def vendor(tmp_path):
    """A folder that holds exactly what its VENDOR.toml lists."""
    write_manifest(tmp_path, [PACKAGE])
    (tmp_path / PACKAGE.folder).mkdir(parents=True)
    for file in PACKAGE.files:
        (tmp_path / PACKAGE.folder / file.path).write_text(file.path)
    return tmp_path


def test_the_vendored_files_of_this_repository_are_in_order():
    assert faults(VENDOR) == []


def test_the_manifest_says_again_what_was_written(vendor):
    assert read_manifest(vendor) == [PACKAGE]
    assert faults(vendor) == []


def test_a_changed_file_is_named(vendor):
    (vendor / "fonts/one/one.woff2").write_text("changed")

    assert faults(vendor) == ["fonts/one/one.woff2: not the file that VENDOR.toml lists; restore it, or run --update"]


def test_a_missing_file_is_named(vendor):
    (vendor / "fonts/one/one.woff2").unlink()

    assert faults(vendor) == ["fonts/one/one.woff2: missing; run --update"]


def test_a_file_that_nobody_listed_is_named(vendor):
    (vendor / "fonts/extra.js").write_text("x")

    assert faults(vendor) == ["fonts/extra.js: not in VENDOR.toml; list it there, or delete it"]


def test_a_package_without_its_licence_is_named(vendor):
    write_manifest(vendor, [replace(PACKAGE, files=PACKAGE.files[1:])])

    assert any("the licence of fonts is not among its files" in fault for fault in faults(vendor))
