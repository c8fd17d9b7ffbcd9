"""The read log on disk: what is appended, what is refused, and where files end."""

from __future__ import annotations

import errno
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cordiale.domain.reading_log import Line, Reading
from cordiale.engines.readlog import writing
from cordiale.engines.readlog.reading import Head, LogDamaged, files, head, heads, line_of, lines, texts
from cordiale.engines.readlog.verifying import verify
from cordiale.engines.readlog.writing import LogUnwritable, Writer

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def reading(document: str = "doc-1") -> Reading:
    return Reading(
        at=AT,
        who="person:17",
        parties=("aut",),
        action="page",
        shown=((document, 4),),
        refused=(),
        known=12,
        register=11,
        register_hash="ab" * 32,
        decided_at=AT,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "readlog"


@pytest.fixture
def writer(folder) -> Writer:
    return Writer(folder, installation="here")


def fill(writer: Writer, count: int) -> list[Line]:
    return [writer.append(reading(f"doc-{number}")) for number in range(count)]


def only(folder: Path) -> Path:
    (file,) = files(folder)
    return file


def sound(folder: Path) -> bool:
    return all(one.checked.fault is None for one in verify(folder, {}))


class TestAppending:
    def test_what_is_appended_is_what_stands_in_the_file(self, writer, folder):
        written = fill(writer, 3)

        assert list(lines(only(folder))) == written
        assert line_of(only(folder), 2) == written[1]
        assert sound(folder)

    def test_nothing_is_made_before_the_first_line(self, writer, folder):
        assert not folder.exists()
        assert files(folder) == []

    def test_folder_and_file_are_their_owners_alone(self, writer, folder):
        fill(writer, 1)

        assert (folder.stat().st_mode & 0o777, only(folder).stat().st_mode & 0o777) == (0o700, 0o600)

    def test_each_writer_and_each_start_has_a_file_of_its_own(self, writer, folder):
        fill(writer, 1)
        writer.close()
        fill(writer, 1)
        fill(Writer(folder, installation="here"), 1)

        assert [one.checked.lines for one in verify(folder, {})] == [1, 1, 1]

    def test_a_line_is_one_system_call(self, writer, monkeypatch):
        calls: list[bytes] = []

        def write(descriptor: int, data: bytes) -> int:
            calls.append(data)
            return len(data)

        monkeypatch.setattr(os, "write", write)

        writer.append(reading())

        assert len(calls) == 1

    def test_a_forked_child_begins_a_file_of_its_own(self, writer, folder):
        fill(writer, 1)
        writing._after_fork()

        assert writer.append(reading()).number == 1
        assert len(files(folder)) == 2

    def test_a_line_can_be_brought_to_the_disk(self, folder, monkeypatch):
        synced: list[int] = []
        monkeypatch.setattr(os, "fsync", synced.append)

        fill(Writer(folder, installation="here", sync=True), 2)

        assert len(synced) == 3  # the folder of the new file, and each line

    def test_threads_share_a_file(self, writer, folder):
        threads = [threading.Thread(target=fill, args=(writer, 100)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert head(only(folder)).lines == 800
        assert sound(folder)


class TestUnwritable:
    def test_a_folder_that_is_gone_refuses_every_line(self, writer, folder):
        fill(writer, 1)
        only(folder).unlink()
        folder.rmdir()

        for _ in range(2):
            with pytest.raises(LogUnwritable):
                writer.append(reading())

    def test_a_file_in_place_of_the_folder_refuses(self, writer, folder):
        folder.write_text("")

        with pytest.raises(LogUnwritable):
            writer.append(reading())

    def test_a_file_that_somebody_removed_refuses_once_and_another_is_begun(self, writer, folder):
        fill(writer, 1)
        only(folder).unlink()

        with pytest.raises(LogUnwritable, match="no longer as this process left it"):
            writer.append(reading())
        assert writer.append(reading()).number == 1

    def test_a_file_that_somebody_else_wrote_to_refuses_once_and_another_is_begun(self, writer, folder):
        fill(writer, 1)
        with only(folder).open("ab") as other:
            other.write(b"x")

        with pytest.raises(LogUnwritable):
            writer.append(reading())
        assert writer.append(reading()).number == 1

    def test_a_short_write_refuses_and_leaves_a_torn_end_and_another_file_is_begun(self, writer, folder, monkeypatch):
        fill(writer, 2)
        write = os.write
        with monkeypatch.context() as full:
            full.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:50]))
            with pytest.raises(LogUnwritable, match="only 50 of"):
                writer.append(reading())

        writer.append(reading())

        assert sorted((one.checked.lines, one.checked.torn) for one in verify(folder, {})) == [(1, 0), (2, 50)]
        assert sound(folder)

    @pytest.mark.parametrize("already", [0, 2])
    def test_a_full_disk_refuses_leaves_no_empty_file_and_is_got_over(self, writer, folder, monkeypatch, already):
        fill(writer, already)

        def refuse(descriptor, data):
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as full:
            full.setattr(os, "write", refuse)
            for _ in range(3):
                with pytest.raises(LogUnwritable, match="No space left on device"):
                    writer.append(reading())
        assert len(files(folder)) == (1 if already else 0)

        assert writer.append(reading()).number == already + 1
        assert sound(folder)

    def test_a_disk_that_does_not_confirm_refuses_and_another_file_is_begun(self, folder, monkeypatch):
        writer = Writer(folder, installation="here", sync=True)
        fill(writer, 1)

        def refuse(descriptor):
            raise OSError(errno.EIO, "Input/output error")

        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", refuse)
            with pytest.raises(LogUnwritable, match="Input/output error"):
                writer.append(reading())

        assert writer.append(reading()).number == 1
        assert sound(folder)


