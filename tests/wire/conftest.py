"""Values of any shape, drawn from the model: what the round trips of this folder send both ways.

botocore is the other end of the wire: it interprets the models on its own, serialises what we parse, and
parses what we write. Nothing here asks the code under test what a shape means, only `pattern.compiled`
whether a drawn string keeps the model's own expression.
"""

import json
import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from botocore.model import ServiceModel, Shape
from hypothesis import strategies as st

from watchword.reference.models import read_model
from watchword.wire import Models
from watchword.wire.pattern import compiled
from watchword.wire.services import SERVICES, Row

DYNAMODB = Row("dynamodb", "json", "dynamodb", "2012-08-10", target="DynamoDB_20120810", json_version="1.0")
"""Not served; the one row more shows that a row is all it takes, and speaks json 1.0."""
TABLE = {**SERVICES, DYNAMODB.name: DYNAMODB}

HEADER_TEXT = string.ascii_letters + string.digits + "-_.:;/=+@!*'()[]{}<>?&%$#~^|`"
XML_TEXT = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
ANY_TEXT = st.characters(exclude_categories=("Cs",))
FIRST, LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@cache
def botocore_model(service: str) -> ServiceModel:
    return ServiceModel(json.loads(read_model(service)), service)


@pytest.fixture(scope="session")
def models() -> Models:
    return Models(read_model, TABLE)


@pytest.fixture(scope="session")
def foreign() -> Callable[[str], ServiceModel]:
    return botocore_model


@pytest.fixture(scope="session")
def table() -> dict[str, Row]:
    return TABLE


# --- strings of a pattern ----------------------------------------------------------------------------


Node = Any
"""A part of a parsed expression."""


class PatternText:
    """Draws strings of an expression by walking its parse tree."""

    def __init__(self, expression: str, seed: str, stretch: int) -> None:
        self.random = random.Random(seed)
        self.tree = re._parser.parse(expression, re.ASCII)  # type: ignore[attr-defined]
        self.stretch = stretch

    def draw(self) -> str:
        return self._sequence(self.tree)

    def _sequence(self, tree: Node) -> str:
        return "".join(self._one(str(op), argument) for op, argument in tree)

    def _one(self, op: str, argument: Node) -> str:
        if op in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            least, most, inner = argument
            count = self.random.randint(least, min(int(most), least + self.stretch))
            return "".join(self._sequence(inner) for _ in range(count))
        draw = {
            "LITERAL": chr,
            "ANY": lambda _: "a",
            "NOT_LITERAL": lambda refused: "a" if refused != ord("a") else "b",
            "IN": self._member,
            "BRANCH": lambda branches: self._sequence(self.random.choice(branches[1])),
            "SUBPATTERN": lambda group: self._sequence(group[-1]),
        }.get(op, lambda _: "")
        return draw(argument)

    def _member(self, choices: Node) -> str:
        if str(choices[0][0]) == "NEGATE":
            refused = {argument for op, argument in choices[1:] if str(op) == "LITERAL"}
            return self.random.choice([one for one in "xyz0_-" if ord(one) not in refused])
        op, argument = self.random.choice(choices)
        match str(op):
            case "LITERAL":
                return chr(argument)
            case "RANGE":
                return chr(self.random.randint(*argument))
        return {"CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " ", "CATEGORY_WORD": self.random.choice("7x_")}.get(
            str(argument), "x"
        )


@cache
def pattern_samples(java: str, least: int, most: int) -> tuple[str, ...]:
    """Some strings of a model's pattern within its lengths."""
    found: set[str] = set()
    for attempt in range(400):
        text = PatternText(
            compiled(java).pattern, f"{java}{attempt}", (3, 25, least, min(most, 400))[attempt % 4]
        ).draw()
        if least <= len(text) <= most and compiled(java).fullmatch(text):
            found.add(text)
        if len(found) == 8:
            break
    assert found, f"nothing drawn for {java!r}"
    return tuple(sorted(found))


