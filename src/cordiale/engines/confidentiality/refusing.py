"""Why a label in XML is refused: the place and how to mend it."""

from __future__ import annotations


class BadLabelXml(ValueError):
    """A label in XML that cannot be read, or that says something not understood here.

    Args:
        what: what is wrong.
        mend: what to do about it.
        line: line at which it is wrong, 1 for the first; 0 when the whole file is meant.
        element: name of the element that is meant; "" for none.
    """

    code = "bad-label-xml"

    def __init__(self, what: str, mend: str, *, line: int = 0, element: str = "") -> None:
        self.what, self.mend, self.line, self.element = what, mend, line, element
        place = ", ".join(part for part in (f"line {line}" if line else "", element) if part)
        super().__init__(f"{place}: {what}; {mend}" if place else f"{what}; {mend}")
