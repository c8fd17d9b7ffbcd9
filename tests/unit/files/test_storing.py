"""Content is complete or absent, kept once, under nothing but its hash."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.engines.files.refusing import EmptyFile, FileTooLong
from cordiale.engines.files.storing import Damage, NoSuchContent, Store, StoreFull

HELLO = hashlib.sha256(b"Hello").hexdigest()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "files")


def keep(store, *pieces):
    with store.receiving(limit=1_000) as draft:
        for piece in pieces:
            draft.write(piece)
        return draft.keep()


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_content_comes_back_by_its_hash(store):
    kept = keep(store, b"Hel", b"lo")

    assert (kept.sha256, kept.size, kept.is_new) == (HELLO, 5, True)
    with store.open(HELLO) as stream:
        assert stream.read() == b"Hello"
    assert store.path(HELLO).parts[-3:] == (HELLO[:2], HELLO[2:4], HELLO)


def test_the_same_content_is_kept_once(store, tmp_path):
    keep(store, b"Hello")

    again = keep(store, b"Hello")

    assert not again.is_new
    assert len(files_below(tmp_path)) == 1


def test_files_and_folders_are_for_their_owner_alone_whatever_the_umask(store, tmp_path):
    before = os.umask(0)
    try:
        keep(store, b"Hello")
    finally:
        os.umask(before)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "files").rglob("*") if path.is_dir()}
    assert modes | {stat.S_IMODE((tmp_path / "files").stat().st_mode)} == {0o700}
    assert stat.S_IMODE(store.path(HELLO).stat().st_mode) == 0o600


def test_a_draft_can_be_read_before_it_is_kept(store):
    with store.receiving(limit=10) as draft:
        draft.write(b"Hello")
        with draft.reading() as stream:
            assert stream.read() == b"Hello"


def test_a_draft_that_is_not_kept_leaves_nothing(store, tmp_path):
    with store.receiving(limit=10) as draft:
        draft.write(b"Hello")

    assert files_below(tmp_path) == []


def test_content_past_the_limit_is_refused_and_leaves_nothing(store, tmp_path):
    with pytest.raises(FileTooLong), store.receiving(limit=4) as draft:
        draft.write(b"Hello")

    assert files_below(tmp_path) == []


def test_nothing_is_no_content(store):
    with pytest.raises(EmptyFile):
        keep(store)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_is_told_and_leaves_nothing(store, tmp_path, monkeypatch, number, call):
    def full(*_):
        raise OSError(number, "full")

    keep(store, b"before")
    monkeypatch.setattr(*{"fsync": (os, "fsync"), "replace": (type(tmp_path), "replace")}[call], full)

    with pytest.raises(StoreFull) as refused:
        keep(store, b"Hello")

    assert refused.value.code == "store-full"
    monkeypatch.undo()
    assert len(files_below(tmp_path)) == 1
    assert not store.holds(HELLO)


def test_a_disk_that_is_really_full_is_told(tmp_path):
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from cordiale.engines.files.storing import Store\n"
        "with Store(Path(sys.argv[1])).receiving(limit=10**7) as draft:\n"
        "    draft.write(b'x' * 10**6); draft.keep()\n"
    )
    # /dev/full cannot hold a folder; a limit on the length of files fails in the same place
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10**5, 10**5))\n{program}"

    done = subprocess.run([sys.executable, "-c", limited, tmp_path / "files"], capture_output=True, check=False)

    assert b"File too large" in done.stderr
    assert files_below(tmp_path) == []


def test_other_trouble_of_the_disk_is_told_as_it_is(store, monkeypatch):
    def broken(*_):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "fsync", broken)

    with pytest.raises(OSError, match="broken"):
        keep(store, b"Hello")


NO_HASH = [
    "",
    "..",
    "../../etc/passwd",
    HELLO.upper(),
    HELLO + "\n",
    HELLO[:-1],
    f"/{HELLO[1:]}",
    "\uff10" * 64,
    "g" * 64,
]


@pytest.mark.parametrize("wrong", NO_HASH)
@pytest.mark.parametrize("call", ["open", "path", "remove"])
def test_what_is_no_hash_leads_nowhere(store, wrong, call):
    with pytest.raises(NoSuchContent):
        getattr(store, call)(wrong)


@given(st.text(max_size=70) | st.text(alphabet="./\0a", max_size=64))
def test_only_hashes_are_looked_for(wrong):
    assert not Store(None).holds(wrong)  # type: ignore[arg-type]  # no folder: it must not be asked


def test_a_hash_that_is_not_kept_is_not_found(store):
    assert not store.holds(HELLO)
    with pytest.raises(NoSuchContent):
        store.open(HELLO)
    with pytest.raises(NoSuchContent):
        store.path(HELLO)


def test_removed_content_is_gone(store):
    keep(store, b"Hello")

    assert store.remove(HELLO)
    assert not store.remove(HELLO)
    assert not store.holds(HELLO)


def test_damage_is_found_by_reading_all_again(store):
    keep(store, b"Hello")
    other = keep(store, b"Other").sha256
    gone = keep(store, b"Gone").sha256
    store.path(HELLO).write_bytes(b"Jello")
    store.path(gone).unlink()
    (store.path(other).parent / "remark.txt").write_bytes(b"no content")

    assert set(store.hashes()) == {HELLO, other}
    assert list(store.damaged()) == [Damage(HELLO, hashlib.sha256(b"Jello").hexdigest())]


def test_what_cannot_be_read_is_damage(store):
    keep(store, b"Hello")
    place = store.path(HELLO)
    place.unlink()
    place.mkdir()

    assert list(store.damaged()) == [Damage(HELLO, None)]


def test_damaged_content_of_the_same_length_is_replaced_when_it_comes_again(store):
    keep(store, b"Hello")
    store.path(HELLO).write_bytes(b"Jello")

    assert keep(store, b"Hello").is_new
    assert list(store.damaged()) == []


def test_damaged_content_of_another_length_is_replaced_when_it_comes_again(store):
    keep(store, b"Hello")
    store.path(HELLO).write_bytes(b"Hel")

    assert keep(store, b"Hello").is_new
    assert list(store.damaged()) == []


def test_what_a_killed_process_left_is_swept_and_what_is_on_its_way_is_not(store, tmp_path):
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from cordiale.engines.files.storing import Store\n"
        "with Store(Path(sys.argv[1])).receiving(limit=10) as draft:\n"
        "    draft.write(b'Hello'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path / "files"], check=False)
    [left] = files_below(tmp_path)
    written = datetime.fromtimestamp(left.stat().st_mtime, UTC)

    assert done.returncode == -signal.SIGKILL
    assert store.sweep(older_than=written - timedelta(hours=1)) == 0
    assert store.sweep(older_than=written + timedelta(hours=1)) == 1
    assert files_below(tmp_path) == []


def test_two_drafts_of_the_same_content_do_not_meet(store, tmp_path):
    with store.receiving(limit=10) as first, store.receiving(limit=10) as second:
        first.write(b"Hello")
        second.write(b"Hello")
        kept = [second.keep().is_new, first.keep().is_new]

    assert kept == [True, False]
    assert len(files_below(tmp_path)) == 1
