"""Every condition key that AWS gives an action we serve is filled, or is in the list of those that aren't.

UPDATE_GOLDEN=1 rewrites the list; it may only shrink. Filled is what every operation's row asks with,
when everything is given that its model takes.
"""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs
from tests.identity.pem import metadata
from tests.services.harness import SHAPES, call_of, carry_out
from tests.services.rows import Row, tables

from watchword.access import Caller, Demand
from watchword.access.caller import Means
from watchword.access.condition_keys import Gathering
from watchword.access.schemes.sign_in_grant import CODE
from watchword.app import open_world
from watchword.facts import entities
from watchword.identity.pools.logins import Login, VouchedForPool
from watchword.identity.saml_attributes import AWS, LISTS, TEXTS
from watchword.identity.saml_attributes import vouched as vouched_by_saml
from watchword.identity.sign_in_clients import SAME_DEVICE
from watchword.identity.token_claims import vouched
from watchword.installation.administrator import first_account
from watchword.installation.settings import Settings
from watchword.names import HttpRequest, nouns
from watchword.names.principal import Root, Saml, User, WebIdentity
from watchword.organizations.policy_types import SCP
from watchword.proofs.identity_token import IdentityToken
from watchword.proofs.saml.assertion import Assertion
from watchword.reference.actions import catalogue
from watchword.services.cognito_identity.attached import PUBLIC
from watchword.services.operation import Call
from watchword.services.s3.attached import ABAC, ENABLED
from watchword.services.table import SERVED
from watchword.store import tags
from watchword.store.cognito_identity import identities, pools
from watchword.store.cognito_identity.pools import Pool
from watchword.store.eks import associations, clusters
from watchword.store.eks.associations import Association
from watchword.store.eks.clusters import Cluster
from watchword.store.functions import functions, urls
from watchword.store.functions.functions import Function
from watchword.store.functions.urls import FunctionUrl
from watchword.store.iam import delegation_requests, service_credentials
from watchword.store.iam.saml_providers import SamlProvider
from watchword.store.identity_center import instances, permission_sets
from watchword.store.identity_center.instances import Instance
from watchword.store.identity_center.permission_sets import PermissionSet
from watchword.store.organizations import members, units
from watchword.store.organizations import policies as organization_policies
from watchword.store.organizations.policies import Policy
from watchword.store.organizations.units import Unit
from watchword.store.rolesanywhere import crls, profiles, subjects, trust_anchors
from watchword.store.rolesanywhere.crls import Crl
from watchword.store.rolesanywhere.profiles import Profile
from watchword.store.rolesanywhere.subjects import Subject, Use
from watchword.store.rolesanywhere.trust_anchors import TrustAnchor
from watchword.store.s3 import bucket_settings, buckets, objects
from watchword.store.s3.objects import Object
from watchword.world import World

LIST = Path(__file__).parents[1] / "golden" / "condition_keys_not_filled.txt"
PAGE = Path(__file__).parents[2] / "docs" / "condition-keys.md"
ROWS = tables()
COUNT = 271
"""Lowered with the list, never raised but with new operations."""

UNLISTED = {"iam:AcquireRole", "iam:UpdateDelegationRequest"}
"""Actions that the reference doesn't have yet."""
ONLY_USERS = {"ChangePassword"}
"""Operations that the root user can't call."""
NOUNS = ("User", "Group", "Role", "Policy", "InstanceProfile", "OpenIDConnectProvider", "SAMLProvider")
CREATES = (*(f"Create{noun}" for noun in NOUNS), "UploadServerCertificate")
CREATES += ("CreateServiceSpecificCredential", "PutAccountProperties", "CreateDelegationRequest")
ALLOW_ALL = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Principal":{"AWS":"%s"}}}'
TAGS = [{"Key": "Team", "Value": "red"}]
SHARED = {
    "s3": {"s3:x-amz-content-sha256"},
    "sts": {
        *(
            "sts:externalid",
            "sts:roleauthorizedbyidp",
            "sts:rolesessionname",
            "sts:sourceidentity",
            "sts:transitivetagkeys",
        ),
        *(
            "aws:requesttag/${tagkey}",
            "aws:tagkeys",
            "iam:resourcetag/${tagkey}",
            "aws:resourcetag/${tagkey}",
        ),
        *(f"saml:{key.lower()}" for key in (*LISTS, *TEXTS)),
        *("saml:aud", "saml:doc", "saml:iss", "saml:namequalifier", "saml:sub", "saml:sub_type"),
    },
}
"""What is there for all actions of a service, given to all but a few. AssumeRole has its keys also when it
asks for sts:TagSession and sts:SetSourceIdentity, which a trust policy allows in the same statement; and so
AssumeRoleWithSAML has those of its assertion."""


