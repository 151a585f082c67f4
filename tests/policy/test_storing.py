"""What may be stored: tests/vectors/policy/storing/<topic>.json.

A vector has a name, the kind of document, perhaps where it is to be attached, the document byte for byte
(long ones as pieces with how often each stands), whether it is valid, and the code of AWS's error.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.policy import Policy, PolicyError
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.policy.language.text import places
from watchword.policy.lines.check import check_line

DIRECTORY = Path(__file__).parents[1] / "vectors" / "policy" / "storing"
VECTORS = [
    pytest.param(vector, id=f"{file.stem}: {vector['name']}")
    for file in sorted(DIRECTORY.glob("*.json"))
    for vector in json.loads(file.read_text())
]
COUNT = 307
"""Changed with the vectors, so that none can vanish unseen."""


@pytest.mark.parametrize("vector", VECTORS)
def test_may_be_stored(vector: dict[str, Any]) -> None:
    document = vector["document"]
    if isinstance(document, list):
        document = "".join(text * times for text, times in document)
    line = {name: vector[name] for name in vector.keys() & {"kind", "attachTo", "encoding"}}
    told = check_line(line | {"id": 1, "document": document})
    assert told.get("valid") is vector["valid"], (vector["because"], told)
    if "error" in vector:
        assert told["error"]["code"] == vector["error"]


def test_vectors_do_not_vanish() -> None:
    assert len(VECTORS) == COUNT


@pytest.mark.parametrize(
    ("kind", "document", "said"),
    [
        (DocumentKind.MANAGED, "{", "This policy contains invalid Json"),
        (DocumentKind.MANAGED, '{"Statement":[]}', "Policy document must be version 2012-10-17 or greater."),
        (
            DocumentKind.IDENTITY,
            '{"Statement":[{"Effect":"Allow","Action":"*"}]}',
            "Policy statement must contain resources.",
        ),
        (
            DocumentKind.IDENTITY,
            '{"Statement":[{"Effect":"Allow","Action":[],"Resource":"*"}]}',
            "Policy statement must contain actions.",
        ),
        (
            DocumentKind.IDENTITY,
            '{"Statement":[{"Effect":"Allow","Action":"Get","Resource":"*"}]}',
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (
            DocumentKind.IDENTITY,
            '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"b"}]}',
            'Resource b must be in ARN format or "*".',
        ),
        (
            DocumentKind.USER_INLINE,
            '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::111122223333:alice"}]}',
            (
                'IAM resource path must either be "*", root, or start with user/, federated-user/, role/, '
                "group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, "
                "oidc-provider/, report/, access-report/."
            ),
        ),
        (
            DocumentKind.IDENTITY,
            '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
            "Policy document should not specify a principal.",
        ),
        (
            DocumentKind.TRUST,
            '{"Statement":[{"Effect":"Allow","Principal":{"AWS":"bob"},"Action":"sts:AssumeRole"}]}',
            'Invalid principal in policy: "AWS":"bob"',
        ),
        (
            DocumentKind.TRUST,
            '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}]}',
            "Has prohibited field Resource",
        ),
        (
            DocumentKind.TRUST,
            '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]}',
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (
            DocumentKind.IDENTITY,
            '{"Statement":[{"Effect":"Allow","Action":"*:Get*","Resource":"*"}]}',
            "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards.",
        ),
        (
            DocumentKind.IDENTITY,
            '{"Statement":[{"Effect":"Allow","Action":"s_3:Get*","Resource":"*"}]}',
            "Vendor s_3 is not valid",
        ),
        (
            DocumentKind.SESSION,
            '{"Id":"mine","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
            "Has prohibited field Id",
        ),
        (
            DocumentKind.RESOURCE,
            '{"Statement":[{"Effect":"Allow","Principal":"*","Action":["ecr:*","s3:*"]}]}',
            "Missing required field Resource",
        ),
        (
            DocumentKind.SCP,
            '{"Version":"2012-10-17","Statement":[]}',
            "The provided policy document does not meet the requirements of the specified policy type.",
        ),
        (
            DocumentKind.RCP,
            "[]",
            "The provided policy document does not meet the requirements of the specified policy type.",
        ),
    ],
)
def test_aws_words(kind: DocumentKind, document: str, said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        validate(document, kind)
    assert caught.value.said == said


def test_an_error_knows_its_place() -> None:
    document = '{\n "Version": "2012-10-17",\n "Statement": [\n  {"Effect": "allow", "Action": "*"}]}'
    told = check_line({"id": 1, "kind": "identity", "document": document})
    assert (told["error"]["line"], told["error"]["column"]) == (4, 14)


def test_a_base64_document_is_read_byte_for_byte() -> None:
    line = {"id": 1, "kind": "identity", "encoding": "base64", "document": "eyJWZXJzaW9uIjoi/yJ9"}
    assert check_line(line)["valid"] is False


@pytest.mark.parametrize("line", [{}, {"id": 3, "kind": "x", "document": {}}, {"id": 4, "kind": "identity"}])
def test_a_line_that_cannot_be_read(line: dict[str, Any]) -> None:
    told = check_line(line)
    assert told["id"] == line.get("id")
    assert told["error"]
    assert "valid" not in told


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["Allow", "*", "s3:Get*"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Version",
                    "Statement",
                    "Effect",
                    "Action",
                    "Resource",
                    "Principal",
                    "Condition",
                    "AWS",
                    "Sid",
                    "x",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(json_values, st.sampled_from(DocumentKind))
def test_any_json_is_stored_or_refused(value: object, kind: DocumentKind) -> None:
    try:
        policy = validate(json.dumps(value), kind)
    except PolicyError as refused:
        assert refused.said
    else:
        assert Policy.parse(str(policy)) == policy


@given(st.text(max_size=200) | st.binary(max_size=200), st.sampled_from(DocumentKind))
def test_any_text_is_stored_or_refused(source: str | bytes, kind: DocumentKind) -> None:
    with pytest.raises(PolicyError):
        validate(source, kind)


@given(json_values)
def test_every_value_has_a_place(value: object) -> None:
    text = json.dumps({"a": value}, indent=1)
    (found,) = places(text, [("a",)])
    assert found is not None
    assert text[found.offset :].startswith(json.dumps(value, indent=1)[:1])
