"""HTML as values: what isn't Html is text, and text is escaped. So no name, tag or policy becomes markup.

    el("p", "Signed in as ", el("strong", name), class_="who")

1. Html is made by `el` and `join` alone. Every other string is escaped, in content and in attributes.
2. An attribute is a string, or a boolean that is there or not. `for_` and `class_` stand for words of Python,
   and an underscore elsewhere for a hyphen (`aria_label`).
3. An address (ADDRESSES) is relative to this server, or begins with http:// or https://: a `javascript:` one
   is a mistake of ours, and raises.
4. There is no way to write a script or a style: elements have a fixed vocabulary (`_ELEMENTS`). `script`
   takes the address of a file, and the digest of what it is.

Source: HTML Living Standard, "Serializing HTML fragments", "Void elements".
"""

from html import escape
from typing import Final

from msgspec import Struct

ADDRESSES: Final = frozenset({"action", "href", "src"})
_VOID: Final = frozenset({"br", "input", "link", "meta"})
_ELEMENTS: Final = _VOID | frozenset(
    """a body button code dd div dl dt fieldset footer form h1 h2 head header html label legend li main nav
    noscript ol option p pre section select span strong table tbody td th thead time title tr ul""".split()  # noqa: SIM905 a table of names
)


class Html(Struct, frozen=True):
    """Markup that is safe to send."""

    text: str

    def __str__(self) -> str:
        return self.text


Child = Html | str | None


def el(name: str, /, *children: Child, **attributes: str | bool) -> Html:
    """An element with its content; None is left out."""
    if name not in _ELEMENTS:
        raise ValueError(f"no element of ours: {name}")
    head = name + "".join(_attribute(each, value) for each, value in attributes.items())
    if name in _VOID:
        return Html(f"<{head}>")
    return Html(f"<{head}>{join(*children)}</{name}>")


def script(address: str, integrity: str) -> Html:
    """A file of ours that runs, if it is what the digest says."""
    given = _attribute("src", address) + _attribute("integrity", integrity)
    return Html(f'<script type="module"{given}></script>')


def join(*children: Child) -> Html:
    """One after the other."""
    return Html("".join(_content(child) for child in children if child is not None))


def document(language: str, *children: Child) -> bytes:
    """A whole page."""
    return f"<!doctype html>\n{el('html', *children, lang=language)}\n".encode(errors="replace")


def _content(child: Html | str) -> str:
    return child.text if isinstance(child, Html) else escape(child)


def _attribute(name: str, value: str | bool) -> str:  # noqa: FBT001 what an attribute is
    name = name.rstrip("_").replace("_", "-")
    if isinstance(value, bool):
        return f" {name}" if value else ""
    if name in ADDRESSES and not value.startswith(("/", "https://", "http://", "data:,")):
        raise ValueError(f"not an address of ours: {value[:50]!r}")
    return f' {name}="{escape(value)}"'
