"""How each operation of IAM is called: what a row is stands in tests/services/rows.py."""

import json
from uuid import UUID

from tests.identity.pem import certificate, metadata, pem, private, rsa_key
from tests.services.rows import Refused, Row, Step, Without

from watchword.identity.ssh_keys import in_ssh

OURS = "arn:aws:iam::123456789012"
ALLOWED = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
TRUSTED = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}}
SERVED = TRUSTED | {"Principal": {"Service": "lambda.amazonaws.com"}}
READING, TRUST, LAMBDA = (
    json.dumps({"Version": "2012-10-17", "Statement": [each]}) for each in (ALLOWED, TRUSTED, SERVED)
)


def user(name: str) -> dict[str, str]:
    return {"UserName": name}


def group(name: str) -> dict[str, str]:
    return {"GroupName": name}


def role(name: str) -> dict[str, str]:
    return {"RoleName": name}


def profile(name: str) -> dict[str, str]:
    return {"InstanceProfileName": name}


def policy(name: str) -> dict[str, str]:
    return {"PolicyArn": f"{OURS}:policy/{name}"}


def device(name: str) -> dict[str, str]:
    return {"SerialNumber": f"{OURS}:mfa/{name}"}


def inline(name: str) -> dict[str, str]:
    return {"PolicyName": name}


def oidc(name: str) -> dict[str, str]:
    return {"OpenIDConnectProviderArn": f"{OURS}:oidc-provider/{name}.example.com"}


def saml(name: str) -> dict[str, str]:
    return {"SAMLProviderArn": f"{OURS}:saml-provider/{name}"}


def server(name: str) -> dict[str, str]:
    return {"ServerCertificateName": name}


def made(name: str) -> dict[str, str]:
    """A server certificate and its key."""
    return server(name) | {"CertificateBody": pem(certificate(rsa_key())), "PrivateKey": private(rsa_key())}


def signing(name: str) -> dict[str, str]:
    return {"CertificateBody": pem(certificate(rsa_key(), name))}


def public(name: str) -> dict[str, str]:
    return {"SSHPublicKeyBody": in_ssh(rsa_key(name).public_key())}


def service(name: str) -> dict[str, str]:
    return {"ServiceName": f"{name}.amazonaws.com"}


def linked(name: str) -> dict[str, str]:
    return {"AWSServiceName": f"{name}.amazonaws.com"}


def delegation(name: str) -> dict[str, str]:
    return {"DelegationRequestId": f"<{name}>"}


def asking(name: str) -> dict[str, object]:
    """A delegation request of that workflow."""
    return {
        "Description": "installs the product",
        "Permissions": {"PolicyTemplateArn": f"{OURS}:policy/kept"},
        "RequestorWorkflowId": f"workflow-{name}",
        "NotificationChannel": "arn:aws:sns:us-east-1:123456789012:installs",
        "SessionDuration": 3600,
    }


def version(name: str) -> dict[str, str]:
    return {"VersionId": name}


ANN, STAFF, WORKER, MACHINES = user("ann"), group("staff"), role("worker"), profile("machines")
READ, OWN, PHONE = policy("read"), inline("own"), device("phone")
# Of each kind, `spare` is there to be deleted, `moving` to be renamed, `free` to be taken from its holder.

TRUSTING, DOCUMENT = {"AssumeRolePolicyDocument": TRUST}, {"PolicyDocument": READING}
TAGS = {"Tags": [{"Key": "team", "Value": "red"}, {"Key": "site", "Value": "north"}]}
NEW_TAG, OLD_TAG = {"Tags": [{"Key": "cost", "Value": "7"}]}, {"TagKeys": ["cost"]}
BOUNDARY = {"PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"}
POLICIES, ACTIONS = {"PolicyInputList": [READING]}, {"ActionNames": ["s3:GetObject", "s3:PutObject"]}
URL, METADATA = {"Url": "https://new.example.com"}, {"SAMLMetadataDocument": metadata()}
WEB = server("web")
HUB, OFFICE = oidc("hub"), saml("office")
OF_WORKER = {"PolicySourceArn": f"{OURS}:role/worker"}


