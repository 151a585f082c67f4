"""ValidatePolicy with unmodified boto3: findings with their places, in pages."""

import json
from typing import Any

import pytest
from tests.server.harness import Keys, Running, client, code_of

DOCUMENT = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": ["s3:GetObject", "s3:Nothing"], "Resource": "*"}
  ]
}"""


@pytest.fixture
def validate(kept: Running, administrator: Keys) -> Any:
    return client("accessanalyzer", kept.endpoint, administrator).validate_policy


def codes(answer: Any) -> list[str]:
    return [each["issueCode"] for each in answer["findings"]]


def test_a_finding_has_its_place(validate: Any) -> None:
    (finding,) = [
        each
        for each in validate(policyDocument=DOCUMENT, policyType="IDENTITY_POLICY")["findings"]
        if each["issueCode"] == "INVALID_ACTION"
    ]
    assert finding["findingType"] == "ERROR"
    assert finding["learnMoreLink"].endswith("#access-analyzer-reference-policy-checks-error-invalid-action")
    (location,) = finding["locations"]
    assert location["path"] == [{"value": "Statement"}, {"index": 0}, {"value": "Action"}, {"index": 1}]
    start, end = location["span"]["start"], location["span"]["end"]
    assert DOCUMENT[start["offset"] : end["offset"]] == '"s3:Nothing"'
    assert DOCUMENT.split("\n")[start["line"] - 1][start["column"] : end["column"]] == '"s3:Nothing"'


def test_pages(validate: Any) -> None:
    given = {"policyDocument": DOCUMENT.replace("GetObject", "Nowhere"), "policyType": "IDENTITY_POLICY"}
    whole = validate(**given)
    found, token = [], {}
    while True:
        page = validate(**given, maxResults=1, **token)
        found += codes(page)
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert len(found) > 1
    assert found == codes(whole)
    for wrong in ({"maxResults": 0}, {"nextToken": "x"}):
        assert code_of(validate, **given, **wrong) == "ValidationException"


@pytest.mark.parametrize(("text", "offset"), [("{", 1), ('{\n"Version": x}', 13), ("", 0)])
def test_a_text_that_is_no_json(validate: Any, text: str, offset: int) -> None:
    answer = validate(policyDocument=text, policyType="RESOURCE_CONTROL_POLICY")
    (finding,) = [each for each in answer["findings"] if each["findingType"] == "ERROR"]
    assert finding["locations"][0]["span"]["start"]["offset"] == offset


def test_what_cant_be_stored_is_an_error(validate: Any) -> None:
    """Also where Access Analyzer has no check for it."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Sid": "not a Sid"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    answer = validate(policyDocument=document, policyType="IDENTITY_POLICY")
    assert any(each["findingType"] == "ERROR" for each in answer["findings"])


@pytest.mark.parametrize(
    ("resource_type", "error"),
    [(None, True), ("AWS::IAM::AssumeRolePolicyDocument", False), ("AWS::S3::Bucket", True)],
)
def test_the_kind_of_resource_counts(validate: Any, resource_type: str | None, error: bool) -> None:
    """A trust policy has no Resource, all others have one."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    given = {} if resource_type is None else {"validatePolicyResourceType": resource_type}
    answer = validate(policyDocument=document, policyType="RESOURCE_POLICY", **given)
    assert any(each["findingType"] == "ERROR" for each in answer["findings"]) is error
    if resource_type:
        assert (
            code_of(validate, policyDocument=document, policyType="IDENTITY_POLICY", **given)
            == "ValidationException"
        )


def test_a_document_has_a_length(validate: Any) -> None:
    long = DOCUMENT + " " * (1 << 17)
    assert code_of(validate, policyDocument=long, policyType="IDENTITY_POLICY") == "ValidationException"