def values(account: str) -> dict[str, Any]:
    """By the name of a member: what is given."""
    names = {f"{noun}Name": noun.lower() for noun in (*NOUNS, "ServerCertificate")}
    boundary = "arn:aws:iam::aws:policy/AdministratorAccess"
    sent = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")
    return {
        **names,
        "VirtualMFADeviceName": "device",
        "PolicyArn": f"arn:aws:iam::{account}:policy/policy",
        "PermissionsBoundary": boundary,
        "Tags": TAGS,
        "TagKeys": ["Team"],
        "PolicySourceArn": f"arn:aws:iam::{account}:role/role",
        "Arn": f"arn:aws:iam::{account}:role/role",
        "RoleArn": f"arn:aws:iam::{account}:role/role",
        "Resource": f"arn:aws:lambda:us-east-1:{account}:function:echo",
        "FunctionUrlAuthType": "NONE",
        "Role": f"arn:aws:iam::{account}:role/role",
        "RoleSessionName": "morning",
        "ExternalId": "7",
        "SourceIdentity": "ann",
        "TransitiveTagKeys": ["Team"],
        "Bucket": "bucket",
        "Key": "key",
        "CopySource": "bucket/other",
        "Prefix": "a",
        "Delimiter": "/",
        "MaxKeys": 7,
        "ACL": "private",
        **dict.fromkeys(sent, "private"),
        "BucketNamespace": "global",
        "ObjectOwnership": "BucketOwnerEnforced",
        "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1", "Tags": TAGS},
        "IfMatch": '"x"',
        "IfNoneMatch": "*",
        "MetadataDirective": "COPY",
        "ServerSideEncryption": "AES256",
        "SSECustomerAlgorithm": "AES256",
        "StorageClass": "STANDARD",
        "WebsiteRedirectLocation": "/",
        "VersionId": "null",
        "ObjectLockMode": "GOVERNANCE",
        "ObjectLockRetainUntilDate": datetime(2036, 1, 1, tzinfo=UTC),
        "ObjectLockLegalHoldStatus": "ON",
        "Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": datetime(2036, 1, 1, tzinfo=UTC)},
        "LegalHold": {"Status": "ON"},
        "BypassGovernanceRetention": True,
        "AccessKeyId": "AKIA0000000000000000",
        "Delete": {"Objects": [{"Key": "a", "ETag": '"x"'}, {"Key": "b", "VersionId": "null"}]},
        "ServiceName": "bedrock.amazonaws.com",
        "CredentialAgeDays": 7,
        "Properties": {"RoleManager/Enabled": "true"},
        "AssumeRolePolicyDocument": DOCUMENT % account,
        "Url": "https://idp.example.com",
        "Name": "office",
        "SAMLMetadataDocument": metadata(),
        "OpenIDConnectProviderArn": f"arn:aws:iam::{account}:oidc-provider/idp.example.com",
        "SAMLProviderArn": f"arn:aws:iam::{account}:saml-provider/office",
        "PolicyDocument": ALLOW_ALL,
        "OrganizationsPolicyId": "p-12345678",
        "Description": "installs",
        "Permissions": {"PolicyTemplateArn": f"arn:aws:iam::{account}:policy/policy"},
        "RequestorWorkflowId": "workflow",
        "NotificationChannel": "arn:aws:sns:us-east-1:123456789012:installs",
        "SessionDuration": 3600,
        "OwnerId": f"arn:aws:iam::{account}:root",
        "DeletionTaskId": f"task/aws-service-role/ecs.amazonaws.com/x/{UUID(int=0)}",
    }


