"""The permissions that each operation needs: action, resource, its account, condition keys."""

import json
from typing import Any

import pytest
from msgspec.structs import replace
from tests.identity.pem import certificate, metadata, pem, private, rsa_key
from tests.services.iam.harness import ADMINISTRATOR, ALLOW_ALL, MODEL, A, B, Iam, refused

from watchword.access import Demand
from watchword.names import AwsError
from watchword.names.principal import RoleSession, User
from watchword.services.iam import OPERATIONS

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"},
    }
)
USER, GROUP, ROLE = (
    f"arn:aws:iam::{A}:user/x/ann",
    f"arn:aws:iam::{A}:group/y/g",
    f"arn:aws:iam::{A}:role/z/r",
)
PROFILE = f"arn:aws:iam::{A}:instance-profile/v/m"
POLICY = f"arn:aws:iam::{A}:policy/w/p"
OIDC = f"arn:aws:iam::{A}:oidc-provider/idp.example.com/Realms/x"
WEB = f"arn:aws:iam::{A}:server-certificate/c/web"
SAML = f"arn:aws:iam::{A}:saml-provider/office"
DEVICE = f"arn:aws:iam::{A}:mfa/u/d"
GIT = "codecommit.amazonaws.com"
FOR_GIT = {"iam:ServiceSpecificCredentialServiceName": GIT}
TAGS = [{"Key": "Team", "Value": "red"}]
OWN_TAGS = {"iam:ResourceTag/Team": "red"}
BOUND = {"iam:PermissionsBoundary": ADMINISTRATOR}
TAGGING = {"aws:RequestTag/Team": "blue", "aws:TagKeys": ("Team",)}

REQUEST = "0" * 8 + "-1111-4222-8333-" + "4" * 12
DELEGATION = f"arn:aws:iam::{A}:delegation-request/{REQUEST}"
TEMPLATE = "arn:aws:iam::aws:role-template/ecs.amazonaws.com/tasks:1"
TOPIC = f"arn:aws:sns:us-east-1:{A}:installs"
ASKING = {"iam:DelegationDuration": "3600", "iam:NotificationChannel": TOPIC, "iam:TemplateArn": POLICY}
ON_DELEGATION = "AssociateDelegationRequest GetDelegationRequest UpdateDelegationRequest"
ON_DELEGATION += (
    " AcceptDelegationRequest RejectDelegationRequest SendDelegationToken GetHumanReadableSummary"
)
ENTITY_PATH = "o-a1b2c3d4e5/r-f6g7h8i9j0example/ou-rge0-awsabcde/123456789012"
NAMES = {
    "UserName": "ANN",
    "GroupName": "g",
    "RoleName": "r",
    "InstanceProfileName": "m",
    "AccountAlias": "legion",
    "PolicyName": "p",
    "PolicyArn": POLICY,
    "PolicyDocument": ALLOW_ALL,
    "AssumeRolePolicyDocument": TRUST,
    "VersionId": "v1",
    "Description": "d",
    "Status": "Active",
    "AccessKeyId": "AKIA" + "A" * 16,
    "PermissionsBoundary": ADMINISTRATOR,
    "SerialNumber": DEVICE,
    "AuthenticationCode1": "123456",
    "DelegationRequestId": REQUEST,
    "EntityArn": DELEGATION,
    "TemplateArn": TEMPLATE,
    "Permissions": {"PolicyTemplateArn": POLICY},
    "RequestorWorkflowId": "workflow",
    "NotificationChannel": TOPIC,
    "SessionDuration": 3600,
    "AuthenticationCode2": "654321",
    "Tags": [{"Key": "Team", "Value": "blue"}],
    "TagKeys": ["Team"],
    "PolicySourceArn": ROLE,
    "Arn": ROLE,
    "EntityPath": ENTITY_PATH,
    "JobId": "a" * 36,
    "ServiceNamespace": "s3",
    "ServiceNamespaces": ["s3"],
    "PolicyInputList": [ALLOW_ALL],
    "ActionNames": ["s3:GetObject"],
    "OpenIDConnectProviderArn": OIDC,
    "SAMLProviderArn": SAML,
    "Url": "https://idp.example.com/Realms/x",
    "ClientID": "app",
    "ThumbprintList": ["a" * 40],
    "SAMLMetadataDocument": metadata(),
    "Name": "office",
    "ServerCertificateName": "WEB",
    "ServiceName": GIT,
    "ServiceSpecificCredentialId": "ACCA" + "A" * 16,
    "GlobalEndpointTokenVersion": "v1Token",
    "Properties": {"RoleManager/Enabled": "true"},
    "CertificateBody": pem(certificate(rsa_key())),
    "PrivateKey": private(rsa_key()),
    "CertificateId": "A" * 32,
    "SSHPublicKeyBody": "ssh-rsa AAAA",
    "SSHPublicKeyId": "APKA" + "A" * 16,
    "Encoding": "SSH",
}

