"""Settings of an account: properties, the version of tokens; and what only organizations have."""

import json

import pytest
from tests.services.iam.harness import ADMINISTRATOR, Iam, refused

from watchword.names import AwsError
from watchword.services.iam import organizations_features
from watchword.services.iam.organizations_reports import NOT_MANAGEMENT

ONE, TWO = {"RoleManager/Enabled": "true", "RoleManager/Most": "7"}, {"Other/x": "y"}


def test_properties_are_set_one_by_one(iam: Iam, other: Iam) -> None:
    assert iam("GetAccountProperties") == {"Properties": {}}
    for properties in (ONE, TWO, {"RoleManager/Enabled": "false"}):
        assert iam("PutAccountProperties", Properties=properties) == {}
    assert iam("GetAccountProperties") == {"Properties": {**ONE, **TWO, "RoleManager/Enabled": "false"}}
    assert other("GetAccountProperties") == {"Properties": {}}


@pytest.mark.parametrize("key", ["Enabled", "RoleManager/", "a/b/c", "a//b"])
def test_keys_that_are_no_properties(iam: Iam, key: str) -> None:
    said = f"The property key {key} is not valid: it must have the form Namespace/PropertyName."
    refused("InvalidInput", said, iam, "PutAccountProperties", Properties={key: "x"})


def test_one_namespace_a_request(iam: Iam) -> None:
    said = "All properties must belong to the same namespace."
    for properties in ({**ONE, **TWO}, {}):
        refused("InvalidInput", said, iam, "PutAccountProperties", Properties=properties)


def test_a_hundred_properties_at_most(iam: Iam) -> None:
    iam("PutAccountProperties", Properties={f"a/{number}": "x" for number in range(100)})
    said = "An account can have at most 100 properties."
    refused("InvalidInput", said, iam, "PutAccountProperties", Properties={"a/one": "x"})
    iam("PutAccountProperties", Properties={"a/1": "y"})


def test_a_policy_can_name_the_namespaces(iam: Iam) -> None:
    eve, _ = iam.ruler("eve")
    iam("DetachUserPolicy", UserName="eve", PolicyArn=ADMINISTRATOR)
    namespaces = {"ForAllValues:StringEquals": {"iam:AccountPropertyNamespaces": "RoleManager"}}
    allowed = {
        "Effect": "Allow",
        "Action": "iam:*AccountProperties",
        "Resource": "*",
        "Condition": namespaces,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    iam("PutUserPolicy", UserName="eve", PolicyName="p", PolicyDocument=document)
    eve("PutAccountProperties", Properties=ONE)
    assert eve("GetAccountProperties") == {"Properties": ONE}
    with pytest.raises(AwsError, match="AccessDenied"):
        eve("PutAccountProperties", Properties=TWO)
    eve.meanwhile = lambda: iam("PutAccountProperties", Properties=TWO)
    assert eve("GetAccountProperties") == {"Properties": ONE}
    eve.meanwhile = str
    with pytest.raises(AwsError, match="AccessDenied"):
        eve("GetAccountProperties")


def test_the_version_of_tokens_is_told(iam: Iam, other: Iam) -> None:
    for version, number in (("v1Token", 1), ("v2Token", 2)):
        assert iam("SetSecurityTokenServicePreferences", GlobalEndpointTokenVersion=version) == {}
        assert iam("GetAccountSummary")["SummaryMap"]["GlobalEndpointTokenVersion"] == number
        assert other("GetAccountSummary")["SummaryMap"]["GlobalEndpointTokenVersion"] == 2


@pytest.mark.parametrize("name", organizations_features.OPERATIONS)
def test_an_account_without_an_organization(iam: Iam, name: str) -> None:
    said = "Your account is not a member of an organization."
    refused("OrganizationNotFoundException", said, iam, name)


def test_an_organization_has_no_access_report(iam: Iam) -> None:
    name, path = "GenerateOrganizationsAccessReport", "o-a1b2c3d4e5/r-f6g7/123456789012"
    with pytest.raises(AwsError) as caught:
        iam(name, EntityPath=path)
    assert (caught.value.code, caught.value.said) == ("AccessDenied", NOT_MANAGEMENT)
    (demand,) = iam.asks(name, EntityPath=path, OrganizationsPolicyId="p-12345678")
    assert demand.context == {"iam:OrganizationsPolicyId": "p-12345678"}
    said = f"Job with id {'a' * 36} cannot be found."
    refused("NoSuchEntity", said, iam, "GetOrganizationsAccessReport", JobId="a" * 36)
