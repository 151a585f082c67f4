"""XML from strangers, read strictly, so that no two readers can see different documents.

1. UTF-8 without a byte order mark, whatever the declaration says, and at most LONGEST bytes.
2. Elements, attributes and text are the only markup. There is no document type, so there are no entities
   (XXE, billion laughs), and there are no comments, CDATA sections and processing instructions, so a text is
   one piece. All of these begin with `<!` or `<?`, which can't stand anywhere else: this is known before a
   parser sees the document. An identity provider has no use for them.
3. At most MOST_ELEMENTS elements, MOST_ATTRIBUTES attributes and MOST_NAMESPACES declarations of namespaces,
   all counted before a parser sees the document: the cost of the last two multiplies. At most DEEPEST levels.
4. No two elements have the same ID, whatever the attributes are called (signature wrapping).

Source: SAML 2.0 core, sections 1.3.4 and 5.4.2; W3C "XML Signature Best Practices", sections 2 and 3.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final, Protocol, overload

from lxml import etree

from watchword.proofs.saml.errors import WrongResponseError

LONGEST: Final = 200_000
MOST_ELEMENTS: Final = 2_000
MOST_NAMESPACES: Final = 200
MOST_ATTRIBUTES: Final = 3_000
DEEPEST: Final = 32
ASSERTION: Final = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL: Final = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_DECLARATION = re.compile(rb"<\?xml\s[^<>?]*\?>")
_ATTRIBUTE = re.compile(rb"""=\s*["']""")
_OTHER_MARKUP = re.compile(rb"<[!?]")


class Element(Protocol):
    """What is used of an element of lxml, which has no types."""

    @property
    def tag(self) -> str: ...
    @property
    def text(self) -> str | None: ...
    @property
    def nsmap(self) -> dict[str | None, str]: ...
    def __iter__(self) -> "Iterator[Element]": ...
    def __len__(self) -> int: ...
    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: str) -> str: ...
    def items(self) -> list[tuple[str, str]]: ...
    def find(self, name: str) -> "Element | None": ...
    def findall(self, name: str) -> "list[Element]": ...
    def iter(self, *names: str) -> "Iterator[Element]": ...
    def getparent(self) -> "Element | None": ...


def parse(data: bytes) -> Element:
    """The root of a document. Raises WrongResponseError."""
    if len(data) > LONGEST:
        raise WrongResponseError(f"it has more than {LONGEST} bytes")  # 1.
    data = data.removeprefix(declared[0] if (declared := _DECLARATION.match(data)) else b"")
    if data.startswith(codecs.BOM_UTF8):
        raise WrongResponseError("it has a byte order mark")  # 1.
    if _OTHER_MARKUP.search(data):
        raise WrongResponseError("it has a document type, comment, CDATA or processing instruction")  # 2.
    _count(data)  # 3.
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False)
    try:
        data.decode("utf-8")  # 1.
        root: Element = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as wrong:
        raise WrongResponseError(f"it isn't XML in UTF-8: {type(wrong).__name__}") from None
    _check(root)
    return root


def parse_inside(data: bytes, place: Element) -> Element:
    """The root of a document whose only child is the element in `data`, as it reads in that place.

    For what was encrypted: it may use the namespaces that are declared around it. Raises WrongResponseError.
    """
    around: bytes = etree.tostring(etree.Element("inside", nsmap=place.nsmap))
    data = data.removeprefix(declared[0] if (declared := _DECLARATION.match(data)) else b"")
    root = parse(around.removesuffix(b"/>") + b">" + data + b"</inside>")
    if len(root) != 1:
        raise WrongResponseError("it isn't one element")
    return root


def only(parent: Element, name: str) -> Element:
    """The only child of that name. Raises WrongResponseError."""
    found = parent.findall(name)
    if len(found) != 1:
        raise WrongResponseError(f"expected one {short(name)} in {short(parent.tag)}, had {len(found)}")
    return found[0]


def short(name: str) -> str:
    """The name of an element for people, without its namespace."""
    return name.rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """An attribute that must be there. Raises WrongResponseError."""
    value = element.get(name)
    if not value:
        raise WrongResponseError(f"{short(element.tag)} lacks {name}")
    return value


def text(element: Element) -> str:
    """The text of an element that has nothing else in it, white space included. Raises WrongResponseError."""
    if len(element):
        raise WrongResponseError(f"expected a text in {short(element.tag)}")
    return element.text or ""


def _count(data: bytes) -> None:
    attributes = len(_ATTRIBUTE.findall(data))
    if data.count(b"<") > 2 * MOST_ELEMENTS or attributes > MOST_ATTRIBUTES:
        raise WrongResponseError("it has too many elements or attributes")
    if data.count(b"xmlns") > MOST_NAMESPACES:
        raise WrongResponseError("it has too many namespaces")


def _check(root: Element) -> None:
    ids: Counter[str] = Counter()
    level = [(root, 1)]
    while level:
        element, depth = level.pop()
        if depth > DEEPEST:
            raise WrongResponseError(f"it has more than {DEEPEST} levels")  # 3.
        ids.update(value for name, value in element.items() if short(name).lower() == "id")
        level.extend((child, depth + 1) for child in element)
    if twice := [value for value, times in ids.items() if times > 1]:
        raise WrongResponseError(f"two elements have the ID {twice[0][:80]!r}")  # 4.
