"""Reads a label from XML. What is not understood is refused, never passed over: it might narrow who may read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from cordiale.domain.labels import Label
from cordiale.engines.confidentiality.refusing import BadLabelXml
from cordiale.engines.confidentiality.statements import (
    LONGEST_SENTENCE,
    LONGEST_WORD,
    Information,
    LabelStatement,
    Successor,
    is_sayable,
)
from cordiale.engines.confidentiality.trees import Node, tree
from cordiale.engines.confidentiality.writing import (
    BY_URI,
    CONTEXT,
    LABEL,
    NEED_TO_KNOW,
    OWN,
    PARTY,
    RELEASABLE_TO,
    ROOT,
)

_NOT_UNDERSTOOD: Final = "remove it, or set the label by hand: what is not understood here might narrow who may read"
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_INFORMATIVE: Final = "INFORMATIVE"


def read(content: bytes) -> LabelStatement:
    """What a label in XML says.

    Args:
        content: the file.

    Raises:
        BadLabelXml: it is no such label, or says anything that is not understood.
    """
    root = tree(content)
    if (root.namespace, root.name) != (LABEL, ROOT):
        what = f'the file begins with "{root.name[:80]}" of "{root.namespace[:80]}"'
        raise BadLabelXml(what, f"send a label that begins with {ROOT} of {LABEL}", line=root.line)
    given = _attributes(root, may=("ReviewDateTime", "Id"))
    parts = _parts(root, "ConfidentialityInformation", "OriginatorID", "CreationDateTime", "SuccessionHandling", OWN)
    review = given.get("ReviewDateTime")
    handling = _at_most_one(parts["SuccessionHandling"])
    own = _at_most_one(parts[OWN])
    return LabelStatement(
        information=_information(_one(root, parts, "ConfidentialityInformation")),
        created_at=_moment_of(_one(root, parts, "CreationDateTime")),
        review_at=None if review is None else _moment(root, review),
        successor=None if handling is None else _successor(handling),
        originator=_originator(_at_most_one(parts["OriginatorID"])),
        own=None if own is None else _own(own),
    )


def _information(node: Node) -> Information:
    _attributes(node)
    parts = _parts(node, "PolicyIdentifier", "Classification", "Category")
    policy, classification = _one(node, parts, "PolicyIdentifier"), _one(node, parts, "Classification")
    values: dict[tuple[str, str], frozenset[str]] = {}
    for category in parts["Category"]:
        said = _attributes(category, must=("Type", "TagName"))
        if said["Type"] == _INFORMATIVE:
            continue  # tells people something, and lets nobody in or out
        kind = said["Type"], said["TagName"]
        if kind not in (CONTEXT, RELEASABLE_TO, NEED_TO_KNOW):
            what = f'a category of type "{kind[0][:40]}" named "{kind[1][:80]}" is not understood'
            raise _refused(category, what)
        if kind in values:
            raise _refused(category, f'a second category "{kind[1]}"', "say in one category what both mean")
        values[kind] = frozenset(map(_word, _parts(category, "GenericValue")["GenericValue"]))
        if not values[kind]:
            raise _refused(category, f'the category "{kind[1]}" has no value', "give it one, or remove it")
    for kind in (CONTEXT, RELEASABLE_TO):
        if kind not in values:
            raise _refused(node, f'there is no category "{kind[1]}" of type {kind[0]}', "name in it who is meant")
    groups = values.get(NEED_TO_KNOW, frozenset())
    if len(groups) > 1:
        raise _refused(node, "more than one group needs to know", "name one group; a label here has one at most")
    return Information(
        _word(policy), _word(classification), values[CONTEXT], values[RELEASABLE_TO], next(iter(groups), "")
    )


def _successor(node: Node) -> Successor:
    _attributes(node)
    parts = _parts(node, "SuccessionDateTime", "SuccessorConfidentialityLabel")
    successor = _one(node, parts, "SuccessorConfidentialityLabel")
    _attributes(successor)
    inside = _parts(successor, "ConfidentialityInformation", "OriginatorID", "CreationDateTime")
    made = _at_most_one(inside["CreationDateTime"])
    if made is not None:
        _moment_of(made)
    _originator(_at_most_one(inside["OriginatorID"]))
    return Successor(
        at=_moment_of(_one(node, parts, "SuccessionDateTime")),
        information=_information(_one(successor, inside, "ConfidentialityInformation")),
    )


def _originator(node: Node | None) -> str:
    """The id of a party; "" for an originator that is named in another way."""
    if node is None:
        return ""
    kind = _attributes(node, must=("IDType",))["IDType"]
    said = _text(node)
    named = said.removeprefix(PARTY)
    return named if kind == BY_URI and said.startswith(PARTY) and is_sayable(named) else ""


def _own(node: Node) -> Label:
    if node.name != "Release":
        raise _refused(node, "an element of ours that there is not")
    given = _attributes(node, must=("policy", "level"), may=("group",))
    if not all(is_sayable(value) for value in given.values()):
        raise _refused(node, "an id is empty, too long or not printable", "export the label anew")
    release = _text(node)
    if release and not is_sayable(release, longest=LONGEST_SENTENCE):
        raise _refused(node, "the release is too long or not printable", "export the label anew")
    return Label(given["policy"], given["level"], release, given.get("group", ""))


# What stands in an element.


def _attributes(node: Node, *, must: Sequence[str] = (), may: Sequence[str] = ()) -> dict[str, str]:
    for namespace, name in node.attributes:
        if namespace or name not in (*must, *may):
            raise _refused(node, f'the attribute "{name[:80]}" is not understood')
    found = {name: value for (_, name), value in node.attributes.items()}
    for name in must:
        if name not in found:
            raise _refused(node, f'the attribute "{name}" is missing', "add it")
    return found


def _parts(node: Node, *names: str) -> dict[str, list[Node]]:
    """The elements in an element by name, those of our own namespace under that namespace."""
    if node.text.strip():
        raise _refused(node, f'the text "{node.text.strip()[:40]}" stands between elements', "remove it")
    found: dict[str, list[Node]] = {name: [] for name in names}
    for child in node.children:
        key = {LABEL: child.name, OWN: OWN}.get(child.namespace, "")
        if key not in found:
            raise _refused(child, f'the element "{child.name[:80]}" of "{child.namespace[:80]}" is not understood')
        found[key].append(child)
    return found


def _one(node: Node, parts: dict[str, list[Node]], name: str) -> Node:
    found = _at_most_one(parts[name])
    if found is None:
        raise _refused(node, f"there is no {name}", "add it")
    return found


def _at_most_one(nodes: list[Node]) -> Node | None:
    if len(nodes) > 1:
        raise _refused(nodes[1], f"a second {nodes[1].name[:80]}", "a label has one; send two labels as two files")
    return nodes[0] if nodes else None


def _text(node: Node) -> str:
    """The text of an element, white space around and within it as one space."""
    if node.children:
        raise _refused(node.children[0], f"an element inside {node.name}", "write text there")
    return " ".join(node.text.split())


def _word(node: Node) -> str:
    _attributes(node)
    said = _text(node)
    if not is_sayable(said):
        raise _refused(node, f"a value of 1 to {LONGEST_WORD} printable characters is missing", "write one")
    return said


def _moment_of(node: Node) -> datetime:
    _attributes(node)
    return _moment(node, _text(node))


def _moment(node: Node, text: str) -> datetime:
    found = _MOMENT.fullmatch(text.strip())
    try:
        if found is not None:
            fraction = timedelta(microseconds=int(found[2][1:].ljust(6, "0"))) if found[2] else timedelta()
            return (datetime.fromisoformat(found[1] + found[3]) + fraction).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # the thirtieth of February, or a moment before the first year
    what = f'"{text[:40]}" is no moment with its zone'
    raise _refused(node, what, "write yyyy-mm-ddThh:mm:ssZ in UTC")


def _refused(node: Node, what: str, mend: str = _NOT_UNDERSTOOD) -> BadLabelXml:
    return BadLabelXml(what, mend, line=node.line, element=node.name[:80])
