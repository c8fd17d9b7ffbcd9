"""Writes a label as XML: the same statement always gives the same bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from xml.etree import ElementTree

from cordiale.domain.labels import Label
from cordiale.engines.confidentiality.statements import Information, LabelStatement

LABEL: Final = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
"""Namespace of the standard's elements."""
OWN: Final = "urn:cordiale:label:1"
"""Namespace of the one element that is ours."""

ROOT: Final = "originatorConfidentialityLabel"
CONTEXT: Final = ("PERMISSIVE", "Context")
RELEASABLE_TO: Final = ("PERMISSIVE", "Releasable To")
NEED_TO_KNOW: Final = ("RESTRICTIVE", "Need To Know")
"""Type and tag name of the categories that are written, and the only ones that are understood."""

PARTY: Final = "urn:cordiale:party:"
"""What an originator's id follows."""
BY_URI: Final = "uniformResourceIdentifier"


def written(statement: LabelStatement) -> bytes:
    """A label as XML in UTF-8; reading it gives the same statement again."""
    root = ElementTree.Element(f"slab:{ROOT}", {"xmlns:slab": LABEL})
    if statement.review_at is not None:
        root.set("ReviewDateTime", moment(statement.review_at))
    _information(root, statement.information)
    if statement.originator:
        _text(root, "slab:OriginatorID", PARTY + statement.originator, IDType=BY_URI)
    _text(root, "slab:CreationDateTime", moment(statement.created_at))
    if statement.successor is not None:
        handling = ElementTree.SubElement(root, "slab:SuccessionHandling")
        _text(handling, "slab:SuccessionDateTime", moment(statement.successor.at))
        successor = ElementTree.SubElement(handling, "slab:SuccessorConfidentialityLabel")
        _information(successor, statement.successor.information)
        _text(successor, "slab:CreationDateTime", moment(statement.created_at))
    if statement.own is not None:
        _own(root, statement.own)
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def moment(at: datetime) -> str:
    """A moment in UTC as XML writes it."""
    return at.isoformat().removesuffix("+00:00") + "Z"


def _information(parent: ElementTree.Element, said: Information) -> None:
    part = ElementTree.SubElement(parent, "slab:ConfidentialityInformation")
    _text(part, "slab:PolicyIdentifier", said.policy)
    _text(part, "slab:Classification", said.classification)
    needed = frozenset((said.group,)) if said.group else frozenset[str]()
    for (kind, name), values in ((NEED_TO_KNOW, needed), (CONTEXT, said.context), (RELEASABLE_TO, said.releasable)):
        if values:
            category = ElementTree.SubElement(part, "slab:Category", {"Type": kind, "TagName": name})
            for value in sorted(values):
                _text(category, "slab:GenericValue", value)


def _own(parent: ElementTree.Element, label: Label) -> None:
    given = {"xmlns:own": OWN, "policy": label.policy, "level": label.level}
    if label.group:
        given["group"] = label.group
    ElementTree.SubElement(parent, "own:Release", given).text = label.release or None


def _text(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, name, attributes).text = text
