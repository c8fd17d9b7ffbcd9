"""Reads XML into a small tree that knows its lines, within bounds; refuses what two readers may read differently."""

from __future__ import annotations

import re
import xml.sax
from dataclasses import dataclass, field
from typing import Any, Final
from xml.sax.handler import ContentHandler, LexicalHandler, feature_namespaces, property_lexical_handler

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from cordiale.engines.confidentiality.refusing import BadLabelXml

MOST_BYTES = 2**16
MOST_ELEMENTS = 1_000
"""A label of 200 countries with a successor has about 420."""
DEEPEST = 8
"""Elements inside each other; a value of a successor stands in the sixth."""

_SAVE_AGAIN: Final = "ask for the label again, or export it anew"
_DECLARED = re.compile(r"""\A<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")


@dataclass
class Node:
    """An element.

    Args:
        namespace, name: what it is called.
        line: where it begins, 1 for the first line.
        attributes: (namespace, name) to value.
        children: elements in it, in their order.
        text: what stands in it beside them.
    """

    namespace: str
    name: str
    line: int
    attributes: dict[tuple[str, str], str]
    children: list[Node] = field(default_factory=list)
    text: str = ""


def tree(content: bytes) -> Node:
    """The root of an XML file.

    Args:
        content: the file.

    Raises:
        BadLabelXml: it is not well-formed or not in UTF-8; it is too large, deep or has too many elements; it defines
            a document type or entities, or holds comments or instructions to programs.
    """
    if len(content) > MOST_BYTES:
        raise BadLabelXml(f"the file has more than the {MOST_BYTES:,} bytes of a label", "send the label alone")
    _refuse_other_encodings(content)
    parser = defusedxml.sax.make_parser()
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, True)
    building = _Building(parser)
    parser.setContentHandler(building)
    parser.setProperty(property_lexical_handler, _NoComments(building))
    try:
        parser.feed(content)
        parser.close()
    except DefusedXmlException:
        what = "the file defines a document type or an entity"
        raise BadLabelXml(what, "remove the DOCTYPE", line=building.line) from None
    except xml.sax.SAXParseException as error:
        what = f"the file is no well-formed XML ({error.getMessage()})"
        raise BadLabelXml(what, _SAVE_AGAIN, line=max(error.getLineNumber() or 0, 0)) from None
    except (xml.sax.SAXException, LookupError) as error:
        raise BadLabelXml(f"the file is no well-formed XML ({error})", _SAVE_AGAIN) from None
    if building.root is None:
        raise BadLabelXml("the file holds no element", _SAVE_AGAIN)
    return building.root


def _refuse_other_encodings(content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadLabelXml("the file is not in UTF-8", "save it in UTF-8", line=line) from None
    declared = _DECLARED.match(text)
    if declared is not None and declared[1].lower() not in ("utf-8", "us-ascii"):
        raise BadLabelXml(f'the file says that it is in "{declared[1][:40]}"', "save it in UTF-8", line=1)


class _Building(ContentHandler):
    """Builds the tree, and counts."""

    def __init__(self, parser: Any) -> None:
        super().__init__()
        self.root: Node | None = None
        self._open: list[Node] = []
        self._met = 0
        self._parser = parser

    @property
    def line(self) -> int:
        """Where the parser stands."""
        return int(self._parser.getLineNumber() or 0)

    def startElementNS(self, name: tuple[str | None, str], _: str | None, attributes: Any) -> None:  # noqa: N802  # xml.sax calls it so
        self._met += 1
        if self._met > MOST_ELEMENTS:
            raise BadLabelXml(f"more than {MOST_ELEMENTS:,} elements", "send the label alone", line=self.line)
        if len(self._open) >= DEEPEST:
            raise BadLabelXml(f"more than {DEEPEST} elements inside each other", _SAVE_AGAIN, line=self.line)
        given = {(key[0] or "", key[1]): str(value) for key, value in attributes.items()}
        node = Node(name[0] or "", name[1], self.line, given)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def endElementNS(self, name: tuple[str | None, str], _: str | None) -> None:  # noqa: N802  # as above
        self._open.pop()

    def characters(self, content: str) -> None:
        self._open[-1].text += content

    def processingInstruction(self, target: str, data: str) -> None:  # noqa: N802  # as above
        raise BadLabelXml("an instruction to a program", "remove it", line=self.line, element=f"<?{target[:40]}?>")


class _NoComments(LexicalHandler):
    """Refuses comments: readers differ over the text around one in a value."""

    def __init__(self, building: _Building) -> None:
        self._building = building

    def comment(self, content: str) -> None:
        raise BadLabelXml("a comment, which readers take in two ways", "remove it", line=self._building.line)