ON_USER = "GetUser ListAccessKeys CreateAccessKey ListUserTags GetUserPolicy ListUserPolicies DeleteUser"
ON_USER += " ListAttachedUserPolicies ListGroupsForUser ListMFADevices ListSSHPublicKeys"
ON_USER += " ListServiceSpecificCredentials ListSigningCertificates UpdateServiceSpecificCredential"
ON_USER += (
    " ResetServiceSpecificCredential DeleteServiceSpecificCredential GetLoginProfile DeleteLoginProfile"
)
ON_USER += " CreateLoginProfile UpdateLoginProfile"
ON_USER += " UploadSigningCertificate UpdateSigningCertificate DeleteSigningCertificate"
ON_USER += " UploadSSHPublicKey GetSSHPublicKey UpdateSSHPublicKey DeleteSSHPublicKey"
ON_USER += " EnableMFADevice DeactivateMFADevice ResyncMFADevice GetMFADevice"
ON_BOUNDED_USER = "PutUserPolicy DeleteUserPolicy DeleteUserPermissionsBoundary"
ON_GROUP = "GetGroup DeleteGroup AddUserToGroup RemoveUserFromGroup PutGroupPolicy GetGroupPolicy"
ON_GROUP += " DeleteGroupPolicy ListGroupPolicies ListAttachedGroupPolicies"
ON_ROLE = "ListRoleTags GetRolePolicy ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole"
ON_PROFILE = "GetInstanceProfile DeleteInstanceProfile RemoveRoleFromInstanceProfile ListInstanceProfileTags"
ON_ACCOUNT = "GetAccountSummary GetAccountAuthorizationDetails ListVirtualMFADevices ListServerCertificates"
ON_ACCOUNT += " CreateAccountAlias DeleteAccountAlias ListAccountAliases ListOpenIDConnectProviders"
ON_ACCOUNT += " ListSAMLProviders GetAccountPasswordPolicy DeleteAccountPasswordPolicy SimulateCustomPolicy"
ON_ACCOUNT += " GetContextKeysForCustomPolicy UpdateAccountPasswordPolicy"
ON_ACCOUNT += " GenerateCredentialReport GetCredentialReport"
ON_ACCOUNT += " GetServiceLastAccessedDetails GetServiceLastAccessedDetailsWithEntities"
ON_ACCOUNT += " GetOrganizationsAccessReport"
ON_ACCOUNT += " EnableOutboundWebIdentityFederation DisableOutboundWebIdentityFederation"
ON_ACCOUNT += " GetOutboundWebIdentityFederationInfo SetSecurityTokenServicePreferences GetAccountProperties"
ON_ACCOUNT += " EnableOrganizationsRootCredentialsManagement EnableOrganizationsRootSessions"
ON_ACCOUNT += " DisableOrganizationsRootCredentialsManagement DisableOrganizationsRootSessions"
ON_ACCOUNT += " ListOrganizationsFeatures"
ON_BOUNDED_ROLE = "PutRolePolicy DeleteRolePolicy DeleteRolePermissionsBoundary GetRole UpdateRole DeleteRole"
ON_BOUNDED_ROLE += " UpdateRoleDescription UpdateAssumeRolePolicy"
ON_POLICY = "GetPolicy GetPolicyVersion ListPolicyVersions ListPolicyTags ListEntitiesForPolicy DeletePolicy"
ON_POLICY += " CreatePolicyVersion SetDefaultPolicyVersion DeletePolicyVersion"
ON_OIDC = "GetOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint DeleteOpenIDConnectProvider"
ON_OIDC += " AddClientIDToOpenIDConnectProvider RemoveClientIDFromOpenIDConnectProvider"
ON_OIDC += " ListOpenIDConnectProviderTags"
ON_SAML = "GetSAMLProvider UpdateSAMLProvider DeleteSAMLProvider ListSAMLProviderTags"
ON_WEB = "GetServerCertificate DeleteServerCertificate ListServerCertificateTags"
TAGGED = [("User", USER, OWN_TAGS), ("Role", ROLE, OWN_TAGS), ("Policy", POLICY, {})]
TAGGED += [("InstanceProfile", PROFILE, {}), ("OpenIDConnectProvider", OIDC, {}), ("SAMLProvider", SAML, {})]
TAGGED += [("ServerCertificate", WEB, {}), ("MFADevice", DEVICE, {})]
SIMPLE = [
    *((name, USER, OWN_TAGS) for name in ON_USER.split()),
    *((name, USER, OWN_TAGS | BOUND) for name in ON_BOUNDED_USER.split()),
    *((name, GROUP, {}) for name in ON_GROUP.split()),
    *((name, ROLE, OWN_TAGS) for name in ON_ROLE.split()),
    *((name, PROFILE, {}) for name in ON_PROFILE.split()),
    *((name, "*", {}) for name in ON_ACCOUNT.split()),
    *((name, ROLE, OWN_TAGS | BOUND) for name in ON_BOUNDED_ROLE.split()),
    *((name, POLICY, {}) for name in ON_POLICY.split()),
    *((name, OIDC, {}) for name in ON_OIDC.split()),
    *((name, SAML, {}) for name in ON_SAML.split()),
    *((name, WEB, {}) for name in ON_WEB.split()),
    *(
        (f"{verb}UserPolicy", USER, OWN_TAGS | BOUND | {"iam:PolicyARN": POLICY})
        for verb in ("Attach", "Detach")
    ),
    *(
        (f"{verb}RolePolicy", ROLE, OWN_TAGS | BOUND | {"iam:PolicyARN": POLICY})
        for verb in ("Attach", "Detach")
    ),
    *((f"{verb}GroupPolicy", GROUP, {"iam:PolicyARN": POLICY}) for verb in ("Attach", "Detach")),
    *((f"Tag{noun}", arn, own | TAGGING) for noun, arn, own in TAGGED),
    *((f"Untag{noun}", arn, own | {"aws:TagKeys": ("Team",)}) for noun, arn, own in TAGGED),
    ("DeleteVirtualMFADevice", DEVICE, {}),
    ("ListMFADeviceTags", DEVICE, {}),
    ("PutUserPermissionsBoundary", USER, OWN_TAGS | BOUND),
    ("PutRolePermissionsBoundary", ROLE, OWN_TAGS | BOUND),
    ("CreateServiceSpecificCredential", USER, OWN_TAGS | FOR_GIT),
    ("PutAccountProperties", "*", {"iam:AccountPropertyNamespaces": ("RoleManager",)}),
    ("ListUsers", f"arn:aws:iam::{A}:user/", {}),
    ("ListGroups", f"arn:aws:iam::{A}:group/", {}),
    ("ListRoles", f"arn:aws:iam::{A}:role/", {}),
    ("ListPolicies", f"arn:aws:iam::{A}:policy/", {}),
    ("ListInstanceProfiles", f"arn:aws:iam::{A}:instance-profile/", {}),
    *((name, DELEGATION, {}) for name in ON_DELEGATION.split()),
    ("CreateDelegationRequest", f"arn:aws:iam::{A}:delegation-request/*", ASKING),
    ("ListDelegationRequests", "*", {}),
    ("AcquireRole", TEMPLATE, {"iam:RoleTemplateARN": TEMPLATE}),
    ("GetRoleTemplateVersion", TEMPLATE, {}),
    ("SimulatePrincipalPolicy", ROLE, OWN_TAGS),
    ("GetContextKeysForPrincipalPolicy", ROLE, OWN_TAGS),
    ("ListPoliciesGrantingServiceAccess", ROLE, OWN_TAGS),
    ("GenerateServiceLastAccessedDetails", ROLE, OWN_TAGS),
    ("GenerateOrganizationsAccessReport", f"arn:aws:iam::{A}:access-report/{ENTITY_PATH}", {}),
]
ELSEWHERE = {
    *("CreateUser", "CreateGroup", "CreateRole", "CreatePolicy", "UpdateUser", "UpdateGroup"),
    "CreateVirtualMFADevice",
    *("UpdateAccessKey", "DeleteAccessKey", "GetAccessKeyLastUsed", "ChangePassword"),
    *("CreateInstanceProfile", "AddRoleToInstanceProfile"),
    *("CreateOpenIDConnectProvider", "CreateSAMLProvider"),
    *("UploadServerCertificate", "UpdateServerCertificate"),
    *("CreateServiceLinkedRole", "DeleteServiceLinkedRole", "GetServiceLinkedRoleDeletionStatus"),
}


