"""Keeps vendor/, the few files we did not write, exactly as vendor/VENDOR.toml lists them.

    python tools/vendor.py --check     offline: every file is listed, licensed and unchanged
    python tools/vendor.py --update    fetch the listed versions with `npm pack`, copy, write the new sums

To move to a new version or add a file, edit VENDOR.toml (a new file's sha256 may be empty) and run --update.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "vendor"
MANIFEST = "VENDOR.toml"
HEADER = """\
# The files in vendor/ that we did not write. `python tools/vendor.py --check` proves them, --update refreshes them.
# use: "product" is served to readers, "build" is what a served file is built from, "tests" never leaves the repository.
"""


@dataclass(frozen=True)
class File:
    """One file: its path in the package's folder here, its path in the npm package, its sum in hex."""

    path: str
    origin: str
    sha256: str


@dataclass(frozen=True)
class Package:
    """One package at one version, and the files of it we keep in `folder`, the licence among them."""

    name: str
    version: str
    licence: str
    licence_file: str
    copyright: str
    use: str
    folder: str
    files: tuple[File, ...]


def read_manifest(vendor: Path) -> list[Package]:
    """Every package that VENDOR.toml lists."""
    listed = tomllib.loads((vendor / MANIFEST).read_text(encoding="utf-8"))["package"]
    return [
        Package(
            **{key: value for key, value in entry.items() if key != "file"},
            files=tuple(File(file["path"], file["from"], file["sha256"]) for file in entry["file"]),
        )
        for entry in listed
    ]


def write_manifest(vendor: Path, packages: list[Package]) -> None:
    """Write VENDOR.toml afresh in its one form."""
    parts = [HEADER]
    for package in packages:
        names = ("name", "version", "licence", "licence_file", "copyright", "use", "folder")
        parts.append("\n[[package]]\n" + "".join(f"{name} = {_quoted(getattr(package, name))}\n" for name in names))
        for file in package.files:
            parts.append("\n[[package.file]]\n")
            parts.append(
                f"path = {_quoted(file.path)}\nfrom = {_quoted(file.origin)}\nsha256 = {_quoted(file.sha256)}\n"
            )
    (vendor / MANIFEST).write_text("".join(parts), encoding="utf-8")


def faults(vendor: Path) -> list[str]:
    """What is wrong with vendor/: one line each, naming the file and the mend; empty when all is well."""
    found = []
    listed = {MANIFEST}
    for package in read_manifest(vendor):
        if not any(file.path == package.licence_file for file in package.files):
            found.append(
                f"{package.folder}/{package.licence_file}: the licence of {package.name} is not among its files;"
                f" add it to {MANIFEST} and run --update"
            )
        for file in package.files:
            name = f"{package.folder}/{file.path}"
            listed.add(name)
            if not (vendor / name).is_file():
                found.append(f"{name}: missing; run --update")
            elif _sum(vendor / name) != file.sha256:
                found.append(f"{name}: not the file that {MANIFEST} lists; restore it, or run --update")
    present = {path.relative_to(vendor).as_posix() for path in vendor.rglob("*") if not path.is_dir()}
    found += [f"{name}: not in {MANIFEST}; list it there, or delete it" for name in sorted(present - listed)]
    return found


def update(vendor: Path) -> None:
    """Fetch every package with npm, copy the listed files and write their sums.

    Raises:
        subprocess.CalledProcessError: npm could not fetch a package.
        KeyError: a package does not hold a listed file.
    """
    write_manifest(vendor, [_fetched(vendor, package) for package in read_manifest(vendor)])


def _fetched(vendor: Path, package: Package) -> Package:
    with tempfile.TemporaryDirectory() as scratch:
        command = ["npm", "pack", "--silent", "--pack-destination", scratch, f"{package.name}@{package.version}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(scratch).glob("*.tgz")
        with tarfile.open(archive) as tar:
            return replace(package, files=tuple(_copied(tar, vendor / package.folder, file) for file in package.files))


def _copied(tar: tarfile.TarFile, folder: Path, file: File) -> File:
    member = tar.extractfile(f"package/{file.origin}")
    if member is None:
        raise KeyError(f"{file.origin} is a folder or a link")
    target = folder / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(member.read())
    return replace(file, sha256=_sum(target))


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _quoted(text: str) -> str:
    """A TOML string; JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False)


def main() -> int:
    """Do what the command line asks; 0 when vendor/ is in order, else 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="prove vendor/ against its list, offline")
    action.add_argument("--update", action="store_true", help="fetch the listed versions and write their sums")
    if parser.parse_args().update:
        update(VENDOR)
    found = faults(VENDOR)
    for fault in found:
        print(f"vendor/{fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