MEANS = Means("REST-QUERY-STRING", age=1)
SENT = (("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), ("x-amz-acl", "private"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """With an entity of each kind and a bucket."""
    opened = open_world(Settings(tmp_path))
    for name in CREATES:
        run(call(opened, "iam", name))
    run(call(opened, "iam", "CreateVirtualMFADevice"))
    run(call(opened, "iam", "AssociateDelegationRequest"))
    bucket = call(opened, "s3", "CreateBucket")
    without_acl = {name: bucket.input[name] for name in ("Bucket", "CreateBucketConfiguration")}
    run(structs.replace(bucket, input=without_acl))
    add_objects(opened)
    account = first_account(opened)
    run(call(opened, "organizations", "CreateOrganization"))
    with opened.database.write(opened.clock.now()) as tx:
        here = members.of_account(tx, account)
        assert here
        now = opened.clock.now()
        units.insert(tx, Unit("ou-0000-00000000", here.organization, here.parent, "a", now))
        policy = Policy("p-0000000000", here.organization, SCP, "a", ALLOW_ALL, now, now)
        organization_policies.insert(tx, policy)
        for each in ("ou-0000-00000000", "p-0000000000", here.parent, account):
            tags.put(tx, nouns.IN_ORGANIZATION, each, {"Team": "red"})
    run(call(opened, "stepfunctions", "CreateStateMachine"))
    run(call(opened, "cognito-identity", "CreateIdentityPool"))
    run(call(opened, "cognito-identity", "GetId"))
    add_functions(opened)
    add_anchors(opened)
    add_clusters(opened)
    add_directory(opened)
    yield opened
    opened.close()


def add_objects(world: World) -> None:
    """Those that the rows name, with a tag, in a bucket whose tags count."""
    with world.database.write(world.clock.now()) as tx:
        bucket = buckets.named(tx, "bucket")
        assert bucket
        bucket_settings.put(tx, bucket, ABAC, ENABLED)
        for key in (b"key", b"other", b"a", b"b"):
            objects.append(tx, Object(bucket.id, key, f"{key!r}", 0, "x", tx.at, tags={"Team": "red"}))


def add_functions(world: World) -> None:
    """Those that the rows name."""
    with world.database.write(world.clock.now()) as tx:
        for name in ("echo", "free", "plain", "spare"):
            functions.insert(tx, Function(name, first_account(world), "us-east-1", name, tx.at))
            urls.insert(tx, FunctionUrl(name, name, "", "NONE", "", tx.at, tx.at))
            tags.put(tx, "function", name, {"Team": "red"})


ID = str(UUID(int=0))
"""Of one resource of each kind of Roles Anywhere."""


def add_anchors(world: World) -> None:
    """What Roles Anywhere has, with a tag."""
    with world.database.write(world.clock.now()) as tx:
        here, now = (ID, first_account(world), "us-east-1", "a"), tx.at
        trust_anchors.insert(tx, TrustAnchor(*here, "", now, now))
        profiles.insert(tx, Profile(*here, (), (), now, now))
        crls.insert(tx, Crl(*here, ID, b"", b"", now, now))
        subjects.note(tx, Subject(*here, now, now), Use(ID, "a", "1", "", now))
        for kind in (nouns.TRUST_ANCHOR, nouns.PROFILE, nouns.CRL, nouns.SUBJECT):
            tags.put(tx, kind, ID, {"Team": "red"})


def add_clusters(world: World) -> None:
    """A cluster and an association, with a tag."""
    with world.database.write(world.clock.now()) as tx:
        here = (ID, first_account(world), "us-east-1", "prod")
        clusters.insert(tx, Cluster(*here, "https://issuer.example.com", "OTHER", "", tx.at))
        associations.insert(tx, Association(PODS, ID, "shop", "cart", "", tx.at, tx.at))
        for kind, owner in ((nouns.CLUSTER, ID), (nouns.POD_IDENTITY_ASSOCIATION, PODS)):
            tags.put(tx, kind, owner, {"Team": "red"})


INSTANCE_ID, SET_ID, DIRECTORY_ID = "ssoins-0000000000000000", "ps-0000000000000000", "d-0000000000"


def add_directory(world: World) -> None:
    """An instance of Identity Center and a permission set, with a tag."""
    with world.database.write(world.clock.now()) as tx:
        owner = (first_account(world), "us-east-1", DIRECTORY_ID, "")
        instances.insert(tx, Instance(INSTANCE_ID, *owner, tx.at))
        permission_sets.insert(tx, PermissionSet(SET_ID, INSTANCE_ID, "a", tx.at))
        for kind, each in ((nouns.IDENTITY_CENTER, INSTANCE_ID), (nouns.PERMISSION_SET, SET_ID)):
            tags.put(tx, kind, each, {"Team": "red"})


def of_directory(account: str) -> dict[str, Any]:
    """By the name of a member: what operations of Identity Center and of its directory take."""
    arn = f"arn:aws:sso:::permissionSet/{INSTANCE_ID}/{SET_ID}"
    return {
        "IdentityStoreId": DIRECTORY_ID,
        "InstanceArn": f"arn:aws:sso:::instance/{INSTANCE_ID}",
        **dict.fromkeys(("PermissionSetArn", "ResourceArn"), arn),
        **dict.fromkeys(("TargetId", "AccountId"), account),
        "Tags": TAGS,
        "TagKeys": ["Team"],
    }


PODS = "a-aaaaaaaaaaaaaaaaa"


def of_clusters(account: str) -> dict[str, Any]:
    """By the name of a member."""
    role, own = f"arn:aws:iam::{account}:role/role", {"Team": "red"}
    return {"name": "prod", "clusterName": "prod", "associationId": PODS, "roleArn": role, "tags": own}


def of_anchors(account: str) -> dict[str, Any]:
    """By the name of a member."""
    arn = f"arn:aws:rolesanywhere:us-east-1:{account}:trust-anchor/{ID}"
    given = {"tags": [{"key": "Team", "value": "red"}], "tagKeys": ["Team"], "notificationSettings": []}
    return {
        **dict.fromkeys(("trustAnchorId", "profileId", "crlId", "subjectId"), ID),
        **dict.fromkeys(("trustAnchorArn", "resourceArn"), arn),
        **given,
    }


def call(world: World, service: str, name: str) -> Call:
    """With everything that the model takes and is named above; what it requires besides is the row's."""
    account = first_account(world)
    shape = SHAPES[service].operation_model(name).input_shape
    required = shape.required_members if shape else ()
    row = ROWS[service].ROWS.get(name, Row())
    named = {
        "accessanalyzer": {"principalArn": f"arn:aws:iam::{account}:role/role"},
        **dict.fromkeys(("eks", "eks-auth"), of_clusters(account)),
        "iam": {"SerialNumber": f"arn:aws:iam::{account}:mfa/device"},
        "rolesanywhere": of_anchors(account),
        **dict.fromkeys(("identitystore", "sso-admin"), of_directory(account)),
        "s3control": {"ResourceArn": "arn:aws:s3:::bucket", "AccountId": account},
        "signin": {
            "tokenInput": {"clientId": SAME_DEVICE.id, "grantType": CODE, "redirectUri": "http://127.0.0.1:1"}
        },
        "stepfunctions": of_machines(account),
    }
    known = (
        {member: row.given[member] for member in required if member in row.given}
        | values(account)
        | named.get(service, {})
    )
    if service == "cognito-identity":
        known |= of_pools(world, account)
    if service == "organizations":
        known |= of_organization(world, account)
    if "ServiceSpecificCredentialId" in required:
        known["ServiceSpecificCredentialId"] = credential(world, account)
    if {"DelegationRequestId", "EntityArn"} & set(required):
        request_id = delegation(world, account)
        arn = f"arn:aws:iam::{account}:delegation-request/{request_id}"
        known |= {"DelegationRequestId": request_id, "EntityArn": arn}
    if shape and "Tagging" in shape.members:
        known["Tagging"] = "Team=red" if shape.members["Tagging"].type_name == "string" else {"TagSet": TAGS}
    if shape and "Tags" in shape.members and shape.members["Tags"].type_name == "map":
        known["Tags"] = {tag["Key"]: tag["Value"] for tag in TAGS}
    given = {member: known[member] for member in (shape.members if shape else ()) if member in known}
    caller = Caller(user(world, account) if name in ONLY_USERS else Root(account), means=MEANS)
    if name == "AssumeRoleWithWebIdentity":
        caller = web_identity(account)
    if name == "AssumeRoleWithSAML":
        caller = of_saml(account)
    if name in PUBLIC:
        caller = of_a_pool(world, account)
    request = HttpRequest("POST", headers=SENT, peer="::1", tls="1.3")
    return call_of(world, caller, (service, name), given, now=world.clock.now(), request=request)


def of_organization(world: World, account: str) -> dict[str, Any]:
    """By the name of a member: a part of the organization that is there, with a tag."""
    with world.database.read() as tx:
        here = members.of_account(tx, account)
        if here is None:
            return {}
        (unit,), _ = units.page(tx, here.organization, here.parent, limit=1)
        (policy,), _ = organization_policies.page(tx, here.organization, SCP, limit=1)
    parents = ("ParentId", "ChildId", "TargetId", "OrganizationalUnitId")
    return {
        **dict.fromkeys((*parents, "SourceParentId", "DestinationParentId"), unit.id),
        "RootId": here.parent,
        "AccountId": account,
        "PolicyId": policy.id,
        "ResourceId": policy.id,
        **dict.fromkeys(("PolicyType", "Type", "Filter"), SCP),
        "ServicePrincipal": "config.amazonaws.com",
        "Target": {"Id": "111111111111", "Type": "ACCOUNT"},
        "HandshakeId": "h-00000000",
    }


def of_machines(account: str) -> dict[str, Any]:
    """What operations of Step Functions take, whose members begin in lower case."""
    machine = f"arn:aws:states:us-east-1:{account}:stateMachine:new"
    return {
        "stateMachineArn": machine,
        "resourceArn": machine,
        "executionArn": f"arn:aws:states:us-east-1:{account}:execution:new:1",
        "roleArn": f"arn:aws:iam::{account}:role/role",
        "tags": [{"key": "Team", "value": "red"}],
        "tagKeys": ["Team"],
    }


def of_pools(world: World, account: str) -> dict[str, Any]:
    """What operations of identity pools take: the pool that there is, and the identity in it."""
    given: dict[str, Any] = {"IdentityPoolTags": {"Team": "red"}, "Roles": {}}
    if (pool := first_pool(world, account)) is None:
        return given
    with world.database.read() as tx:
        found, _ = identities.page(tx, pool.id, limit=1)
    named = {"IdentityId": found[0].id, "IdentityIdsToDelete": [found[0].id]} if found else {}
    return {**given, **named, "IdentityPoolId": pool.id, "ResourceArn": pool.arn}


def first_pool(world: World, account: str) -> Pool | None:
    with world.database.read() as tx:
        found, _ = pools.page(tx, account, "us-east-1", limit=1)
    return found[0] if found else None


def of_a_pool(world: World, account: str) -> Caller:
    """A caller who has logged in to it."""
    pool = first_pool(world, account)
    assert pool
    login = Login("idp.example.com", "ann")
    return Caller(WebIdentity("idp.example.com", "ann"), vouched=VouchedForPool(pool, (login,)))


def user(world: World, account: str) -> User:
    """The one that there is."""
    found = world.facts.get(entities.USER, account, "user")
    assert found
    return User(account, found.name, found.id)


def web_identity(account: str) -> Caller:
    """A caller whose token says all that AWS documents of this issuer, and what it may ask for."""
    asked = {
        "sub": "1",
        "aud": "us-east-1:1",
        "amr": ["authenticated"],
        "https://aws.amazon.com/tags": {"principal_tags": {"Team": ["red"]}, "transitive_tag_keys": ["Team"]},
        "https://aws.amazon.com/source_identity": "ann",
        "https://aws.amazon.com/roles": [f"arn:aws:iam::{account}:role/role"],
    }
    url = "https://cognito-identity.amazonaws.com"
    token = IdentityToken("", "RS256", "1", url, "1", ("us-east-1:1",), "", 0, 0, 0, asked)
    provider = f"arn:aws:iam::{account}:oidc-provider/cognito-identity.amazonaws.com"
    told = vouched(token, "us-east-1:1", f"arn:aws:iam::{account}:role/role")
    return Caller(WebIdentity(provider, "1", "us-east-1:1"), vouched=told)


def of_saml(account: str) -> Caller:
    """A caller whose assertion says all that makes a condition key."""
    provider = SamlProvider("1", account, "office", datetime.now(UTC), datetime.now(UTC))
    role = f"arn:aws:iam::{account}:role/role"
    of_aws = {"Role": f"{role},{provider.arn}", "RoleSessionName": "morning", "SourceIdentity": "ann"}
    of_aws |= {"PrincipalTag:Team": "red", "TransitiveTagKeys": "Team"}
    names = [name for table in (LISTS, TEXTS) for each in table.values() for name in each]
    given = dict.fromkeys(names, ("1",)) | {f"{AWS}{name}": (value,) for name, value in of_aws.items()}
    told = Assertion("_1", "idp", 0, "ann", "x", "r", 0, 0, None, ((),), None, given)
    return Caller(Saml(provider.arn, "ann"), vouched=vouched_by_saml(told, provider, role, 0))


def credential(world: World, account: str) -> str:
    """The id of the service-specific credential that there is."""
    with world.database.read() as tx:
        (found,), _ = service_credentials.page(tx, account, limit=1)
    return found.id


def delegation(world: World, account: str) -> str:
    """The id of the delegation request that there is."""
    with world.database.read() as tx:
        found = delegation_requests.of_workflow(tx, account, "workflow")
    assert found
    return found.id


def run(called: Call) -> dict[str, Any]:
    """What the operation does for root."""
    return carry_out(called, SERVED[called.service][called.name].demands(called))


def filled(world: World) -> dict[str, set[str]]:
    """Action -> its condition keys, in lower case; those of the caller and the connection left out."""
    found: dict[str, set[str]] = {}
    for service, rows in SERVED.items():
        for name, row in rows.items():
            called = call(world, service, name)
            for demand in (*row.demands(called), *of_guests(called)):
                keys = Gathering(structs.replace(called.context, request=HttpRequest("POST")))
                everywhere, context = keys.of(Demand(demand.action, "*", "")), keys.of(demand)
                own = {named(key) for key in context.keys() - everywhere.keys() - {"aws:ResourceAccount"}}
                found.setdefault(demand.action, set()).update(key for key in own if not of_issuer(key))
    return found


def of_guests(called: Call) -> tuple[Demand, ...]:
    """What the operation of an identity pool demands of a caller who hasn't logged in."""
    if called.name not in PUBLIC or called.name == "UnlinkIdentity":
        return ()
    assert isinstance(called.caller.vouched, VouchedForPool)
    guest = structs.replace(called.caller, vouched=VouchedForPool(called.caller.vouched.pool))
    context = structs.replace(called.context, caller=guest)
    return SERVED[called.service][called.name].demands(structs.replace(called, context=context))


def named(key: str) -> str:
    """As the reference has it: the key of a tag is a variable."""
    head, slash, _ = key.lower().partition("/")
    return f"{head}/${{tagkey}}" if slash else head


def of_issuer(key: str) -> bool:
    """Whether it is a claim of a token: every claim is a key, so AWS's lists of some issuers are filled."""
    return "." in key.partition(":")[0]


@pytest.fixture
def known(world: World) -> dict[str, frozenset[str]]:
    """Action -> the keys that AWS gives it."""
    actions = {action: catalogue().action(action) for action in filled(world).keys() - UNLISTED}
    assert all(actions.values()), actions
    with_claims = "sts:AssumeRoleWithWebIdentity"
    return {
        action: frozenset(
            key.replace("<key>", "${tagkey}")
            for key in found.condition_keys
            if action != with_claims or not of_issuer(key)
        )
        for action, found in actions.items()
        if found
    }


def test_the_list_is_true(world: World, known: dict[str, frozenset[str]]) -> None:
    have = filled(world)
    text = "".join(
        f"{action} {key}\n" for action, keys in sorted(known.items()) for key in sorted(keys - have[action])
    )
    if os.environ.get("UPDATE_GOLDEN"):
        LIST.write_text(text)
    assert LIST.read_text() == text
    assert len(text.splitlines()) == COUNT


def test_no_action_has_keys_that_aws_does_not_give_it(world: World, known: dict[str, frozenset[str]]) -> None:
    more = {
        action: keys - known.get(action, keys) - SHARED.get(action.partition(":")[0], set())
        for action, keys in filled(world).items()
    }
    assert {action: keys for action, keys in more.items() if keys} == {}


def test_the_page_of_keys_is_true(world: World) -> None:
    """Every key of S3 has a row on the page, and those that some request has say so."""
    rows = re.findall(r"^\| `(s3:[\w-]+)(/\*)?` \| (yes|no) \|", PAGE.read_text(), re.MULTILINE)
    told = {key.lower() + ("/${tagkey}" if tag else ""): here for key, tag, here in rows}
    assert len(told) == len(rows)
    given = {
        key.replace("<key>", "${tagkey}")
        for action in catalogue().matching("s3:*")
        for key in action.condition_keys
        if key.startswith("s3:")
    }
    assert told.keys() == given
    have = set().union(*filled(world).values()) | {"s3:tlsversion"}  # of a connection
    assert {key for key, here in told.items() if here == "yes"} == have & given