NEW_WEB = {name: NAMES[name] for name in ("CertificateBody", "PrivateKey")} | {"ServerCertificateName": "web"}


@pytest.fixture
def furnished(iam: Iam) -> Iam:
    iam("CreatePolicy", PolicyName="p", Path="/w/", PolicyDocument=ALLOW_ALL, Tags=TAGS)
    iam("CreateUser", UserName="ann", Path="/x/", PermissionsBoundary=ADMINISTRATOR, Tags=TAGS)
    iam("CreateGroup", GroupName="g", Path="/y/")
    iam("CreateInstanceProfile", InstanceProfileName="m", Path="/v/", Tags=TAGS)
    iam("CreateOpenIDConnectProvider", Url=NAMES["Url"], Tags=TAGS)
    iam("CreateSAMLProvider", Name="office", SAMLMetadataDocument=metadata(), Tags=TAGS)
    iam("UploadServerCertificate", **NEW_WEB, Path="/c/", Tags=TAGS)
    iam("CreateVirtualMFADevice", VirtualMFADeviceName="d", Path="/u/", Tags=TAGS)
    trust = {"AssumeRolePolicyDocument": TRUST}
    iam("CreateRole", RoleName="r", Path="/z/", PermissionsBoundary=ADMINISTRATOR, Tags=TAGS, **trust)
    return iam