def no_entity(**changed: str) -> Refused:
    return Refused("NoSuchEntity", **changed)


NO_USER, NO_GROUP, NO_ROLE = no_entity(**user("none")), no_entity(**group("none")), no_entity(**role("none"))
NO_PROFILE, NO_RESOURCE, NO_INLINE = (no_entity(**each("none")) for each in (profile, policy, inline))
NO_VERSION, NO_KEY = no_entity(**version("v9")), no_entity(AccessKeyId="AKIA" + "Z" * 16)
NO_SOURCE = no_entity(PolicySourceArn=f"{OURS}:role/none")
NO_BOUNDARY = no_entity(UserName="other", PermissionsBoundary=f"{OURS}:policy/none")
GOOD = "Correct1horse!"
PASSWORD = {"Password": GOOD}
NO_DEVICE = no_entity(**device("none"))
NO_CODES = Without("a user's device takes codes: test_mfa_devices.py")
NO_PASSWORD = Without("it is the caller who has none: test_login_profiles.py")
NO_OIDC, NO_SAML = no_entity(**oidc("none")), no_entity(**saml("none"))
NO_TASK = no_entity(DeletionTaskId=f"task/aws-service-role/ecs.amazonaws.com/x/{UUID(int=0)}")
ENTITY = {"EntityPath": "o-a1b2c3d4e5/r-f6g7/123456789012"}
NO_JOB = no_entity(JobId="a" * 36)
NO_SERVER = no_entity(**server("none"))
NO_SIGNING, NO_SSH = no_entity(CertificateId="A" * 32), no_entity(SSHPublicKeyId="APKA" + "Z" * 16)
NO_SERVICE = no_entity(ServiceSpecificCredentialId="ACCA" + "Z" * 16)
ORGANIZATION = Row(missing=Without("an account of no organization: test_settings.py"))
NO_REQUEST = no_entity(DelegationRequestId="0" * 16)
NO_SUMMARY = no_entity(EntityArn=f"{OURS}:delegation-request/none-at-all")
TEMPLATE = {"TemplateArn": "arn:aws:iam::aws:role-template/ecs.amazonaws.com/tasks:1"}
NO_PAGINATOR = Without("botocore has no paginator for it: test_delegation.py")
NO_TEMPLATES = Without("nobody can make a template")
REQUESTS = ("unowned", "owned", "other", "rejected", "accepted", "sent")
OWNED = REQUESTS[1:]
NOTHING_NAMED = Without("it names nothing that could")


def taken(**changed: str) -> Refused:
    return Refused("EntityAlreadyExists", **changed)


def in_use(**changed: str) -> Refused:
    return Refused("DeleteConflict", **changed)


ONTO_ANN, ONTO_STAFF = taken(NewUserName="ann", **user("bob")), taken(NewGroupName="staff", **group("crew"))
FULL = Refused("LimitExceeded", **MACHINES)

