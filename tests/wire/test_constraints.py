"""Values that violate a model, and AWS's sentence for each."""

import json
from pathlib import Path
from typing import Any

import pytest

from watchword.names import AwsError, Body, HttpRequest
from watchword.wire import Models, recognise, s3, validate
from watchword.wire.shapes import Shape

VECTORS = Path(__file__).parents[1] / "vectors" / "wire"
CASES: list[dict[str, Any]] = json.loads((VECTORS / "constraints.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_violation_is_told_in_aws_words(case: dict[str, Any], models: Models) -> None:
    operation = models.service(case["service"]).operation(case["operation"])
    body = case["form"].encode() if "form" in case else json.dumps(case["json"]).encode()
    with pytest.raises(AwsError) as caught:
        operation.parse(HttpRequest("POST", body=Body(body)))
    assert caught.value.said == case["said"]
    response = operation.write_error(caught.value, "r")
    assert response.status == 400
    assert f"{case['code']}".encode() in response.body  # type: ignore[operator]


def violations(source: dict[str, Any], value: dict[str, Any]) -> list[str]:
    model = {"Text": {"type": "string"}, **source}
    return [str(one) for one in validate.checker(Shape.of({"shape": "In"}, model))(value)]


def test_maps_speak_of_their_keys_and_values() -> None:
    short = {"type": "string", "min": 2}
    tags = {"type": "map", "key": {"shape": "Short"}, "value": {"shape": "Short"}, "max": 1}
    model = {
        "In": {"type": "structure", "members": {"Tags": {"shape": "Tags"}}},
        "Tags": tags,
        "Short": short,
    }
    value = "Value '{a=b, cc=dd}' at 'tags' failed to satisfy constraint: "
    assert violations(model, {"Tags": {"a": "b", "cc": "dd"}}) == [
        value + "Member must have length less than or equal to 1",
        value + "Map keys must satisfy constraint: [Member must have length greater than or equal to 2]",
        value + "Map value must satisfy constraint: [Member must have length greater than or equal to 2]",
    ]


def test_values_of_a_map_are_named_by_their_keys() -> None:
    inner = {"type": "structure", "members": {"A": {"shape": "Text"}}, "required": ["A"]}
    model = {
        "In": {"type": "structure", "members": {"M": {"shape": "Map"}}},
        "Map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Inner"}},
        "Inner": inner,
    }
    assert violations(model, {"M": {"k": {}}}) == [
        "Value null at 'm.k.member.a' failed to satisfy constraint: Member must not be null"
    ]