# --- values of a shape -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Values:
    """Strategies for one direction of one protocol."""

    protocol: str
    location: str = ""
    depth: int = 0
    flat: bool = False

    @property
    def in_text(self) -> bool:
        """Whether the value stands in a header, a path or a query string."""
        return self.location != ""

    def of(self, shape: Shape) -> st.SearchStrategy[Any]:
        draw = getattr(self, f"_{shape.type_name}", None)
        return draw(shape) if draw else self._numbers(shape)

    def _string(self, shape: Shape) -> st.SearchStrategy[str]:
        least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 60)
        if self.in_text or self.flat:
            least = max(least, 1)
        if shape.enum:
            return st.sampled_from(shape.enum)
        if "pattern" in shape.metadata:
            samples = pattern_samples(shape.metadata["pattern"], least, shape.metadata.get("max", 400))
            clean = [text for text in samples if self._carries(text)]
            return st.sampled_from(clean or samples)
        most = max(least, min(most, least + 30))
        return st.text(self._alphabet(), min_size=least, max_size=most)

    _character = _string

    def _alphabet(self) -> str | st.SearchStrategy[str]:
        if self.location in {"header", "headers"}:
            return HEADER_TEXT
        return XML_TEXT if self.protocol == "rest-xml" else ANY_TEXT

    def _carries(self, text: str) -> bool:
        if self.location in {"header", "headers"}:
            return text.isascii() and text.isprintable() and text == text.strip() and "," not in text
        return self.protocol != "rest-xml" or text.isprintable()

    def _numbers(self, shape: Shape) -> st.SearchStrategy[Any]:
        limit = 2**63 - 1 if shape.type_name == "long" else 2**31 - 1
        least, most = shape.metadata.get("min", -limit), shape.metadata.get("max", limit)
        if shape.type_name in {"float", "double"}:
            return st.floats(float(least), float(most), allow_nan=False)
        return st.integers(max(int(least), -limit), min(int(most), limit))

    def _boolean(self, _shape: Shape) -> st.SearchStrategy[bool]:
        return st.booleans()

    def _blob(self, shape: Shape) -> st.SearchStrategy[bytes]:
        least = shape.metadata.get("min", 0)
        return st.binary(min_size=max(least, int(self.flat)), max_size=least + 40)

    def _timestamp(self, shape: Shape) -> st.SearchStrategy[datetime]:
        form = shape.serialization.get("timestampFormat", "")
        whole = self.in_text or form == "rfc822"
        step = timedelta(seconds=1) if whole else timedelta(milliseconds=1)
        return st.integers(0, (LAST - FIRST) // step).map(lambda count: FIRST + count * step)

    def _inside(self) -> "Values":
        return replace(self, depth=self.depth + 1, flat=False)

    def _list(self, shape: Shape) -> st.SearchStrategy[list[Any]]:
        least = shape.metadata.get("min", 0)
        if self.in_text or shape.serialization.get("flattened") or self.flat:
            least = max(least, 1)
        inside = replace(self._inside(), flat=self.protocol == "query" and shape.member.type_name != "string")
        most = least if self.depth > 3 else min(shape.metadata.get("max", least + 2), least + 2)
        return st.lists(inside.of(shape.member), min_size=least, max_size=max(least, most))

    def _map(self, shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
        least = max(shape.metadata.get("min", 0), int(self.flat or self.in_text or self.protocol == "query"))
        keys: st.SearchStrategy[str] = self._inside().of(shape.key)
        if self.location == "headers":
            keys = st.text("abcxyz019-", min_size=1, max_size=12)
        most = least if self.depth > 3 else min(shape.metadata.get("max", least + 2), least + 2)
        return st.dictionaries(keys, self._inside().of(shape.value), min_size=least, max_size=most)

    def _structure(self, shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
        if getattr(shape, "is_document_type", False):
            return st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3)
        if shape.serialization.get("eventstream"):
            return st.nothing()
        names = list(shape.members)
        if getattr(shape, "is_tagged_union", False):
            return st.sampled_from(names).flatmap(lambda name: self._chosen(shape, [name]))
        required = [name for name in names if name in shape.required_members]
        optional = [name for name in names if name not in required]
        if self.depth > 3:
            optional = optional[:1] if self.flat and not required else []
        least = int(self.flat and not required and bool(optional))
        several = st.lists(st.sampled_from(optional), unique=True, min_size=least, max_size=6)
        return (several if optional else st.just([])).flatmap(
            lambda chosen: self._chosen(shape, required + chosen)
        )

    def _chosen(self, shape: Shape, names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({name: self._member(shape, name) for name in names})

    def _member(self, shape: Shape, name: str) -> st.SearchStrategy[Any]:
        member = shape.members[name]
        payload = shape.serialization.get("payload") == name and self.depth == 0
        location = member.serialization.get("location", "")
        known = location if location in {"header", "headers", "uri", "querystring"} else ""
        inside = replace(self._inside(), location=known, flat=payload or self.protocol == "query")
        if member.serialization.get("hostLabel") and "pattern" not in member.metadata:
            return st.text(string.ascii_letters, min_size=1)
        if location == "statusCode":
            return st.sampled_from([200, 202])
        return inside.of(member)


@pytest.fixture(scope="session")
def values() -> Callable[[str], Values]:
    """Strategies for values of botocore's shapes in a protocol."""
    return Values