SCENE = [
    *(Step("CreateUser", user(name) | TAGS) for name in ("ann", "spare", "moving")),
    Step("CreateUser", user("free")),
    Step("CreateUser", user("bob") | BOUNDARY),
    Step("CreateRole", role("runner") | {"AssumeRolePolicyDocument": LAMBDA}),
    *(Step("CreateGroup", group(name)) for name in ("staff", "crew", "night", "spare", "moving")),
    *(Step("CreateRole", role(name) | TRUSTING | TAGS) for name in ("worker", "spare")),
    Step("CreateRole", role("bounded") | TRUSTING | BOUNDARY),
    *(Step("CreateServiceLinkedRole", linked(name)) for name in ("ecs", "rds")),
    Step("DeleteServiceLinkedRole", role("AWSServiceRoleForECS"), task="DeletionTaskId"),
    *(Step("CreateInstanceProfile", profile(name) | TAGS) for name in ("machines", "cluster", "free")),
    *(Step("CreateInstanceProfile", profile(name)) for name in ("empty", "spare")),
    *(
        Step("CreatePolicy", inline(name) | DOCUMENT | TAGS)
        for name in ("read", "kept", "other", "free", "spare")
    ),
    *(Step("CreatePolicyVersion", READ | DOCUMENT) for _ in ("v2", "v3")),
    *(Step("AddUserToGroup", ANN | group(name)) for name in ("staff", "crew")),
    *(Step("AddUserToGroup", user("bob") | group(name)) for name in ("staff", "crew")),
    *(Step("AddRoleToInstanceProfile", WORKER | profile(name)) for name in ("machines", "cluster", "free")),
    *(Step("AttachUserPolicy", ANN | policy(name)) for name in ("read", "kept", "free")),
    *(Step("AttachGroupPolicy", STAFF | policy(name)) for name in ("read", "kept", "free")),
    *(Step("AttachRolePolicy", WORKER | policy(name)) for name in ("read", "kept", "free")),
    *(Step("PutUserPolicy", ANN | inline(name) | DOCUMENT) for name in ("own", "other", "free")),
    *(Step("PutGroupPolicy", STAFF | inline(name) | DOCUMENT) for name in ("own", "other", "free")),
    *(Step("PutRolePolicy", WORKER | inline(name) | DOCUMENT) for name in ("own", "other", "free")),
    *(Step("CreateLoginProfile", user(name) | PASSWORD) for name in ("ann", "bob", "administrator")),
    Step("UpdateAccountPasswordPolicy", {}),
    Step("GenerateCredentialReport", {}),
    Step("GenerateServiceLastAccessedDetails", {"Arn": f"{OURS}:user/ann"}, job="JobId"),
    *(Step("CreateVirtualMFADevice", {"VirtualMFADeviceName": name} | TAGS) for name in ("phone", "spare")),
    Step("CreateAccessKey", ANN, key="AccessKey.AccessKeyId"),
    Step("CreateAccessKey", ANN),
    Step("CreateAccessKey", user("bob"), free_key="AccessKey.AccessKeyId"),
    *(
        Step("CreateOpenIDConnectProvider", {"Url": f"https://{name}.example.com"} | TAGS)
        for name in ("hub", "spare")
    ),
    *(Step("UploadServerCertificate", made(name) | TAGS) for name in ("web", "other", "spare", "moving")),
    Step("UploadSigningCertificate", ANN | signing("one"), signing="Certificate.CertificateId"),
    Step("UploadSigningCertificate", ANN | signing("two")),
    Step(
        "UploadSigningCertificate", user("bob") | signing("three"), free_signing="Certificate.CertificateId"
    ),
    Step("UploadSSHPublicKey", ANN | public("one"), ssh="SSHPublicKey.SSHPublicKeyId"),
    Step("UploadSSHPublicKey", ANN | public("two"), free_ssh="SSHPublicKey.SSHPublicKeyId"),
    *(
        Step(
            "CreateServiceSpecificCredential",
            ANN | service(name),
            **{name: "ServiceSpecificCredential.ServiceSpecificCredentialId"},
        )
        for name in ("codecommit", "bedrock", "logs")
    ),
    Step("EnableOutboundWebIdentityFederation", {}),
    Step("PutAccountProperties", {"Properties": {"RoleManager/Enabled": "true"}}),
    *(Step("CreateDelegationRequest", asking(name), **{name: "DelegationRequestId"}) for name in REQUESTS),
    *(Step("AssociateDelegationRequest", delegation(name)) for name in OWNED),
    Step("AcceptDelegationRequest", delegation("sent")),
    *(Step("CreateSAMLProvider", {"Name": name} | METADATA | TAGS) for name in ("office", "spare")),
]

