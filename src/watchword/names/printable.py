r"""Text that somebody else wrote, as it may be printed at a terminal: shown, never obeyed.

1. Each character that isn't printable is replaced by its escape, such as \u001b. These are control
   characters (escape sequences and line ends among them), bidi controls, what has no width, and half a
   surrogate pair.
2. What is printable is Unicode's to say (`str.isprintable`): everything but the categories "Other" and
   "Separator"; the blank is printable.
3. The escapes are JSON's, so a line of JSON stays the same line of JSON.

A text is one line. To print several, make each printable.
Sources: ECMA-48, section 5.2 (control functions); Unicode UAX #9, section 2 (bidi controls); RFC 8259,
section 7 (escapes).
"""


def printable(text: str) -> str:
    """The text with escapes in place of what isn't printable."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def printable_lines(text: str) -> str:
    """The same for a text of several lines, whose ends stay."""
    return "\n".join(map(printable, text.split("\n")))


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
