"""Bodies and values as hostile and careless clients write them; documents as we write them."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from watchword.names import AwsError, Body, HttpRequest
from watchword.wire import Models, form, json_body, query, rest_read, values, xml_body, xml_text
from watchword.wire.form import FormError
from watchword.wire.shapes import Shape
from watchword.wire.values import UnreadableError

VECTORS = Path(__file__).parents[1] / "vectors" / "wire"
JSON_BODIES: list[dict[str, Any]] = json.loads((VECTORS / "json_bodies.json").read_text())


def expanded(text: str) -> str:
    """`@x*3@` is `xxx`: vectors stay short."""
    return re.sub(r"@([^@]+)\*(\d+)@", lambda match: match[1] * int(match[2]), text)


@pytest.mark.parametrize("case", JSON_BODIES, ids=lambda case: case["name"])
def test_bad_json_is_refused_in_aws_words(case: dict[str, Any], models: Models) -> None:
    operation = models.service(case.get("service", "dynamodb")).operation(case.get("operation", "Scan"))
    with pytest.raises(AwsError) as caught:
        operation.parse(HttpRequest("POST", body=Body(expanded(case["body"]).encode())))
    assert (caught.value.code, caught.value.said) == ("MalformedInput", case["said"])
    assert b'"__type":"SerializationException"' in operation.write_error(caught.value, "r").body  # type: ignore[operator]


@pytest.mark.parametrize("body", [b"\xff{}", '{"TableName": "é"}'.encode("utf-16"), b"\xef\xbb\xbf{}"])
def test_json_is_utf8_without_a_mark(body: bytes, models: Models) -> None:
    with pytest.raises(AwsError, match="MalformedInput"):
        models.service("dynamodb").operation("Scan").parse(HttpRequest("POST", body=Body(body)))


def test_json_ignores_what_it_does_not_know_and_null(models: Models) -> None:
    operation = models.service("dynamodb").operation("Scan")
    body = b'{"TableName": "abc", "Nope": {"a": [1, null]}, "Limit": null}'
    assert operation.parse(HttpRequest("POST", body=Body(body))) == {"TableName": "abc"}


def test_a_union_has_one_member() -> None:
    model = {
        "U": {"type": "structure", "union": True, "members": {"A": {"shape": "T"}, "B": {"shape": "T"}}},
        "T": {"type": "string"},
    }
    read = json_body.readers()(Shape.of({"shape": "U"}, model))
    assert read({"A": "a", "__type": "x"}) == {"A": "a"}
    for wrong in ({}, {"A": "a", "B": "b"}):
        with pytest.raises(UnreadableError, match="exactly one member"):
            read(wrong)


def test_documents_and_json_values_are_any_json() -> None:
    model = {
        "In": {"type": "structure", "members": {"D": {"shape": "D"}, "V": {"shape": "V", "jsonvalue": True}}},
        "D": {"type": "structure", "document": True, "members": {}},
        "V": {"type": "string"},
    }
    shape = Shape.of({"shape": "In"}, model)
    value = {"D": {"a": [1, None, {"b": 1.5}]}, "V": [1, {"k": "v"}]}
    written = json_body.writers()(shape)(value)
    assert written["V"] == '[1,{"k":"v"}]'
    assert json_body.readers()(shape)(written) == value


# --- forms -------------------------------------------------------------------------------------------

AssumeRole = Callable[[str], dict[str, Any]]


@pytest.fixture
def assume_role(models: Models) -> AssumeRole:
    operation = models.service("sts").operation("AssumeRole")
    head = "RoleArn=arn:aws:iam::123456789012:role/r&RoleSessionName=ab&"
    return lambda body: operation.parse(HttpRequest("POST", body=Body((head + body).encode())))


TAG = "Tags.member.{0}.Key=k{0}&Tags.member.{0}.Value=v&"


def test_items_come_by_their_numbers(assume_role: AssumeRole) -> None:
    tags = assume_role("".join(TAG.format(index) for index in (10, 999999999, 9)))["Tags"]
    assert [tag["Key"] for tag in tags] == ["k9", "k10", "k999999999"]


def test_an_empty_value_is_an_empty_list(assume_role: AssumeRole) -> None:
    assert assume_role("Tags=")["Tags"] == []


def test_unknown_parameters_are_ignored(assume_role: AssumeRole) -> None:
    assert set(assume_role("Nope=1&No.pe.1=2&Tags.other.x=1&X-Amz-Date=1")) == {
        "RoleArn",
        "RoleSessionName",
        "Tags",
    }


@pytest.mark.parametrize(
    "body",
    [
        "Tags.member.0.Key=a",
        "Tags.member.01.Key=a",
        "Tags.member.-1.Key=a",
        "Tags.member.1000000000.Key=a",
        "Tags.member.x.Key=a",
        "Tags.member=a",
        "Tags=a",
        "Tags.member.1=a",
        "Tags=&Tags.member.1.Key=a",
        "Tags.member.1.Key=a&Tags.member.1=b",
        "DurationSeconds.member.1=900",
        "DurationSeconds=900x",
        "DurationSeconds=9e2",
        "DurationSeconds=٩٠٠",
        "DurationSeconds= 900",
        "DurationSeconds=4294968196",
        "DurationSeconds=" + "9" * 100_000,
    ],
)
def test_a_form_that_does_not_fit_its_shape(body: str, assume_role: AssumeRole) -> None:
    with pytest.raises(AwsError) as caught:
        assume_role(body)
    assert caught.value.code == "MalformedInput"
    assert len(caught.value.said) < 200


def test_names_of_a_hundred_thousand_parts(assume_role: AssumeRole) -> None:
    assert "Tags" in assume_role("Tags" + ".1" * 100_000 + "=x&Tags.member.1.Key=a&Tags.member.1.Value=b")


@pytest.mark.parametrize("text", ["%", "%1", "%zz", "%%41", "a=%ff", "a=%c3", "a=%ed%a0%80", "=" * 9 + "%"])
def test_a_form_with_bad_escapes(text: str) -> None:
    with pytest.raises(FormError):
        form.read_pairs(text)


def test_a_form_is_read_in_order_and_repeats_are_kept() -> None:
    assert form.read_pairs("a=1&&b=&c&%61=+%2B&=x") == [
        ("a", "1"),
        ("b", ""),
        ("c", ""),
        ("a", " +"),
        ("", "x"),
    ]
    with pytest.raises(FormError):
        form.read_body(b"a=\xff")


def test_maps_of_the_query_protocol() -> None:
    model = {
        "In": {
            "type": "structure",
            "members": {"M": {"shape": "M"}, "F": {"shape": "M", "flattened": True}, "L": {"shape": "L"}},
        },
        "M": {"type": "map", "key": {"shape": "T"}, "value": {"shape": "T", "locationName": "V"}},
        "L": {"type": "list", "member": {"shape": "T", "locationName": "Item"}, "flattened": True},
        "T": {"type": "string"},
    }
    read = query._structure_reader(Shape.of({"shape": "In"}, model), _compile)
    flat = {"M.entry.1.key": "a", "M.entry.1.V": "b", "F.1.key": "c", "F.1.V": "d", "Item.1": "x"}
    assert read(query.tree(flat)) == {"M": {"a": "b"}, "F": {"c": "d"}, "L": ["x"]}
    with pytest.raises(UnreadableError, match="needs key and V"):
        read(query.tree({"M.entry.1.key": "a"}))


def _compile(shape: Shape) -> query.Read:
    return query._build_reader(shape, _compile)


# --- XML ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        "",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a>&nope;</a>",
        '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<!DOCTYPE lolz [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;">]><a>&m;</a>',
        "<a b='1' b='2'/>",
        "<p:a/>",
        "<a>\x00</a>",
        "<a>\ufffe</a>",
        '<?xml version="1.0" encoding="UTF-16"?>\ufeff<a/>',
        "<a>" * 65 + "</a>" * 65,
        "<a>" * 1_000_000,
        "<a>" + "<b/>" * 200_001 + "</a>",
    ],
)
def test_documents_that_are_not_read(document: str) -> None:
    with pytest.raises(xml_text.NotXmlError):
        xml_text.read_document(document.encode())


def test_utf16_is_not_read() -> None:
    with pytest.raises(xml_text.NotXmlError):
        xml_text.read_document("<a/>".encode("utf-16"))


def test_prefixes_comments_and_cdata() -> None:
    source = b'<x:a xmlns:x="u" x:k="v"><!-- c --><x:b><![CDATA[<&]]>&gt;<?pi?>&#65;</x:b></x:a>'
    root = xml_text.read_document(source)
    assert (root.name, root.attributes) == ("a", {"k": "v"})
    assert [(child.name, child.text) for child in root.children] == [("b", "<&>A")]


def test_long_text_comes_whole() -> None:
    text = "line & more\n" * 200_000
    root = xml_text.read_document(xml_text.document(f"<a>{xml_text.text(text)}</a>"))
    assert root.text == text


XML_MODEL: dict[str, Any] = {
    "In": {
        "type": "structure",
        "members": {
            "L": {"shape": "L"},
            "F": {"shape": "L", "flattened": True, "locationName": "Flat"},
            "M": {"shape": "M"},
            "G": {"shape": "M", "flattened": True, "locationName": "Entry"},
            "A": {"shape": "T", "xmlAttribute": True, "locationName": "xsi:kind"},
            "In": {"shape": "In"},
            "B": {"shape": "B"},
            "N": {"shape": "T", "xmlNamespace": {"uri": "urn:n", "prefix": "n"}},
        },
    },
    "L": {"type": "list", "member": {"shape": "T"}},
    "M": {"type": "map", "key": {"shape": "T"}, "value": {"shape": "T", "locationName": "V"}},
    "T": {"type": "string"},
    "B": {"type": "blob"},
}


def test_every_construct_of_xml() -> None:
    shape = Shape.of({"shape": "In"}, XML_MODEL)
    value = {
        "L": ["a", ""],
        "F": ["b", "c"],
        "M": {"k": "v"},
        "G": {"x": "y", "z": "&"},
        "In": {"A": '"<\n', "In": {}},
        "B": b"\x00",
        "N": "\r",
    }
    written = xml_body.writers()(shape)(value)
    assert "<Flat>b</Flat><Flat>c</Flat>" in written
    assert '<N xmlns:n="urn:n">&#13;</N>' in written
    namespace = '<In xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    root = xml_text.read_document(f"{namespace}{written}</In>".encode())
    assert xml_body.readers()(shape)(root) == value


@pytest.mark.parametrize("inside", ["<Nope>1</Nope>", "<M><Nope/></M>", "<L><Nope/></L>"])
def test_unknown_elements_are_refused(inside: str) -> None:
    read = xml_body.readers()(Shape.of({"shape": "In"}, XML_MODEL))
    with pytest.raises(UnreadableError, match="'Nope' isn't known"):
        read(xml_text.read_document(f"<In>{inside}</In>".encode()))


def test_a_string_is_not_made_of_something_else() -> None:
    write = xml_body.writers()(Shape.of({"shape": "In"}, XML_MODEL))
    with pytest.raises(TypeError):
        write({"L": [1]})


def test_an_entry_without_a_key_is_refused() -> None:
    read = xml_body.readers()(Shape.of({"shape": "In"}, XML_MODEL))
    with pytest.raises(UnreadableError, match="needs key and V"):
        read(xml_text.read_document(b"<In><M><entry><V>v</V></entry></M></In>"))


# --- values ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-14T15:09:26Z", datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)),
        ("2026-03-14T15:09:26.5Z", datetime(2026, 3, 14, 15, 9, 26, 500_000, tzinfo=UTC)),
        ("2026-03-14T15:09:26+01:00", datetime(2026, 3, 14, 14, 9, 26, tzinfo=UTC)),
        ("2026-03-14T15:09:26", datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)),
    ],
)
def test_iso_timestamps(text: str, moment: datetime) -> None:
    assert values.read_iso(text) == moment


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (values.read_iso, "2026-02-30T00:00:00Z"),
        (values.read_iso, "0001-01-01T00:00:00+23:00"),
        (values.read_iso, "2026-03-14"),
        (values.read_iso, "1" * 100_000),
        (values.read_http_date, "yesterday"),
        (values.read_http_date, "Sat, 14 Mar 99999 15:09:26 GMT"),
        (values.read_http_date, ""),
        (values.read_float, "nan"),
        (values.read_float, "inf"),
        (values.read_float, "1e999"),
        (values.read_float, "1_0"),
        (values.read_float, "0x1p3"),
        (values.read_boolean, "1"),
        (values.read_blob, "YQ"),
        (values.read_blob, "YQ==\n"),
        (values.read_blob, "é"),
        (values.TIMESTAMPS["unixtimestamp"][0], "1e300"),
    ],
)
def test_text_that_is_no_value(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(UnreadableError):
        read(text)


@pytest.mark.parametrize("text", ["Sat, 14 Mar 2026 15:09:26 GMT", "Saturday, 14-Mar-26 15:09:26 GMT"])
def test_each_form_of_an_http_date_is_read(text: str) -> None:
    assert values.read_http_date(text) == datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


def test_moments_are_written_as_their_format_can(now: datetime) -> None:
    whole, milliseconds = now.replace(microsecond=0), now.replace(microsecond=535_000)
    assert values.write_iso(whole) == "2026-03-14T15:09:26Z"
    assert values.write_iso(milliseconds) == "2026-03-14T15:09:26.535Z"
    assert values.write_iso(now) == "2026-03-14T15:09:26.535897Z"
    assert values.write_http_date(now) == "Sat, 14 Mar 2026 15:09:26 GMT"
    assert (values.write_epoch(whole), values.write_epoch(now)) == (1773500966, 1773500966.535)


def test_a_shape_of_many_values_is_no_text() -> None:
    shape = Shape.of({"shape": "L"}, {"L": {"type": "list", "member": {"shape": "L"}}})
    for make in (values.reader, values.writer):
        with pytest.raises(TypeError):
            make(shape, "iso8601")


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", []),
        ("a", ["a"]),
        ("a, b ,c", ["a", "b", "c"]),
        ('"a,b", "c\\"d"', ["a,b", 'c"d']),
        ('"a', ['"a']),
        ("a,,b", ["a", "", "b"]),
    ],
)
def test_lists_in_headers(text: str, items: list[str]) -> None:
    assert rest_read.header_items(text) == items


def test_vectors_do_not_vanish() -> None:
    assert len(JSON_BODIES) == 39  # changed with the vectors
