"""Java's expressions, as they mean in Java."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.wire.pattern import _LAST_ASSIGNED, _SUPPLEMENT, compiled

# The model means six digits; Java takes four and so do we.
STS_ARN = r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+"
PAIRS = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*"


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"[\w+=,.@-]*", "a_Z0+=,.@-", True),
        (r"[\w+=,.@-]*", "é", False),
        (r"\d{12}", "123456789012", True),
        (r"\d{12}", "١٢٣٤٥٦٧٨٩٠١٢", False),
        (r"[\S]+", "a\u00a0b", True),
        (r"[^\s]+", "a b", False),
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", "Größe 大 Ⅷ\u2003x_", True),
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", "a<", False),
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", "e\u0301", False),
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", "\n", False),
        (r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", "e\u0301€!", True),
        (r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", " ", False),
        (r"\p{Print}+", " ~", True),
        (r"\p{Print}+", "é", False),
        (r"\P{L}+", "123", True),
        (r"\P{L}+", "1a3", False),
        (r"\p{IsLu}", "A", True),
        (STS_ARN, "arn:aws:iam::1:role/é\u2603", True),
        (STS_ARN, "\x00", False),
        (STS_ARN, "\U0001f600", False),
        (PAIRS, "\U0001f600", True),
        (".*", "a b", True),
        (".*", "a\nb", False),
        (".*", "a\u2028b", False),
        (".*", "a\rb", False),
        ("(?s).*", "a\nb", True),
        ("[.]", ".", True),
        ("[.]", "a", False),
        ("^a$", "a\n", False),
        (r"^(r-[0-9a-z]{4,32})|(ou-[0-9]{4})$", "ou-1234", True),
        (r"^(r-[0-9a-z]{4,32})|(ou-[0-9]{4})$", "xx ou-1234", False),
        ("$|kafka://a", "", True),
        ("[a-zA-Z0-9-_]+", "a-_9", True),
        (r"[\w|\d|\.|_]+", "a|.", True),
        ("[[a]+", "[a", True),
        (r"[&&a\[\]]+", "&[]", True),
        (r"[0-9A-Za-z\.\-_]*(?<!\.)", "a.", False),
    ],
)
def test_a_pattern_matches_as_in_java(pattern: str, text: str, matches: bool) -> None:
    assert (compiled(pattern).fullmatch(text) is not None) is matches


@settings(max_examples=300)
@given(st.characters(exclude_categories=("Cs",)))
def test_categories_are_unicodes(character: str) -> None:
    for category in "LMNPSZ":
        said = compiled(rf"\p{{{category}}}").fullmatch(character) is not None
        assert said is unicodedata.category(character).startswith(category)


def test_nothing_of_interest_lies_beyond_what_is_looked_at() -> None:
    looked_at = {*range(_LAST_ASSIGNED), *_SUPPLEMENT}
    beyond = {unicodedata.category(chr(point)) for point in range(0x110000) if point not in looked_at}
    assert beyond <= {"Cn", "Co"}


@pytest.mark.parametrize("pattern", [r"\p{Nope}", r"[\P{L}]"])
def test_what_is_not_understood_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=re.escape("ategory")):
        compiled(pattern)
