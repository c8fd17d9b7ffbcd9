"""A name is the same on every system, says what it seems to say, and leads nowhere."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.engines.files.names import MOST_BYTES, MOST_CHARACTERS, cleaned
from cordiale.engines.files.refusing import BadFileName

TRICKS = [
    "../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "C:report.pdf",
    "C:\\report.pdf",
    "\\\\server\\share\\report.pdf",
    "report.pdf:stream",
    "report.pdf::$DATA",
    "file:///etc/passwd",
    "report\0.pdf",
    "report.pdf\r\nSet-Cookie: a=b",
    "report\x7f.pdf",
    "report\x85.pdf",
    "report\u2028.pdf",
    "report\u2029.pdf",
    "report\u202efdp.exe",
    "report\u2066.pdf",
    "report\u200e.pdf",
    "report\u200b.pdf",
    "\ufeffreport.pdf",
    "report\u00ad.pdf",
    "report\ud800.pdf",
    "..\uff0freport.pdf",
    "..\uff3creport.pdf",
    "\u2100report.pdf",
    "C\uff1areport.pdf",
    "",
    " ",
    ".",
    "..",
    "...",
    ". . .",
    "\u3000",
    ".htaccess",
    "CON",
    "con.txt",
    "aux .pdf",
    "LPT1.pdf",
    "com\u00b9.pdf",
    "NUL.tar.gz",
    "CONIN$",
    "x" * 151,
    "\u0bb9" * 100,
]


@pytest.mark.parametrize("name", TRICKS)
def test_a_name_that_leads_elsewhere_or_pretends_is_refused(name):
    with pytest.raises(BadFileName) as refused:
        cleaned(name)

    assert refused.value.code == "bad-file-name"
    assert refused.value.mend


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Report.pdf", "Report.pdf"),
        ("  Report  2026.pdf ", "Report 2026.pdf"),
        ("Report.pdf. .", "Report.pdf"),
        ("A\u030aland.pdf", "\u00c5land.pdf"),
        ('Why? <draft> *1* |"x".pdf', "Why_ _draft_ _1_ __x_.pdf"),
        ("Отчёт.docx", "Отчёт.docx"),
        ("تقرير.pdf", "تقرير.pdf"),
        ("می\u200cخواهم.pdf", "می\u200cخواهم.pdf"),
        ("report…½.pdf", "report…½.pdf"),
        ("console.txt", "console.txt"),
        ("a..b.pdf", "a..b.pdf"),
        ("x" * 150, "x" * 150),
    ],
)
def test_a_name_of_real_life_is_kept_or_tidied(name, shown):
    assert cleaned(name) == shown


@given(st.text(max_size=200) | st.text(alphabet="./\\: CONconA\u0301\u202e\0<?", max_size=12))
def test_a_cleaned_name_is_safe_and_stays_as_it_is(name):
    try:
        shown = cleaned(name)
    except BadFileName:
        return

    assert cleaned(shown) == shown
    assert unicodedata.is_normalized("NFC", shown)
    assert 0 < len(shown) <= MOST_CHARACTERS
    assert len(shown.encode()) <= MOST_BYTES
    assert not set('/\\:<>"|?*') & set(shown)
    assert shown.strip(" ") == shown
    assert shown[0] != "."
    assert shown[-1] != "."