def given(name: str) -> dict[str, object]:
    """The members of NAMES that an operation requires."""
    shape = MODEL.operation_model(name).input_shape
    required = set(shape.required_members) if shape else set()
    optional = {"UserName"} & set(shape.members) if shape else set()
    return {member: NAMES[member] for member in (required | optional)}


def test_every_operation_is_asked_here() -> None:
    assert {name for name, _, _ in SIMPLE} | ELSEWHERE == set(OPERATIONS)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_one_action_on_one_resource(furnished: Iam) -> None:
    for name, resource, context in SIMPLE:
        (demand,) = furnished.asks(name, **given(name))
        tags = {"Team": "red"} if resource in {USER, ROLE, POLICY, PROFILE, OIDC, SAML, WEB, DEVICE} else {}
        expected = Demand(f"iam:{name}", resource, A, context, resource_tags=tags)
        assert replace(demand, called="") == expected, name


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_missing_is_asked_for_under_the_arn_it_would_have(iam: Iam) -> None:
    for noun in ("user", "group", "role"):
        (demand,) = iam.asks(f"Get{noun.title()}", **{f"{noun.title()}Name": "none"})
        assert (demand.resource, demand.context) == (f"arn:aws:iam::{A}:{noun}/none", {})
    (demand,) = iam.asks("GetAccessKeyLastUsed", AccessKeyId="AKIA" + "A" * 16)
    assert demand.resource == f"arn:aws:iam::{A}:user/*"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("noun", ["User", "Role", "Policy"])
