"""A table goes out as a workbook, comes back, is compared row by row, and only what was accepted is written."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import openpyxl  # type: ignore[import-untyped]  # it says nothing of its types
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cordiale.apps.desk.models import OwnLayout, Upload
from cordiale.apps.jobs.jobs.running import run
from cordiale.apps.jobs.models import Job
from cordiale.apps.jobs.reads.progress import jobs_of
from cordiale.apps.ledger import reads as ledger
from cordiale.apps.people.reads.viewers import viewer_of
from cordiale.apps.people.writes.grants import demand_second
from cordiale.apps.register.models import Assertion, SourceVersion
from cordiale.apps.register.reads.integrity import first_altered
from cordiale.apps.register.writes.participation import correct
from cordiale.domain.roles import Role
from tests.integration.test_desk import Somebody, page, somebody
from tests.makers import AT, assertion_of, load, owner, register_number, small_pack, statement

pytestmark = pytest.mark.django_db(databases="__all__")

REASON = "the yearly return"


@pytest.fixture
def officer(db, tmp_path) -> Somebody:
    load(small_pack(tmp_path / "small"))
    return somebody("officer", Role.DESK_OFFICER)


def exported(who: Somebody, table: str = "participation") -> openpyxl.Workbook:
    response = who.client.get(f"/desk/workbooks/{table}.xlsx")
    assert response.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(response.content))


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def places(book: openpyxl.Workbook) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in book.worksheets[0][1]}


def line_of(book: openpyxl.Workbook, **cells: str) -> int:
    """The line whose cells hold these texts."""
    columns = places(book)
    for line in range(2, book.worksheets[0].max_row + 1):
        if all(str(book.worksheets[0].cell(line, columns[name]).value or "") == text for name, text in cells.items()):
            return line
    raise AssertionError(f"no line holds {cells}")


def put(book: openpyxl.Workbook, line: int, **cells: str) -> None:
    columns = places(book)
    for name, text in cells.items():
        book.worksheets[0].cell(line, columns[name.replace("_", " ")]).value = text


def sent(who: Somebody, content: bytes, *, name: str = "return.xlsx", table: str = "participation") -> str:
    """Sends a file in; the address of its page."""
    response = who.client.post("/desk/workbooks/", {"table": table, "file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302, response.content.decode()
    return str(response.headers["Location"])


def written(who: Somebody, address: str, *, lines: list[int], for_the_file: tuple[int, ...] = ()) -> str:
    """Has a worker write the chosen rows; what came of it."""
    given: dict[str, Any] = {"ticked_lines": lines, "for_the_file": for_the_file, "reason": REASON, "write": "1"}
    response = who.client.post(address, given)
    assert response.status_code == 302, response.content.decode()
    job = UUID(str(response.headers["Location"]).strip("/").rpartition("/")[2])
    run(job=job, turn=Job.objects.get(pk=job).turn, worker="here")
    return jobs_of(viewer_of(owner, person=who.id, at=AT))[0].outcome


class TestRoundTrip:
    def test_unedited_says_nothing_new(self, officer):
        shown = page(officer.client, sent(officer, saved(exported(officer))))

        assert "The file says nothing new." in shown

    def test_shows_every_difference_and_writes_nothing(self, officer):
        number = register_number()
        book = exported(officer)
        put(book, line_of(book, Party="alpha", Source="gazette"), Note="mended in the workbook")

        shown = page(officer.client, sent(officer, saved(book)))

        assert "<ins>mended in the workbook</ins>" in shown
        assert register_number() == number

    def test_writes_what_was_accepted_as_one_entry(self, officer):
        book = exported(officer)
        first, second = line_of(book, Party="alpha", Source="gazette"), line_of(book, Status="suspended")
        put(book, first, Note="mended")
        put(book, second, Note="mended too")
        number = ledger.head(owner).number

        outcome = written(officer, sent(officer, saved(book)), lines=[first, second])

        assert outcome == f"Written as entry {number + 1}."
        assert Assertion.objects.filter(known_to=None, note__startswith="mended").count() == 2
        entry = ledger.one(owner, number=number + 1)
        assert entry is not None
        assert (entry.verb, entry.actor, entry.reason) == ("register.imported", f"person:{officer.id}", REASON)
        assert first_altered(owner) is None

    def test_writes_only_what_was_ticked(self, officer):
        book = exported(officer)
        first, second = line_of(book, Party="alpha", Source="gazette"), line_of(book, Status="suspended")
        put(book, first, Note="taken")
        put(book, second, Note="left out")

        written(officer, sent(officer, saved(book)), lines=[first])

        assert Assertion.objects.filter(known_to=None, note="taken").exists()
        assert not Assertion.objects.filter(note="left out").exists()

    def test_takes_new_rows_and_removes_marked_ones(self, officer):
        book = exported(officer)
        gone, new = line_of(book, Party="beta", Framework="club"), book.worksheets[0].max_row + 1
        put(book, gone, remove="x")
        put(
            book,
            new,
            Party="gamma",
            Framework="forum",
            Status="member",
            Scope="all",
            Valid_from="2001",
            Source="gazette",
        )

        written(officer, sent(officer, saved(book)), lines=[gone, new])

        assert not Assertion.objects.filter(party="beta", framework="club", known_to=None).exists()
        assert Assertion.objects.filter(party="gamma", framework="forum", known_to=None).exists()

    def test_keeps_the_file_as_it_came(self, officer):
        content = saved(exported(officer))

        address = sent(officer, content)

        response = officer.client.get(f"{address}original")
        assert response.content == content
        assert response.headers["Content-Disposition"].startswith("attachment")

    def test_of_a_changed_row_keeps_its_history(self, officer):
        before = assertion_of("alpha", source="gazette")
        book = exported(officer)
        line = line_of(book, Party="alpha", Source="gazette")
        put(book, line, Note="mended")

        written(officer, sent(officer, saved(book)), lines=[line])

        assert Assertion.objects.get(known_to=None, note="mended").replaces_id == before

    def test_works_for_any_table(self, officer):
        book = exported(officer, "sources")
        line = line_of(book, Id="journal")
        put(book, line, Title="The Journal, renamed")

        written(officer, sent(officer, saved(book), table="sources"), lines=[line])

        assert SourceVersion.objects.get(named="journal", known_to=None).title == "The Journal, renamed"

    @pytest.mark.parametrize("table", ["parties", "frameworks", "events", "cadences", "agreements"])
    def test_of_other_tables_unedited_says_nothing_new(self, officer, table):
        shown = page(officer.client, sent(officer, saved(exported(officer, table)), table=table))

        assert "The file says nothing new." in shown


class TestConflict:
    @pytest.fixture
    def conflicting(self, officer) -> tuple[str, int]:
        """The officer changes a note in the workbook; meanwhile somebody changed it here."""
        book = exported(officer)
        line = line_of(book, Party="alpha", Source="gazette")
        put(book, line, Note="in the file")
        changed = statement(party="alpha", start="1997-05-30", locator="p. 2", note="here")
        number = assertion_of("alpha", source="gazette")
        correct(assertion=number, statement=changed, reason="meanwhile", by=owner, at=AT)
        return sent(officer, saved(book)), line

    def test_shows_all_three(self, officer, conflicting):
        shown = page(officer.client, conflicting[0])

        assert "<del>here</del> → <ins>in the file</ins>" in shown
        assert "exported as said twice" in shown

    def test_is_not_written_unless_somebody_decides_for_the_file(self, officer, conflicting):
        address, line = conflicting

        response = officer.client.post(address, {"ticked_lines": [line], "reason": REASON, "look": "1"})

        assert "No row was chosen" in response.content.decode()
        assert Assertion.objects.filter(known_to=None, note="here").exists()

    def test_is_written_where_the_file_is_right(self, officer, conflicting):
        address, line = conflicting

        written(officer, address, lines=[], for_the_file=(line,))

        assert Assertion.objects.filter(known_to=None, note="in the file").exists()
        assert first_altered(owner) is None


class TestRefusal:
    def test_names_the_cell_the_reason_and_the_mend(self, officer):
        book = exported(officer)
        line = line_of(book, Party="alpha", Source="gazette")
        put(book, line, Valid_from="last spring")
        column = openpyxl.utils.get_column_letter(places(book)["Valid from"])

        shown = page(officer.client, sent(officer, saved(book)))

        assert f"<b>{column}{line}</b> (valid_from)" in shown
        assert "write yyyy" in shown

    def test_of_a_formula_says_to_paste_its_value(self, officer):
        book = exported(officer)
        put(book, line_of(book, Party="alpha", Source="gazette"), Note='=HYPERLINK("http://evil.example")')

        shown = page(officer.client, sent(officer, saved(book)))

        assert "formula" in shown

    def test_of_what_is_unsound_together_leaves_the_register_as_it_was(self, officer):
        number = register_number()
        book = exported(officer)
        new = book.worksheets[0].max_row + 1
        cells = {"Party": "alpha", "Framework": "forum", "Status": "suspended", "Scope": "all", "Source": "gazette"}
        put(book, new, Valid_from="2010", **cells)

        outcome = written(officer, sent(officer, saved(book)), lines=[new])

        assert "Nothing was written" in outcome
        assert register_number() == number

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
    def test_of_a_file_that_is_none_is_told_on_a_page(self, officer, content):
        response = officer.client.post(
            "/desk/workbooks/", {"table": "participation", "file": SimpleUploadedFile("x.xlsx", content)}
        )
        shown = (
            page(officer.client, response.headers["Location"])
            if response.status_code == 302
            else response.content.decode()
        )

        assert "cannot be taken" in shown or "field-wrong" in shown

    def test_of_a_file_too_large_is_told_beside_the_field(self, officer, monkeypatch):
        monkeypatch.setattr("cordiale.apps.desk.writes.uploads.LARGEST", 10)

        response = officer.client.post(
            "/desk/workbooks/", {"table": "participation", "file": SimpleUploadedFile("x.csv", b"a" * 11)}
        )

        assert "split it" in response.content.decode()
        assert not Upload.objects.exists()


OWN = [
    ["Land", "Forum", "Stand", "Seit"],
    ["gamma", "forum", "Mitglied", "2001-05-01"],
    ["alpha", "union", "Mitglied", "2003"],
]


def as_csv(rows: list[list[str]], encoding: str = "cp1252") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode(encoding)


COLUMNS = {
    "column-party": "Land",
    "column-framework": "Forum",
    "column-status": "Stand",
    "column-valid_from": "Seit",
    "fixed-scope": "all",
    "fixed-source": "gazette",
}


class TestOwnLayout:
    @pytest.fixture
    def understood(self, officer) -> str:
        address = sent(officer, as_csv(OWN), name="eigene.csv")
        assert officer.client.post(address, COLUMNS).status_code == 302
        assert officer.client.post(address, {"word-0": "member"}).status_code == 302
        return address

    def test_asks_which_column_is_which(self, officer):
        shown = page(officer.client, sent(officer, as_csv(OWN), name="eigene.csv"))

        assert "Which column is which?" in shown

    def test_asks_what_words_mean(self, officer):
        address = sent(officer, as_csv(OWN), name="eigene.csv")
        officer.client.post(address, COLUMNS)

        shown = page(officer.client, address)

        assert "Status: Mitglied" in shown
        assert "2 times in all" in shown

    def test_says_what_is_missing(self, officer):
        address = sent(officer, as_csv(OWN), name="eigene.csv")

        shown = officer.client.post(address, COLUMNS | {"fixed-source": ""}).content.decode()

        assert "Every row needs it" in shown

    def test_is_compared_once_it_is_understood(self, officer, understood):
        shown = page(officer.client, understood)

        assert shown.count("tag-ok") == 2

    def test_is_remembered_for_the_next_file(self, officer, understood):
        shown = page(officer.client, sent(officer, as_csv([*OWN, ["beta", "union", "Mitglied", "2004"]]), name="2.csv"))

        assert OwnLayout.objects.count() == 1
        assert shown.count("tag-ok") == 3

    def test_is_written_like_any_other(self, officer, understood):
        written(officer, understood, lines=[2, 3])

        assert Assertion.objects.filter(party="gamma", framework="forum", known_to=None).exists()


class TestWho:
    def test_others_see_neither_tables_nor_files(self, officer):
        address = sent(officer, saved(exported(officer)))
        analyst, colleague = somebody("analyst", Role.ANALYST), somebody("colleague", Role.DESK_OFFICER)

        for client, where in (
            (analyst.client, "/desk/workbooks/"),
            (analyst.client, "/desk/workbooks/participation.xlsx"),
            (analyst.client, address),
            (colleague.client, address),
            (colleague.client, f"{address}original"),
        ):
            assert client.get(where).status_code == 404

    def test_no_table_of_another_name_goes_out(self, officer):
        assert officer.client.get("/desk/workbooks/people_person.xlsx").status_code == 404

    def test_what_gains_a_right_is_proposed(self, officer):
        colleague = somebody("colleague", Role.DESK_OFFICER)
        for name in ("administrator", "other-administrator"):
            somebody(name, Role.ADMINISTRATOR)
        demand_second(demanded=True, reason="test", by=owner, at=AT)
        book = exported(officer)
        line = book.worksheets[0].max_row + 1
        cells = {"Party": "gamma", "Framework": "forum", "Status": "member", "Scope": "all", "Source": "gazette"}
        put(book, line, Valid_from="2001", **cells)

        outcome = written(officer, sent(officer, saved(book)), lines=[line])

        assert outcome == "It gains somebody a right: proposed, another person decides."
        assert not Assertion.objects.filter(party="gamma").exists()
        proposed = jobs_of(viewer_of(owner, person=officer.id, at=AT))[0].address
        assert colleague.client.post(proposed, {"what": "approve", "decision": "seen"}).status_code == 302
        assert Assertion.objects.filter(party="gamma", known_to=None).exists()


def test_texts_that_a_spreadsheet_would_run_go_out_as_texts(officer):
    changed = statement(party="alpha", start="1997-05-30", locator="p. 2", note='=cmd|"/c calc"!A0')
    correct(assertion=assertion_of("alpha", source="gazette"), statement=changed, reason="x", by=owner, at=AT)

    book, text = exported(officer), officer.client.get("/desk/workbooks/participation.csv").content.decode("utf-8-sig")

    cell = book.worksheets[0].cell(line_of(book, Note='=cmd|"/c calc"!A0'), places(book)["Note"])
    assert cell.data_type == "s"
    assert "\"'=cmd|" in text
    shown = page(officer.client, sent(officer, text.encode("utf-8-sig"), name="back.csv"))
    assert "The file says nothing new." in shown