class TestEnds:
    def test_the_head_of_a_file_is_its_last_line(self, writer, folder):
        last = fill(writer, 300)[-1]  # more than one block to read from the end

        assert head(only(folder), to_disk=True) == Head(only(folder).name, 300, last.hash)

    def test_a_long_line_has_its_end_found(self, writer, folder):
        fill(writer, 1)
        last = writer.append(reading("x" * 200_000))

        assert head(only(folder)).hash == last.hash

    @pytest.mark.parametrize("kept", ["nothing", "opening", "half"])
    def test_a_file_without_a_whole_line_has_none(self, writer, folder, kept):
        fill(writer, 1)
        opening = next(texts(only(folder)))
        left = {"nothing": b"", "opening": opening, "half": opening[:30]}[kept]
        only(folder).write_bytes(left)

        found = head(only(folder))

        assert (found.lines, found.hash, found.torn) == (0, "", 30 if kept == "half" else 0)
        assert list(lines(only(folder))) == []

    def test_a_torn_end_is_told_and_its_line_left_out(self, writer, folder):
        fill(writer, 3)
        only(folder).write_bytes(only(folder).read_bytes()[:-10])

        assert head(only(folder)).lines == 2
        assert head(only(folder)).torn > 0
        assert [line.number for line in lines(only(folder))] == [1, 2]

    def test_what_is_no_line_is_named(self, writer, folder):
        fill(writer, 2)
        with only(folder).open("ab") as other:
            other.write(b"nonsense\n")

        found, damaged = heads(folder)

        assert (found, [(one.file, one.line) for one in damaged]) == ([], [(only(folder).name, 3)])
        with pytest.raises(LogDamaged):
            list(lines(only(folder)))
        with pytest.raises(LogDamaged):
            line_of(only(folder), 3)

    def test_what_is_no_file_of_the_log_is_let_be(self, writer, folder):
        fill(writer, 1)
        (folder / "notes.txt").write_text("mine")

        assert len(heads(folder)[0]) == 1


def test_s7_a_file_that_is_gone_is_a_fault_when_a_head_of_it_was_recorded(writer, folder):
    last = fill(writer, 2)[-1]
    name = only(folder).name
    only(folder).unlink()

    (found,) = verify(folder, {name: {2: last.hash}})

    assert found.checked.fault is not None
    assert found.checked.fault.what == "the file is gone, and the head of its line 2 was recorded"