def test_creating_with_tags_needs_the_tagging_action_too(iam: Iam, noun: str) -> None:
    tags = {"Tags": NAMES["Tags"]}
    arn = f"arn:aws:iam::{A}:{noun.lower()}/q/n"
    bound = {} if noun == "Policy" else {"PermissionsBoundary": ADMINISTRATOR}
    new = {f"{noun}Name": "n", "Path": "/q/", **bound}
    creation, tagging = iam.asks(f"Create{noun}", **new, **tags)
    assert (creation.action, creation.resource) == (f"iam:Create{noun}", arn)
    assert creation.context == TAGGING | (BOUND if bound else {})
    assert replace(tagging, called="") == Demand(f"iam:Tag{noun}", arn, A, TAGGING)
    (alone,) = iam.asks(f"Create{noun}", **new, Tags=[])
    assert alone.context == (BOUND if bound else {})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_new_device_with_tags_needs_the_tagging_action_too(iam: Iam) -> None:
    new = {"VirtualMFADeviceName": "n", "Path": "/q/", "Tags": NAMES["Tags"]}
    creation, tagging = iam.asks("CreateVirtualMFADevice", **new)
    arn = f"arn:aws:iam::{A}:mfa/q/n"
    assert creation == Demand("iam:CreateVirtualMFADevice", arn, A, TAGGING)
    assert tagging == Demand("iam:TagMFADevice", arn, A, TAGGING)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("noun", "resource"),
    [("OpenIDConnectProvider", f"arn:aws:iam::{A}:oidc-provider/idp.example.com"), ("SAMLProvider", SAML)],
)
def test_creating_a_provider_is_asked_for_by_its_name(iam: Iam, noun: str, resource: str) -> None:
    """Of an OIDC provider that is the host name alone, as AWS's refusals show."""
    creation, tagging = iam.asks(f"Create{noun}", **given(f"Create{noun}"), Tags=NAMES["Tags"])
    assert creation == Demand(f"iam:Create{noun}", resource, A, TAGGING)
    assert tagging == Demand(f"iam:Tag{noun}", resource, A, TAGGING)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_uploading_a_server_certificate_with_tags(iam: Iam) -> None:
    arn = f"arn:aws:iam::{A}:server-certificate/n/web"
    upload, tagging = iam.asks("UploadServerCertificate", **NEW_WEB, Path="/n/", Tags=NAMES["Tags"])
    assert upload == Demand("iam:UploadServerCertificate", arn, A, TAGGING)
    assert tagging == Demand("iam:TagServerCertificate", arn, A, TAGGING)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_renaming_asks_for_both_names(furnished: Iam) -> None:
    asked = furnished.asks("UpdateGroup", GroupName="g", NewGroupName="h")
    assert [demand.resource for demand in asked] == [GROUP, f"arn:aws:iam::{A}:group/y/h"]
    asked = furnished.asks("UpdateServerCertificate", ServerCertificateName="web", NewPath="/n/")
    assert [demand.resource for demand in asked] == [WEB, f"arn:aws:iam::{A}:server-certificate/n/web"]
    asked = furnished.asks("UpdateUser", UserName="ann", NewPath="/n/")
    assert [demand.resource for demand in asked] == [USER, f"arn:aws:iam::{A}:user/n/ann"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whose_key_it_is(furnished: Iam) -> None:
    furnished("AttachUserPolicy", UserName="ann", PolicyArn=ADMINISTRATOR)
    ann = furnished.by(User(A, "ann", furnished("GetUser", UserName="ann")["User"]["UserId"], "/x/"))
    key = {"AccessKeyId": ann("CreateAccessKey")["AccessKey"]["AccessKeyId"]}
    for name in ("UpdateAccessKey", "DeleteAccessKey", "GetAccessKeyLastUsed"):
        (demand,) = ann.asks(name, **key)
        assert (demand.resource, demand.resource_tags) == (USER, {"Team": "red"})
    (demand,) = furnished.asks("DeleteAccessKey", **key)
    assert demand.resource == f"arn:aws:iam::{A}:root"
    with pytest.raises(AwsError, match="Must specify userName"):
        furnished.by(RoleSession(A, "r", "AROA1", "s")).asks("DeleteAccessKey", **key)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whose_password_it_is(furnished: Iam) -> None:
    ann = furnished.by(User(A, "ann", furnished("GetUser", UserName="ann")["User"]["UserId"], "/x/"))
    (demand,) = ann.asks("ChangePassword", OldPassword="o", NewPassword="n")
    assert demand == Demand(
        "iam:ChangePassword", USER, A, OWN_TAGS, resource_tags={"Team": "red"}, called="user ann"
    )
    furnished("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
    (demand,) = ann.asks("ChangePassword", OldPassword="o", NewPassword="n")
    assert (demand.resource, demand.policy_name) == (USER, "account password policy")
    (demand,) = ann.asks("GetAccountPasswordPolicy")
    assert (demand.resource, demand.policy_name) == ("*", "account password policy")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_policy_belongs_to_the_account_in_its_arn(furnished: Iam) -> None:
    """Those of AWS are everybody's to read and nobody's to change."""
    theirs = f"arn:aws:iam::{B}:policy/p"
    for name, arn, account in (
        ("GetPolicy", theirs, B),
        ("DeletePolicy", theirs, B),
        ("GetPolicy", ADMINISTRATOR, A),
        ("DeletePolicy", ADMINISTRATOR, "aws"),
        ("TagPolicy", ADMINISTRATOR, "aws"),
    ):
        (demand,) = furnished.asks(name, PolicyArn=arn)
        assert (demand.resource, demand.account, demand.resource_tags) == (arn, account, {})


NEXT: dict[str, dict[str, Any]] = {
    "User": {"UserName": "ann"},
    "Group": {"GroupName": "g"},
    "Role": {"RoleName": "r", "AssumeRolePolicyDocument": TRUST},
    "InstanceProfile": {"InstanceProfileName": "m"},
    "VirtualMFADevice": {"VirtualMFADeviceName": "d", "Path": "/u/"},
    "Policy": {"PolicyName": "p", "Path": "/w/", "PolicyDocument": ALLOW_ALL},
    "OpenIDConnectProvider": {"Url": NAMES["Url"]},
    "SAMLProvider": {"Name": "office", "SAMLMetadataDocument": metadata()},
    "ServerCertificate": NEW_WEB,
}
MADE_BY = {"ServerCertificate": "UploadServerCertificate"}
"""The next of its name: another path and no tags, or, where the path is part of the name, no tags."""
ON = {
    "User": (USER, {"UserName": "ANN"}, "The user with name ANN cannot be found."),
    "Group": (GROUP, {"GroupName": "g"}, "The group with name g cannot be found."),
    "Role": (ROLE, {"RoleName": "r"}, "The role with name r cannot be found."),
    "InstanceProfile": (PROFILE, {"InstanceProfileName": "m"}, "Instance Profile m cannot be found."),
    "VirtualMFADevice": (
        DEVICE,
        {"SerialNumber": DEVICE},
        f"VirtualMFADevice with serial number {DEVICE} doesn't exist.",
    ),
    "Policy": (POLICY, {"PolicyArn": POLICY}, f"Policy {POLICY} was not found."),
    "OpenIDConnectProvider": (
        OIDC,
        {"OpenIDConnectProviderArn": OIDC},
        f"OpenIDConnect Provider not found for arn {OIDC}",
    ),
    "ServerCertificate": (
        WEB,
        {"ServerCertificateName": "WEB"},
        "The Server Certificate with name WEB cannot be found.",
    ),
    "SAMLProvider": (SAML, {"SAMLProviderArn": SAML}, f"Manifest not found for arn {SAML}"),
}
SHOWN = {"VirtualMFADevice": "ListMFADeviceTags"}
"""The operation that shows one, where there is no Get."""
FINE_WITHOUT = {"DeleteOpenIDConnectProvider"}
"""Succeeds when there is nothing to delete."""
RENAMED = {"User": "UpdateUser", "Group": "UpdateGroup", "ServerCertificate": "UpdateServerCertificate"}


def asked_about(noun: str) -> list[str]:
    """The operations on one thing of that kind."""
    names = [name for name, resource, _ in SIMPLE if resource == ON[noun][0]]
    passed = ["AddRoleToInstanceProfile"] if noun in ("Role", "InstanceProfile") else []
    keys = ["UpdateAccessKey", "DeleteAccessKey"] if noun == "User" else []
    return [*names, *passed, *keys, *([RENAMED[noun]] if noun in RENAMED else [])]


def taken_over(iam: Iam, noun: str) -> None:
    """Has the thing deleted and another made under its name, before the next deed."""
    _, name, _ = ON[noun]

    def change_hands() -> None:
        iam.meanwhile = str
        iam(f"Delete{noun}", **name)
        iam(MADE_BY.get(noun, f"Create{noun}"), **NEXT[noun])

    iam.meanwhile = change_hands


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("noun", list(ON))
def test_permission_for_one_is_none_for_the_next_of_its_name(furnished: Iam, noun: str) -> None:
    for name in asked_about(noun):
        taken_over(furnished, noun)
        if name in FINE_WITHOUT:
            furnished(name, **given(name))
            assert furnished(name.replace("Delete", "Get"), **given(name))
        else:
            refused("NoSuchEntity", ON[noun][2], furnished, name, **given(name))
        assert furnished.meanwhile is str, name


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("noun", list(ON))
def test_permission_for_nothing_is_none_for_what_comes(furnished: Iam, noun: str) -> None:
    _, name, said = ON[noun]
    furnished(f"Delete{noun}", **name)

    def make() -> None:
        furnished.meanwhile = str
        furnished(MADE_BY.get(noun, f"Create{noun}"), **NEXT[noun])

    furnished.meanwhile = make
    if f"Delete{noun}" in FINE_WITHOUT:
        furnished(f"Delete{noun}", **name)
    else:
        refused("NoSuchEntity", said, furnished, f"Delete{noun}", **name)
    assert furnished(SHOWN.get(noun, f"Get{noun}"), **name)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_moved_meanwhile_is_the_same(furnished: Iam) -> None:
    def move() -> None:
        furnished.meanwhile = str
        furnished("UpdateUser", UserName="ann", NewPath="/elsewhere/")

    furnished.meanwhile = move
    furnished("TagUser", UserName="ann", Tags=[{"Key": "Team", "Value": "blue"}])
    user = furnished("GetUser", UserName="ann")["User"]
    assert (user["Path"], user["Tags"]) == ("/elsewhere/", [{"Key": "Team", "Value": "blue"}])
