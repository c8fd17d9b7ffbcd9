"""A page as something to cite: a sentence, BibTeX and CSL-JSON, each with the permanent address of the answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cordiale.ui.dates import day_shown
from cordiale.ui.pages import File

SHORT = 16
"""Figures of the entry's hash that stand in a citation; enough to know a state of the register by."""


@dataclass(frozen=True)
class Citation:
    """An answer to cite.

    Args:
        title: of the page.
        register, edition: of the pack in force.
        number, state: the ledger entry the answer is known at, and its hash.
        on: the day it is for.
        published_by: from which sources, when not from all.
        address: answers the same for ever, as it names day and entry.
        read_on: the day it was read.
    """

    title: str
    register: str
    edition: str
    number: int
    state: str
    on: date
    published_by: date | None
    address: str
    read_on: date

    @property
    def text(self) -> str:
        """The citation as a sentence, without the address."""
        found = _(
            "%(title)s, as of %(on)s. Cordiale, %(register)s, edition %(edition)s, ledger entry %(number)s (%(state)s)."
        ) % {
            "title": self.title,
            "on": day_shown(self.on),
            "register": self.register,
            "edition": self.edition,
            "number": self.number,
            "state": self.state[:SHORT],
        }
        if self.published_by is not None:
            found += " " + _("From sources published by %(day)s.") % {"day": day_shown(self.published_by)}
        return found

    @property
    def read(self) -> str:
        """When it was read, as citations say."""
        return _("Read on %(day)s.") % {"day": day_shown(self.read_on)}

    @property
    def key(self) -> str:
        """A name for it in a list of references."""
        words = re.sub(r"[^a-z0-9]+", "-", self.title.casefold()).strip("-") or "answer"
        return f"cordiale-{words[:40]}-{self.on.isoformat()}-{self.number}"

    @property
    def _sources(self) -> str:
        return "" if self.published_by is None else f", from sources published by {self.published_by.isoformat()}"

    def bibtex(self) -> bytes:
        """An entry for BibTeX, as a `misc`, which every style knows."""
        fields = {
            "title": f"{{{_escaped(self.title)}}}",
            "author": f"{{{_escaped(self.register)}}}",
            "howpublished": f"Cordiale, edition {_escaped(self.edition)}",
            "year": str(self.read_on.year),
            "url": self.address,
            "urldate": self.read_on.isoformat(),
            "note": f"As of {self.on.isoformat()}, ledger entry {self.number}, {self.state}{self._sources}",
        }
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
        return f"@misc{{{self.key},\n{lines}}}\n".encode()

    def csl(self) -> bytes:
        """A list with one item of CSL-JSON, as reference managers import it."""
        item = {
            "id": self.key,
            "type": "dataset",
            "title": self.title,
            "container-title": f"Cordiale: {self.register}",
            "version": f"{self.edition}, ledger entry {self.number}, {self.state}",
            "issued": {"date-parts": [[self.read_on.year]]},
            "accessed": {"date-parts": [[self.read_on.year, self.read_on.month, self.read_on.day]]},
            "URL": self.address,
            "note": f"As of {self.on.isoformat()}{self._sources}",
        }
        return json.dumps([item], ensure_ascii=False, indent=1).encode()


def _escaped(text: str) -> str:
    """Text that TeX prints as it is."""
    return "".join(_IN_TEX.get(one, f"\\{one}" if one in "&%$#_" else one) for one in text)


_IN_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}",  # not \{: BibTeX counts braces, also those behind a backslash
    "}": r"\textbraceright{}",
}


def citation_files(citation: Citation) -> tuple[File, File]:
    """The files beside a page that can be cited."""
    return (
        File("citation.bib", lazy("BibTeX"), "application/x-bibtex; charset=utf-8", citation.bibtex),
        File("citation.csl", lazy("CSL-JSON"), "application/vnd.citationstyles.csl+json", citation.csl),
    )
