"""Files are read an entity at a time, wherever their chunks end; broken ones are refused with the place."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.transfer.files import ACCOUNT

from watchword.transfer import stream
from watchword.transfer.stream import Element, Unreadable, elements

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
ENTITIES = st.lists(st.dictionaries(st.text(), ANYTHING, max_size=4), max_size=4)


def read(text: str) -> list[Element]:
    return list(elements(io.StringIO(text), "f: $"))


@given(ENTITIES, ENTITIES, ANYTHING, st.integers(1, 40), st.sampled_from([None, 1, 4]))
def test_what_is_written_is_read_wherever_a_chunk_ends(
    users: list[Any], roles: list[Any], other: object, chunk: int, indent: int | None
) -> None:
    document = {"UserDetailList": users, "Other": other, "RoleDetailList": roles}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "CHUNK", chunk)
        found = read(json.dumps(document, indent=indent))
    assert [json.loads(each.text) for each in found] == [*users, *roles]
    assert [each.place for each in found] == [
        *(f"f: $.UserDetailList[{index}]" for index in range(len(users))),
        *(f"f: $.RoleDetailList[{index}]" for index in range(len(roles))),
    ]


@given(st.integers(0, len(json.dumps(ACCOUNT)) - 1))
def test_a_file_that_ends_early_is_refused(length: int) -> None:
    with pytest.raises(Unreadable, match=r"^f: \$"):
        read(json.dumps(ACCOUNT)[:length])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "f: $: a JSON object was expected"),
        ("[]", "f: $: a JSON object was expected"),
        ("{}x", "f: $: something stands after its end"),
        ("{} {}", "f: $: something stands after its end"),
        ('{"Policies": {}}', "f: $.Policies: a list was expected"),
        ('{"Policies": [3]}', "f: $.Policies[0]: an object was expected"),
        ('{"Policies": [{}, "x"]}', "f: $.Policies[1]: an object was expected"),
        ('{"Policies": [{} {}]}', "f: $.Policies: a comma was expected"),
        ('{"Policies": [] "x": 1}', "f: $: a comma was expected"),
        ('{"Policies": [], "Policies": []}', "f: $.Policies: is given twice"),
        ('{"Policies": [{"Arn": 1, "Arn": 2}]}', "f: $.Policies[0]: the member 'Arn' is given twice"),
        ('{"Policies": [{"Arn": NaN}]}', "f: $.Policies[0]: NaN is not JSON"),
        ('{"Policies": [{"Arn": tru}]}', "f: $.Policies[0]: Expecting value"),
        ("{3: 4}", "f: $: the name of a member was expected"),
        ('{"x" 4}', "f: $.x: a colon was expected"),
        ('{"IsTruncated": true}', "f: $.IsTruncated: the file has the first pages only; all are needed"),
        ('{"Policies": [' + "[" * 100_000, "f: $.Policies[0]: nested too deeply"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert str(refused.value) == said


def test_a_byte_order_mark_is_skipped() -> None:
    assert read("\ufeff{}") == []


def test_an_entity_without_an_end_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Endless(io.StringIO):
        characters = 0

        def read(self, size: int | None = -1, /) -> str:
            self.characters += size or 0
            return '{"Policies": [{"a": "' if self.characters == size else "x" * (size or 0)

    monkeypatch.setattr(stream, "LARGEST", 1 << 18)
    file = Endless()
    with pytest.raises(Unreadable, match=r"f: \$.Policies\[0\]: no JSON value ends within"):
        list(elements(file, "f: $"))
    assert file.characters <= 1 << 20


def test_what_is_not_utf_8_is_refused() -> None:
    file = io.TextIOWrapper(io.BytesIO(b'{"Policies": ["\xff"]}'), "utf-8")
    with pytest.raises(Unreadable, match="not UTF-8"):
        list(elements(file, "f: $"))
