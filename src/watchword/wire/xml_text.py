"""XML as text: reads documents into elements, and escapes text and attributes for writing.

Reading rules:
1. UTF-8 only, whatever the declaration says;
2. no document type: so no entities but the five of XML, no external entities (XXE), no entity expansion;
3. at most `MAX_DEPTH` levels and `MAX_ELEMENTS` elements;
4. names are local names: prefixes are resolved and dropped, as AWS does.

Writing: characters that XML 1.0 can't hold become U+FFFD. A carriage return is written `&#13;`: parsers would
read a raw one as a line feed.
Source: XML 1.0 (fifth edition), sections 2.2, 2.4, 2.11 and 3.3.3.
What doesn't belong here: shapes.
"""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

MAX_DEPTH = 64
MAX_ELEMENTS = 200_000

_PIECE = 1 << 18  # bytes of text per callback

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
_UNSAFE_IN_TEXT = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKED_AT = {*range(0x20), *b"&<>\xed\xef"}
"""Bytes that characters to be escaped have in UTF-8; a few others have them too (U+D000 to U+FFFF)."""
_MARKED = bytes(byte ^ (byte in _LOOKED_AT) for byte in range(256))
"""A table that changes them, and nothing else."""
_IN_ATTRIBUTE = re.compile('[&<>"\r\n\t\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')


class NotXmlError(ValueError):
    """A body that isn't XML, or not XML that is allowed here."""


@dataclass(slots=True)
class Element:
    """One element of a document."""

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    text: str = ""
    """All text directly in the element."""


def read_document(data: bytes, most: int = MAX_ELEMENTS) -> Element:
    """The root element of a document with at most so many elements. Raises NotXmlError."""
    tree = _Tree(most)
    parser = expat.ParserCreate("utf-8", " ")  # 1.  4.
    parser.buffer_text = True
    parser.buffer_size = _PIECE
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.characters
    parser.StartDoctypeDeclHandler = tree.doctype
    try:
        parser.Parse(data.decode("utf-8"), True)  # noqa: FBT003 expat's own signature
    except (expat.ExpatError, UnicodeDecodeError) as problem:
        raise NotXmlError(str(problem)) from problem
    return tree.root.children[0]


class _Tree:
    """Builds elements from expat's callbacks."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.root = Element("", {})
        self.open = [self.root]
        self.pieces: list[list[str]] = [[]]
        """The text of each open element so far; joined once, at its end."""
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) > MAX_DEPTH or self.count > self.most:  # 3.
            raise NotXmlError("too deep or too many elements")
        element = Element(_local(name), {_local(key): value for key, value in attributes.items()})
        self.open[-1].children.append(element)
        self.open.append(element)
        self.pieces.append([])

    def end(self, _name: str) -> None:
        self.open.pop().text = "".join(self.pieces.pop())

    def characters(self, text: str) -> None:
        self.pieces[-1].append(text)

    def doctype(self, *_: object) -> None:  # 2.
        raise NotXmlError("a document type declaration")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def text(value: str) -> str:
    """`value` as the text of an element."""
    # Nearly all text needs no escape. To translate its bytes by a table is faster than any search.
    sent = str.encode(value, errors="surrogatepass")
    return value if sent.translate(_MARKED) == sent else _UNSAFE_IN_TEXT.sub(_escape, value)


def attribute(value: str) -> str:
    """`value` as the value of an attribute, without the quotes."""
    return _IN_ATTRIBUTE.sub(_escape, value) if _IN_ATTRIBUTE.search(value) else value


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0], "\ufffd")


def document(root: str) -> bytes:
    """The document, given its written root element."""
    return (_HEAD + root).encode("utf-8")