ROWS = {
    # delegation requests
    "CreateDelegationRequest": Row(asking("new"), conflict=taken(**asking("owned"))),
    "AssociateDelegationRequest": Row(delegation("unowned"), missing=NO_REQUEST),
    "GetDelegationRequest": Row(delegation("owned"), missing=NO_REQUEST),
    "GetHumanReadableSummary": Row({"EntityArn": f"{OURS}:delegation-request/<owned>"}, missing=NO_SUMMARY),
    "ListDelegationRequests": Row(missing=NOTHING_NAMED, pages=NO_PAGINATOR),
    "UpdateDelegationRequest": Row(delegation("other"), missing=NO_REQUEST),
    "AcceptDelegationRequest": Row(delegation("accepted"), missing=NO_REQUEST),
    "RejectDelegationRequest": Row(delegation("rejected"), missing=NO_REQUEST),
    "SendDelegationToken": Row(delegation("sent"), missing=NO_REQUEST),
    # role templates
    "AcquireRole": Row(TEMPLATE, answer="NoSuchEntity", conflict=NO_TEMPLATES),
    "GetRoleTemplateVersion": Row(TEMPLATE, answer="NoSuchEntity"),
    # users
    "CreateUser": Row(user("new"), missing=NO_BOUNDARY, conflict=taken(**ANN)),
    "GetUser": Row(ANN, missing=NO_USER),
    "ListUsers": Row(pages=2),
    "UpdateUser": Row(user("moving") | {"NewUserName": "moved"}, missing=NO_USER, conflict=ONTO_ANN),
    "DeleteUser": Row(user("spare"), missing=NO_USER, conflict=in_use(**ANN)),
    "TagUser": Row(ANN | NEW_TAG, missing=NO_USER),
    "UntagUser": Row(ANN | OLD_TAG, missing=NO_USER),
    "ListUserTags": Row(ANN, missing=NO_USER, pages=1),
    "PutUserPermissionsBoundary": Row(ANN | BOUNDARY, missing=NO_USER),
    "DeleteUserPermissionsBoundary": Row(user("bob"), missing=NO_USER),
    # access keys
    "CreateAccessKey": Row(user("bob"), missing=NO_USER),
    "ListAccessKeys": Row(ANN, missing=NO_USER, pages=1),
    "UpdateAccessKey": Row(ANN | {"AccessKeyId": "<key>", "Status": "Inactive"}, missing=NO_KEY),
    "DeleteAccessKey": Row(user("bob") | {"AccessKeyId": "<free_key>"}, missing=NO_KEY),
    "GetAccessKeyLastUsed": Row({"AccessKeyId": "<key>"}),
    # passwords
    "CreateLoginProfile": Row(user("free") | PASSWORD, missing=NO_USER, conflict=taken(**ANN)),
    "GetLoginProfile": Row(ANN, missing=NO_USER),
    "UpdateLoginProfile": Row(ANN | PASSWORD, missing=NO_USER),
    "DeleteLoginProfile": Row(user("bob"), missing=NO_USER),
    "ChangePassword": Row({"OldPassword": GOOD, "NewPassword": "Another1horse!"}, missing=NO_PASSWORD),
    "UpdateAccountPasswordPolicy": Row({"MinimumPasswordLength": 10}, missing=Without("it names nothing")),
    "GetAccountPasswordPolicy": Row(missing=Without("the scene has one; test_password_policy.py has none")),
    # MFA devices
    "CreateVirtualMFADevice": Row(
        {"VirtualMFADeviceName": "new"}, conflict=taken(VirtualMFADeviceName="phone")
    ),
    "DeleteVirtualMFADevice": Row(device("spare"), missing=NO_DEVICE, conflict=NO_CODES),
    "ListVirtualMFADevices": Row(pages=1),
    "ListMFADevices": Row(ANN, missing=NO_USER, pages=NO_CODES),
    "TagMFADevice": Row(PHONE | NEW_TAG, missing=NO_DEVICE),
    "UntagMFADevice": Row(PHONE | OLD_TAG, missing=NO_DEVICE),
    "ListMFADeviceTags": Row(PHONE, missing=NO_DEVICE, pages=1),
    # the credential report
    "GenerateCredentialReport": Row(),
    "GetCredentialReport": Row(),
    # groups
    "CreateGroup": Row(group("new"), missing=NOTHING_NAMED, conflict=taken(**STAFF)),
    "GetGroup": Row(STAFF, missing=NO_GROUP, pages=1),
    "ListGroups": Row(pages=1),
    "UpdateGroup": Row(group("moving") | {"NewGroupName": "moved"}, missing=NO_GROUP, conflict=ONTO_STAFF),
    "DeleteGroup": Row(group("spare"), missing=NO_GROUP, conflict=in_use(**STAFF)),
    "AddUserToGroup": Row(user("bob") | group("night"), missing=NO_USER),
    "RemoveUserFromGroup": Row(user("bob") | group("crew"), missing=NO_USER),
    "ListGroupsForUser": Row(ANN, missing=NO_USER, pages=1),
    # roles
    "CreateRole": Row(role("new") | TRUSTING, conflict=taken(**WORKER)),
    "GetRole": Row(WORKER, missing=NO_ROLE),
    "ListRoles": Row(pages=1),
    "UpdateRole": Row(WORKER | {"MaxSessionDuration": 7200}, missing=NO_ROLE),
    "UpdateRoleDescription": Row(WORKER | {"Description": "works"}, missing=NO_ROLE),
    "UpdateAssumeRolePolicy": Row(WORKER | {"PolicyDocument": TRUST}, missing=NO_ROLE),
    "DeleteRole": Row(role("spare"), missing=NO_ROLE, conflict=in_use(**WORKER)),
    "CreateServiceLinkedRole": Row(linked("autoscaling"), missing=NOTHING_NAMED),
    "DeleteServiceLinkedRole": Row(role("AWSServiceRoleForRDS"), missing=NO_ROLE),
    "GetServiceLinkedRoleDeletionStatus": Row({"DeletionTaskId": "<task>"}, missing=NO_TASK),
    "TagRole": Row(WORKER | NEW_TAG, missing=NO_ROLE),
    "UntagRole": Row(WORKER | OLD_TAG, missing=NO_ROLE),
    "ListRoleTags": Row(WORKER, missing=NO_ROLE, pages=1),
    "PutRolePermissionsBoundary": Row(WORKER | BOUNDARY, missing=NO_ROLE),
    "DeleteRolePermissionsBoundary": Row(role("bounded"), missing=NO_ROLE),
    # instance profiles
    "CreateInstanceProfile": Row(profile("new"), conflict=taken(**MACHINES)),
    "GetInstanceProfile": Row(MACHINES, missing=NO_PROFILE),
    "ListInstanceProfiles": Row(pages=1),
    "ListInstanceProfilesForRole": Row(WORKER, missing=NO_ROLE, pages=1),
    "AddRoleToInstanceProfile": Row(profile("empty") | WORKER, missing=NO_PROFILE, conflict=FULL),
    "RemoveRoleFromInstanceProfile": Row(profile("free") | WORKER, missing=NO_PROFILE),
    "DeleteInstanceProfile": Row(profile("spare"), missing=NO_PROFILE, conflict=in_use(**MACHINES)),
    "TagInstanceProfile": Row(MACHINES | NEW_TAG, missing=NO_PROFILE),
    "UntagInstanceProfile": Row(MACHINES | OLD_TAG, missing=NO_PROFILE),
    "ListInstanceProfileTags": Row(MACHINES, missing=NO_PROFILE, pages=1),
    # managed policies
    "CreatePolicy": Row(inline("new") | DOCUMENT, conflict=taken(**inline("read"))),
    "GetPolicy": Row(READ, missing=NO_RESOURCE),
    "ListPolicies": Row({"Scope": "Local"}, pages=1),
    "DeletePolicy": Row(policy("spare"), missing=NO_RESOURCE, conflict=in_use(**READ)),
    "CreatePolicyVersion": Row(policy("other") | DOCUMENT, missing=NO_RESOURCE),
    "GetPolicyVersion": Row(READ | version("v1"), missing=NO_VERSION),
    "ListPolicyVersions": Row(READ, missing=NO_RESOURCE, pages=1),
    "SetDefaultPolicyVersion": Row(READ | version("v1"), missing=NO_VERSION),
    "DeletePolicyVersion": Row(READ | version("v3"), missing=NO_VERSION, conflict=in_use(**version("v1"))),
    "ListEntitiesForPolicy": Row(READ, missing=NO_RESOURCE, pages=1),
    "TagPolicy": Row(READ | NEW_TAG, missing=NO_RESOURCE),
    "UntagPolicy": Row(READ | OLD_TAG, missing=NO_RESOURCE),
    "ListPolicyTags": Row(READ, missing=NO_RESOURCE, pages=1),
    # attachments
    "AttachUserPolicy": Row(ANN | policy("other"), missing=NO_USER),
    "AttachGroupPolicy": Row(STAFF | policy("other"), missing=NO_GROUP),
    "AttachRolePolicy": Row(WORKER | policy("other"), missing=NO_ROLE),
    "DetachUserPolicy": Row(ANN | policy("free"), missing=NO_USER),
    "DetachGroupPolicy": Row(STAFF | policy("free"), missing=NO_GROUP),
    "DetachRolePolicy": Row(WORKER | policy("free"), missing=NO_ROLE),
    "ListAttachedUserPolicies": Row(ANN, missing=NO_USER, pages=1),
    "ListAttachedGroupPolicies": Row(STAFF, missing=NO_GROUP, pages=1),
    "ListAttachedRolePolicies": Row(WORKER, missing=NO_ROLE, pages=1),
    # inline policies
    "PutUserPolicy": Row(ANN | inline("new") | DOCUMENT, missing=NO_USER),
    "PutGroupPolicy": Row(STAFF | inline("new") | DOCUMENT, missing=NO_GROUP),
    "PutRolePolicy": Row(WORKER | inline("new") | DOCUMENT, missing=NO_ROLE),
    "GetUserPolicy": Row(ANN | OWN, missing=NO_INLINE),
    "GetGroupPolicy": Row(STAFF | OWN, missing=NO_INLINE),
    "GetRolePolicy": Row(WORKER | OWN, missing=NO_INLINE),
    "DeleteUserPolicy": Row(ANN | inline("free"), missing=NO_INLINE),
    "DeleteGroupPolicy": Row(STAFF | inline("free"), missing=NO_INLINE),
    "DeleteRolePolicy": Row(WORKER | inline("free"), missing=NO_INLINE),
    "ListUserPolicies": Row(ANN, missing=NO_USER, pages=1),
    "ListGroupPolicies": Row(STAFF, missing=NO_GROUP, pages=1),
    "ListRolePolicies": Row(WORKER, missing=NO_ROLE, pages=1),
    # OpenID Connect providers
    "CreateOpenIDConnectProvider": Row(URL, conflict=taken(Url="https://hub.example.com")),
    "GetOpenIDConnectProvider": Row(HUB, missing=NO_OIDC),
    "ListOpenIDConnectProviders": Row(),
    "UpdateOpenIDConnectProviderThumbprint": Row(HUB | {"ThumbprintList": ["a" * 40]}, missing=NO_OIDC),
    "AddClientIDToOpenIDConnectProvider": Row(HUB | {"ClientID": "app"}, missing=NO_OIDC),
    "RemoveClientIDFromOpenIDConnectProvider": Row(HUB | {"ClientID": "app"}, missing=NO_OIDC),
    "DeleteOpenIDConnectProvider": Row(oidc("spare"), missing=Without("what isn't there is deleted too")),
    "TagOpenIDConnectProvider": Row(HUB | NEW_TAG, missing=NO_OIDC),
    "UntagOpenIDConnectProvider": Row(HUB | OLD_TAG, missing=NO_OIDC),
    "ListOpenIDConnectProviderTags": Row(HUB, missing=NO_OIDC, pages=1),
    # SAML providers
    "CreateSAMLProvider": Row({"Name": "new"} | METADATA, conflict=taken(Name="office")),
    "GetSAMLProvider": Row(OFFICE, missing=NO_SAML),
    "ListSAMLProviders": Row(),
    "UpdateSAMLProvider": Row(OFFICE | METADATA, missing=NO_SAML),
    "DeleteSAMLProvider": Row(saml("spare"), missing=NO_SAML),
    "TagSAMLProvider": Row(OFFICE | NEW_TAG, missing=NO_SAML),
    "UntagSAMLProvider": Row(OFFICE | OLD_TAG, missing=NO_SAML),
    "ListSAMLProviderTags": Row(OFFICE, missing=NO_SAML, pages=1),
    # server certificates
    "UploadServerCertificate": Row(made("new"), conflict=taken(**WEB)),
    "GetServerCertificate": Row(WEB, missing=NO_SERVER),
    "ListServerCertificates": Row(pages=1),
    "UpdateServerCertificate": Row(
        server("moving") | {"NewServerCertificateName": "moved"},
        missing=NO_SERVER,
        conflict=taken(NewServerCertificateName="web", **server("other")),
    ),
    "DeleteServerCertificate": Row(
        server("spare"), missing=NO_SERVER, conflict=Without("nothing here uses a certificate")
    ),
    "TagServerCertificate": Row(WEB | NEW_TAG, missing=NO_SERVER),
    "UntagServerCertificate": Row(WEB | OLD_TAG, missing=NO_SERVER),
    "ListServerCertificateTags": Row(WEB, missing=NO_SERVER, pages=1),
    # signing certificates
    "UploadSigningCertificate": Row(
        user("bob") | signing("new"),
        missing=NO_USER,
        conflict=Refused("DuplicateCertificate", **signing("one")),
    ),
    "ListSigningCertificates": Row(ANN, missing=NO_USER, pages=1),
    "UpdateSigningCertificate": Row(
        ANN | {"CertificateId": "<signing>", "Status": "Inactive"}, missing=NO_SIGNING
    ),
    "DeleteSigningCertificate": Row(user("bob") | {"CertificateId": "<free_signing>"}, missing=NO_SIGNING),
    # SSH public keys
    "UploadSSHPublicKey": Row(
        ANN | public("new"), missing=NO_USER, conflict=Refused("DuplicateSSHPublicKey", **public("one"))
    ),
    "GetSSHPublicKey": Row(ANN | {"SSHPublicKeyId": "<ssh>", "Encoding": "PEM"}, missing=NO_SSH),
    "ListSSHPublicKeys": Row(ANN, missing=NO_USER, pages=1),
    "UpdateSSHPublicKey": Row(ANN | {"SSHPublicKeyId": "<ssh>", "Status": "Inactive"}, missing=NO_SSH),
    "DeleteSSHPublicKey": Row(ANN | {"SSHPublicKeyId": "<free_ssh>"}, missing=NO_SSH),
    # service-specific credentials
    "CreateServiceSpecificCredential": Row(ANN | service("cassandra"), missing=NO_USER),
    "ListServiceSpecificCredentials": Row(
        ANN, missing=NO_USER, pages=Without("botocore has no paginator: test_service_credentials.py")
    ),
    "UpdateServiceSpecificCredential": Row(
        ANN | {"ServiceSpecificCredentialId": "<bedrock>", "Status": "Inactive"}, missing=NO_SERVICE
    ),
    "ResetServiceSpecificCredential": Row(
        ANN | {"ServiceSpecificCredentialId": "<codecommit>"}, missing=NO_SERVICE
    ),
    "DeleteServiceSpecificCredential": Row(
        ANN | {"ServiceSpecificCredentialId": "<logs>"}, missing=NO_SERVICE
    ),
    # settings of the account
    "EnableOutboundWebIdentityFederation": Row(answer="FeatureEnabled"),
    "GetOutboundWebIdentityFederationInfo": Row(),
    "SetSecurityTokenServicePreferences": Row({"GlobalEndpointTokenVersion": "v1Token"}),
    "GetAccountProperties": Row(),
    "PutAccountProperties": Row({"Properties": {"RoleManager/Enabled": "false"}}),
    "EnableOrganizationsRootCredentialsManagement": ORGANIZATION,
    "EnableOrganizationsRootSessions": ORGANIZATION,
    "DisableOrganizationsRootCredentialsManagement": ORGANIZATION,
    "DisableOrganizationsRootSessions": ORGANIZATION,
    "ListOrganizationsFeatures": ORGANIZATION,
    "GenerateOrganizationsAccessReport": Row(ENTITY, answer="NotImplemented"),
    "GetOrganizationsAccessReport": Row(
        {"JobId": "a" * 36},
        answer="NoSuchEntity",
        missing=Without("no report is ever made, as its answer says"),
        pages=Without("no report is ever made"),
    ),
    # the simulator
    "SimulateCustomPolicy": Row(POLICIES | ACTIONS, pages=1),
    "SimulatePrincipalPolicy": Row(OF_WORKER | ACTIONS, missing=NO_SOURCE, pages=1),
    "GetContextKeysForCustomPolicy": Row(POLICIES),
    "GetContextKeysForPrincipalPolicy": Row(OF_WORKER, missing=NO_SOURCE),
    "ListPoliciesGrantingServiceAccess": Row(
        {"Arn": f"{OURS}:role/worker", "ServiceNamespaces": ["s3"]},
        missing=no_entity(Arn=f"{OURS}:role/none"),
        pages=Without("a page has a hundred services: test_granting.py"),
    ),
    # services last accessed
    "GenerateServiceLastAccessedDetails": Row(
        {"Arn": f"{OURS}:role/worker"}, missing=no_entity(Arn=f"{OURS}:role/none")
    ),
    "GetServiceLastAccessedDetails": Row(
        {"JobId": "<job>"}, missing=NO_JOB, pages=Without("botocore has no paginator: test_last_accessed.py")
    ),
    "GetServiceLastAccessedDetailsWithEntities": Row(
        {"JobId": "<job>", "ServiceNamespace": "s3"},
        missing=NO_JOB,
        pages=Without("botocore has no paginator: test_last_accessed.py"),
    ),
    # the account
    "GetAccountSummary": Row(),
    "GetAccountAuthorizationDetails": Row(pages=3),
    "ListAccountAliases": Row(pages=Without("an account has one alias at most")),
}
OTHERS = {  # an account has one password policy and one alias; a device is enabled by codes of the moment
    "DeleteAccountPasswordPolicy": "tests/services/iam/test_password_policy.py::test_it_is_removed",
    **dict.fromkeys(
        ("EnableMFADevice", "GetMFADevice", "ResyncMFADevice", "DeactivateMFADevice"),
        "tests/services/iam/test_boto3_mfa.py::test_a_users_phone",
    ),
    "DisableOutboundWebIdentityFederation": "tests/services/iam/test_outbound.py::test_enabled_and_disabled",
    "CreateAccountAlias": "tests/services/iam/test_aliases.py::test_one_at_a_time",
    "DeleteAccountAlias": "tests/services/iam/test_aliases.py::test_one_at_a_time",
}