@pytest.mark.parametrize(
    "given", [[{}] * 5000, {str(number): {} for number in range(5000)}], ids=["list", "map"]
)
def test_what_is_full_of_violations_is_not_gone_through_to_the_end(given: object) -> None:
    model: dict[str, Any] = {
        "In": {"type": "structure", "members": {"Items": {"shape": "Items"}}},
        "Items": {"type": "list", "member": {"shape": "Item"}},
        "Item": {"type": "structure", "members": {"Key": {"shape": "Text"}}, "required": ["Key"]},
        "Text": {"type": "string"},
    }
    if isinstance(given, dict):
        model["Items"] = {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Item"}}
    assert len(violations(model, {"Items": given})) == validate.MOST_FOUND


def test_a_shape_inside_itself() -> None:
    node = {
        "type": "structure",
        "members": {"Name": {"shape": "Name"}, "Next": {"shape": "Node"}},
        "required": ["Name"],
    }
    model = {
        "In": {"type": "structure", "members": {"Node": {"shape": "Node"}}},
        "Node": node,
        "Name": {"type": "string", "max": 1},
    }
    value = {"Node": {"Name": "a", "Next": {"Name": "b", "Next": {"Name": "cc"}}}}
    (said,) = violations(model, value)
    assert said.startswith(
        "Value 'cc' at 'node.next.next.name' failed to satisfy constraint: Member must have length"
    )


def test_a_shape_inside_itself_without_any_constraint() -> None:
    node = {"type": "structure", "members": {"Next": {"shape": "In"}, "All": {"shape": "All"}}}
    model = {"In": node, "All": {"type": "list", "member": {"shape": "In"}, "max": 1}}
    assert violations(model, {"Next": {"Next": {}}, "All": [{}]}) == []
    open_ended = {"type": "structure", "members": {"Next": {"shape": "In"}}}
    assert violations({"In": open_ended}, {"Next": {"Next": {}}}) == []


@pytest.mark.parametrize("where", ["In", "List", "Item", "Text"])
def test_nothing_sensitive_is_repeated_wherever_it_is_said_to_be(where: str) -> None:
    model: dict[str, Any] = {
        "In": {"type": "structure", "members": {"List": {"shape": "List"}}},
        "List": {"type": "list", "member": {"shape": "Item"}},
        "Item": {"type": "structure", "members": {"Word": {"shape": "Text"}}},
        "Text": {"type": "string", "max": 1},
    }
    model[where]["sensitive"] = True
    (said,) = violations(model, {"List": [{"Word": "canary"}]})
    assert said.startswith(
        "Value at 'list.1.member.word' failed to satisfy constraint: Member must have length"
    )


@pytest.mark.parametrize(("name", "repeated"), [("UserCode", False), ("Words", True)])
def test_what_sounds_secret_is_not_repeated_either(name: str, repeated: bool) -> None:
    model = {
        "In": {"type": "structure", "members": {name: {"shape": "Text"}}},
        "Text": {"type": "string", "max": 1},
    }
    (said,) = violations(model, {name: "canary"})
    assert ("canary" in said) is repeated


def test_a_sensitive_item_hides_its_list() -> None:
    model = {
        "In": {"type": "structure", "members": {"List": {"shape": "List"}}},
        "List": {"type": "list", "member": {"shape": "Word"}},
        "Word": {"type": "string", "max": 1, "sensitive": True},
    }
    assert "canary" not in "".join(violations(model, {"List": ["canary"]}))


def test_text_without_a_maximum_is_not_matched_beyond_a_bound() -> None:
    model = {
        "In": {"type": "structure", "members": {"A": {"shape": "A"}}},
        "A": {"type": "string", "pattern": "(a+)+"},
    }
    assert violations(model, {"A": "a" * 100}) == []
    assert len(violations(model, {"A": "a" * 1_000_000})) == 1


def test_a_long_value_is_repeated_only_in_part() -> None:
    model = {
        "In": {"type": "structure", "members": {"A": {"shape": "A"}}},
        "A": {"type": "string", "max": 1},
    }
    (said,) = violations(model, {"A": "x" * 1_000_000})
    assert len(said) < 2_000


def test_values_as_java_prints_them() -> None:
    assert validate.shown([1, True, "a", {"k": b"secret?", "l": 1.5}]) == (
        "[1, true, a, {k=java.nio.HeapByteBuffer, l=1.5}]"
    )


S3 = [
    ("MaxKeys=", "GET", "/b", "max-keys=x", (), b"", "InvalidArgument"),
    ("number out of range", "GET", "/b", "max-keys=99999999999", (), b"", "InvalidArgument"),
    ("enum in the query", "GET", "/b", "encoding-type=foo", (), b"", "InvalidArgument"),
    ("enum in a header", "PUT", "/b/k", "", (("x-amz-acl", "everybody"),), b"", "InvalidArgument"),
    ("storage class", "PUT", "/b/k", "", (("x-amz-storage-class", "GOLD"),), b"", "InvalidStorageClass"),
    (
        "encryption",
        "PUT",
        "/b/k",
        "",
        (("x-amz-server-side-encryption", "ROT13"),),
        b"",
        "InvalidEncryptionAlgorithmError",
    ),
    ("doubled query key", "GET", "/b", "prefix=a&prefix=b", (), b"", "InvalidArgument"),
    ("doubled query key of no meaning", "GET", "/b", "foo=a&foo=b", (), b"", "InvalidArgument"),
    (
        "doubled header",
        "PUT",
        "/b/k",
        "",
        (("x-amz-acl", "private"), ("x-amz-acl", "x")),
        b"",
        "InvalidArgument",
    ),
    ("missing parameter", "PUT", "/b", "metrics", (), b"", "InvalidArgument"),
    ("missing header", "GET", "/b/k", "attributes", (), b"", "InvalidRequest"),
    ("missing body", "PUT", "/b", "tagging", (), b"", "MissingRequestBodyError"),
    ("not XML", "PUT", "/b", "tagging", (), b"{}", "MalformedXML"),
    ("another root", "PUT", "/b", "tagging", (), b"<Tags/>", "MalformedXML"),
    ("missing in the body", "PUT", "/b", "tagging", (), b"<Tagging/>", "MalformedXML"),
    (
        "enum in the body",
        "PUT",
        "/b",
        "versioning",
        (),
        b"<VersioningConfiguration><Status>On</Status></VersioningConfiguration>",
        "MalformedXML",
    ),
    (
        "doubled element",
        "PUT",
        "/b",
        "versioning",
        (),
        b"<VersioningConfiguration><Status>Enabled</Status><Status>Suspended</Status></VersioningConfiguration>",
        "MalformedXML",
    ),
    (
        "elements for text",
        "PUT",
        "/b",
        "versioning",
        (),
        b"<VersioningConfiguration><Status><a/></Status></VersioningConfiguration>",
        "MalformedXML",
    ),
    ("DTD", "PUT", "/b", "tagging", (), b"<!DOCTYPE a><Tagging/>", "MalformedXML"),
    ("policy that is not UTF-8", "PUT", "/b", "policy", (), b"\xff", "MalformedXML"),
]


def test_s3_calls_a_label_that_violates_its_model_a_bad_uri(models: Models) -> None:
    shape = models.service("s3").operation("GetObject").compiled.spec.input
    assert shape is not None
    violation = validate.Violation("key", "length", "Member must have length ...", " ''", "")
    assert s3.invalid([violation], shape).code == "InvalidURI"


@pytest.mark.parametrize("case", S3, ids=[case[0] for case in S3])
def test_s3_has_codes_of_its_own(case: tuple[Any, ...], models: Models) -> None:
    _, method, path, query, headers, body, code = case
    request = HttpRequest(method, path, query, headers, Body(body))
    operation = recognise(request, models, scope_service="s3")
    with pytest.raises(AwsError) as caught:
        operation.parse(request)
    assert f"<Code>{code}</Code>".encode() in operation.write_error(caught.value, "r").body  # type: ignore[operator]
    assert "validation error" not in caught.value.said


def test_vectors_do_not_vanish() -> None:
    assert len(CASES) == 25  # changed with the vectors
