"""Every function that alters what decisions depend on says so; a table of all of them."""

import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Table, select

from watchword import store
from watchword.store import (
    Database,
    Topic,
    Transaction,
    accounts,
    audit,
    changes,
    keyring,
    revocations,
    schema,
    sign_ins,
    tags,
    used_signatures,
)
from watchword.store.accounts import Account
from watchword.store.changes import CHANGES as CHANGES_LOG
from watchword.store.cognito_identity import identities, pools
from watchword.store.cognito_identity.pools import Pool, PoolSettings
from watchword.store.eks import associations, clusters
from watchword.store.eks.associations import Association
from watchword.store.eks.clusters import Cluster
from watchword.store.functions import (
    aliases,
    dead_letters,
    event_configs,
    functions,
    permissions,
    urls,
    versions,
)
from watchword.store.functions import events as function_events
from watchword.store.functions.aliases import Alias as FunctionAlias
from watchword.store.functions.functions import Function
from watchword.store.functions.permissions import Permissions
from watchword.store.functions.urls import FunctionUrl
from watchword.store.functions.versions import Version as FunctionVersion
from watchword.store.iam import (
    access_keys,
    accesses,
    account_settings,
    attachments,
    credential_reports,
    delegation_requests,
    failed_attempts,
    groups,
    inline_policies,
    instance_profiles,
    login_profiles,
    mfa_devices,
    oidc_providers,
    password_policies,
    policies,
    policy_versions,
    roles,
    saml_private_keys,
    saml_providers,
    server_certificates,
    service_credentials,
    signing_certificates,
    ssh_public_keys,
    token_keys,
    users,
)
from watchword.store.iam.access_keys import AccessKey
from watchword.store.iam.account_settings import AccountSettings
from watchword.store.iam.groups import Group, Membership
from watchword.store.iam.inline_policies import Inline
from watchword.store.iam.instance_profiles import InstanceProfile
from watchword.store.iam.mfa_devices import MfaDevice
from watchword.store.iam.oidc_providers import OidcProvider
from watchword.store.iam.password_policies import PasswordPolicy
from watchword.store.iam.policies import Policy
from watchword.store.iam.policy_versions import Version
from watchword.store.iam.roles import Role
from watchword.store.iam.saml_private_keys import SamlPrivateKey
from watchword.store.iam.saml_providers import SamlProvider
from watchword.store.iam.server_certificates import Material, ServerCertificate
from watchword.store.iam.service_credentials import ServiceCredential
from watchword.store.iam.token_keys import TokenKey
from watchword.store.iam.users import User
from watchword.store.identity_center import (
    assignments,
    external_ids,
    instances,
    memberships,
    permission_sets,
    provisions,
    requests,
    scim_tokens,
)
from watchword.store.identity_center import groups as directory_groups
from watchword.store.identity_center import users as directory_users
from watchword.store.identity_center.assignments import Assignment
from watchword.store.identity_center.groups import Group as DirectoryGroup
from watchword.store.identity_center.instances import Instance
from watchword.store.identity_center.memberships import Membership as DirectoryMembership
from watchword.store.identity_center.permission_sets import PermissionSet
from watchword.store.identity_center.provisions import Provision
from watchword.store.identity_center.users import User as DirectoryUser
from watchword.store.keyring import WrappedKey
from watchword.store.machines import executions, leases, state_machines
from watchword.store.machines.state_machines import Revision, StateMachine
from watchword.store.organizations import attachments as organization_attachments
from watchword.store.organizations import (
    creations,
    handshakes,
    members,
    organizations,
    resource_policies,
    services,
    units,
)
from watchword.store.organizations import policies as organization_policies
from watchword.store.organizations.attachments import Attachment
from watchword.store.organizations.members import Member
from watchword.store.organizations.organizations import Organization
from watchword.store.organizations.policies import Policy as OrganizationPolicy
from watchword.store.organizations.resource_policies import ResourcePolicy
from watchword.store.organizations.services import Delegation
from watchword.store.organizations.units import Unit
from watchword.store.portal import authenticators, device_authorizations, passwords, secrets
from watchword.store.portal import sessions as portal_sessions
from watchword.store.portal.passwords import Password
from watchword.store.revocations import Revocation
from watchword.store.rolesanywhere import crls, host_authorities, hosts, subjects, trust_anchors
from watchword.store.rolesanywhere import profiles as anywhere_profiles
from watchword.store.rolesanywhere.crls import Crl
from watchword.store.rolesanywhere.host_authorities import HostAuthority
from watchword.store.rolesanywhere.hosts import Host
from watchword.store.rolesanywhere.profiles import Profile as AnywhereProfile
from watchword.store.rolesanywhere.trust_anchors import TrustAnchor
from watchword.store.s3 import (
    account_blocks,
    bucket_settings,
    buckets,
    locks,
    notifications,
    objects,
    parts,
    uploads,
)
from watchword.store.s3.buckets import Bucket

A = "111111111111"
NOW = datetime(2026, 3, 14, tzinfo=UTC)
ACCOUNT = Account(A, "main", NOW)
USER = User("AIDA1", A, "alice", "/", NOW)
GROUP = Group("AGPA1", A, "staff", "/", NOW)
PROFILE = InstanceProfile("AIPA1", A, "machines", "/", NOW)
MEMBERSHIP = Membership("AIDA1", "AGPA1", "staff")
ROLE = Role("AROA1", A, "deploy", "/", NOW, "{}")
POLICY = Policy("ANPA1", A, "Read", "/", "arn:aws:iam::111111111111:policy/Read", NOW, NOW)
VERSION = Version("ANPA1", 2, "{}", NOW, default=False)
KEY = AccessKey("AKIA1", A, None, b"sealed", "k1", NOW)
DEVICE = MfaDevice("abc1", A, "phone", "/", NOW, b"sealed", "k1")
RULES = PasswordPolicy(A, 6, False, False, False, False, False, False)
BUCKET = Bucket("b1", "logs", A, "eu-west-1", NOW)
OIDC = OidcProvider("o1", A, "issuer.example.com", NOW)
SAML = SamlProvider("S1", A, "office", NOW, NOW)
TOKEN_KEY = TokenKey("T1", A, "ES384", b"sealed", "k1", NOW)
SAML_KEY = SamlPrivateKey("K1", "S1", b"sealed", "k1", NOW)
CERTIFICATE = ServerCertificate("ASCA1", A, "web", "/", NOW, NOW)
MATERIAL = Material("ASCA1", "body", None, b"sealed", "k1")
CREDENTIAL = ServiceCredential("ACCA1", A, "AIDA1", "codecommit.amazonaws.com", "alice-at", b"digest", NOW)
ORGANIZATION = Organization("o-1", A, "r-1", NOW)
UNIT = Unit("ou-1", "o-1", "r-1", "production", NOW)
MEMBER = Member(A, "o-1", "r-1", NOW)
GUARDRAIL = OrganizationPolicy("p-1", "o-1", "SERVICE_CONTROL_POLICY", "regions", "{}", NOW, NOW)
DELEGATION = Delegation("o-1", A, "config.amazonaws.com", NOW)
ATTACHED = Attachment("o-1", "SERVICE_CONTROL_POLICY", "p-1", "ou-1", 1)
FUNCTION = Function("f1", A, "eu-west-1", "echo", NOW)
FUNCTION_VERSION = FunctionVersion(
    "f1", 1, "arn", "python3.12", "app.handler", "", 3, 128, 512, "x86_64", b"", "", "", "b", "", 1, NOW, "r"
)
FUNCTION_ALIAS = FunctionAlias("f1", "live", 1, "", "r")
FUNCTION_POLICY = Permissions("f1", "", "{}", "r")
FUNCTION_URL = FunctionUrl("u" * 32, "f1", "", "NONE", "", NOW, NOW)
WRAPPED = WrappedKey("k1", b"sealed", NOW)
MACHINE = StateMachine("m1", A, "eu-west-1", "nightly", "STANDARD", NOW, "r1")
FIRST, SECOND = (Revision(each, "m1", "{}", "arn", NOW) for each in ("r1", "r2"))
IDENTITY_POOL = Pool(
    "eu-west-1:1", A, "eu-west-1", "app", "https://w.example", PoolSettings(guests=True), NOW
)
ANCHOR = TrustAnchor("t1", A, "eu-west-1", "site", "", NOW, NOW)
ANYWHERE_PROFILE = AnywhereProfile("p1", A, "eu-west-1", "web", (), (), NOW, NOW)
CRL = Crl("c1", A, "eu-west-1", "gone", "t1", b"", b"", NOW, NOW)
HOST = Host("i-1", A, "eu-west-1", "web-1", "t1", (), None, NOW, NOW)
CLUSTER = Cluster("c1", A, "eu-west-1", "prod", "https://issuer.example.com", "OTHER", "", NOW)
PODS = Association("a-1", "c1", "shop", "cart", "", NOW, NOW)
HOST_AUTHORITY = HostAuthority("t1", A, b"sealed", "k1", NOW)
INSTANCE = Instance("ssoins-1", A, "eu-west-1", "d-1", "", NOW)
PERSON = DirectoryUser("u1", "d-1", "ann", {}, NOW, "arn", NOW, "arn")
TEAM = DirectoryGroup("g1", "d-1", "ops", "", NOW, "arn", NOW, "arn")
JOINED = DirectoryMembership("m1", "d-1", "g1", "u1", NOW, "arn")
READERS = PermissionSet("ps-1", "ssoins-1", "Read", NOW)
ASSIGNED = Assignment("ps-1", A, "USER", "u1", NOW, 1)
PROVISIONED = Provision("ps-1", A, "AROA1", 1, NOW)
REVOCATION = Revocation(A, "role", "AROA1", NOW, NOW)

Told = tuple[tuple[object, ...], dict[str, object], *tuple[tuple[str, str], ...]]
"""Arguments of a function, and the topics that it changes."""

CHANGES: dict[Callable[..., object], Told] = {
    accounts.insert: ((ACCOUNT,), {}, ("account", A)),
    accounts.set_alias: ((A, "legion"), {}, ("account", A)),
    accounts.close: ((A,), {}, ("account", A)),
    accounts.reopen: ((A,), {}, ("account", A)),
    organizations.insert: ((ORGANIZATION,), {}, ("organization", "o-1")),
    organizations.set_policy_types: ((ORGANIZATION, ()), {}, ("organization", "o-1")),
    organizations.set_features: ((ORGANIZATION, "ALL"), {}, ("organization", "o-1")),
    organizations.set_root_features: ((ORGANIZATION, ()), {}, ("organization", "o-1")),
    organizations.remove: ((ORGANIZATION,), {}, ("organization", "o-1")),
    units.insert: ((UNIT,), {}, ("organizational-unit", "ou-1")),
    units.rename: ((UNIT, "test"), {}, ("organizational-unit", "ou-1")),
    units.remove: ((UNIT,), {}, ("organizational-unit", "ou-1")),
    members.insert: ((MEMBER,), {}, ("account", A)),
    members.move: ((MEMBER, "ou-1"), {}, ("account", A)),
    members.remove: ((MEMBER,), {}, ("account", A)),
    organization_policies.insert: ((GUARDRAIL,), {}, ("organization-policy", "p-1")),
    organization_policies.update: ((GUARDRAIL,), {"name": "x"}, ("organization-policy", "p-1")),
    organization_policies.remove: ((GUARDRAIL,), {}, ("organization-policy", "p-1")),
    services.delegate: ((DELEGATION,), {}, ("account", A)),
    services.withdraw: ((DELEGATION,), {}, ("account", A)),
    resource_policies.put: ((ResourcePolicy("o-1", "rp-1", "{}"),), {}, ("organization", "o-1")),
    resource_policies.remove: (("o-1",), {}, ("organization", "o-1")),
    organization_attachments.insert: (([ATTACHED],), {}, ("organization-target", "ou-1")),
    organization_attachments.remove: ((ATTACHED,), {}, ("organization-target", "ou-1")),
    organization_attachments.remove_type: (
        ("o-1", "SERVICE_CONTROL_POLICY"),
        {},
        ("organization-target", "ou-1"),
    ),
    organization_attachments.remove_target: (("o-1", "ou-1"), {}, ("organization-target", "ou-1")),
    users.insert: ((USER,), {}, ("user", "AIDA1")),
    users.rename: ((USER,), {"name": "bob", "path": "/"}, ("user", "AIDA1")),
    users.set_boundary: ((USER, "arn"), {}, ("user", "AIDA1")),
    users.remove: ((USER,), {}, ("user", "AIDA1")),
    users.insert_all: (([USER],), {}, ("user", "AIDA1")),
    users.overwrite: ((USER,), {}, ("user", "AIDA1")),
    groups.insert: ((GROUP,), {}, ("group", "AGPA1")),
    groups.rename: ((GROUP,), {"name": "ops", "path": "/"}, ("group", "AGPA1")),
    groups.remove: ((GROUP,), {}, ("group", "AGPA1")),
    groups.add_member: ((GROUP, USER), {}, ("user", "AIDA1")),
    groups.insert_all: (([GROUP],), {}, ("group", "AGPA1")),
    groups.overwrite: ((GROUP,), {}, ("group", "AGPA1")),
    groups.add_members: (([MEMBERSHIP],), {}, ("user", "AIDA1")),
    groups.leave_all: ((USER,), {}, ("user", "AIDA1")),
    groups.remove_member: ((GROUP, USER), {}, ("user", "AIDA1")),
    roles.insert: ((ROLE,), {}, ("role", "AROA1")),
    roles.configure: ((ROLE,), {"description": "", "max_session": 1}, ("role", "AROA1")),
    roles.set_trust: ((ROLE, "{}"), {}, ("role", "AROA1")),
    roles.set_boundary: ((ROLE, None), {}, ("role", "AROA1")),
    roles.insert_all: (([ROLE],), {}, ("role", "AROA1")),
    roles.overwrite: ((ROLE,), {}, ("role", "AROA1")),
    roles.remove: ((ROLE,), {}, ("role", "AROA1")),
    instance_profiles.insert: ((PROFILE,), {}, ("instance-profile", "AIPA1")),
    instance_profiles.set_role: ((PROFILE, None), {}, ("instance-profile", "AIPA1")),
    instance_profiles.insert_all: (([PROFILE],), {}, ("instance-profile", "AIPA1")),
    instance_profiles.overwrite: ((PROFILE,), {}, ("instance-profile", "AIPA1")),
    instance_profiles.remove: ((PROFILE,), {}, ("instance-profile", "AIPA1")),
    policies.insert: ((POLICY, "{}"), {}, ("policy", "ANPA1")),
    policies.update: ((POLICY,), {"updated": NOW}, ("policy", "ANPA1")),
    policies.insert_all: (([POLICY],), {}, ("policy", "ANPA1")),
    policies.overwrite: ((POLICY,), {}, ("policy", "ANPA1")),
    policies.remove: ((POLICY,), {}, ("policy", "ANPA1")),
    policy_versions.insert: ((POLICY, "{}"), {"default": True}, ("policy", "ANPA1")),
    policy_versions.set_default: ((POLICY, 1), {}, ("policy", "ANPA1")),
    policy_versions.insert_all: (([VERSION],), {}, ("policy", "ANPA1")),
    policy_versions.remove_all: ((POLICY,), {}, ("policy", "ANPA1")),
    policy_versions.remove: ((POLICY, 2), {}, ("policy", "ANPA1")),
    attachments.attach: (("group", "AGPA1", "arn"), {}, ("group", "AGPA1")),
    attachments.attach_all: (("group", {"AGPA1": ["arn"]}), {}, ("group", "AGPA1")),
    attachments.detach: (("group", "AGPA1", "arn"), {}, ("group", "AGPA1")),
    inline_policies.put: ((Inline("role", "AROA1", "a", "{}"),), {}, ("role", "AROA1")),
    inline_policies.insert_all: (([Inline("role", "AROA1", "a", "{}")],), {}, ("role", "AROA1")),
    inline_policies.remove: (("role", "AROA1", "a"), {}, ("role", "AROA1")),
    access_keys.insert: ((KEY,), {}, ("access_key", "AKIA1")),
    access_keys.set_status: ((KEY, "Inactive"), {}, ("access_key", "AKIA1")),
    access_keys.reseal: ((KEY,), {"sealed": b"", "sealing_key": "k2"}, ("access_key", "AKIA1")),
    access_keys.remove: ((KEY,), {}, ("access_key", "AKIA1")),
    mfa_devices.insert: ((DEVICE,), {}, ("mfa", "abc1")),
    mfa_devices.remove: ((DEVICE,), {}, ("mfa", "abc1")),
    password_policies.put: ((RULES,), {}, ("account", A)),
    password_policies.remove: ((A,), {}, ("account", A)),
    oidc_providers.insert: ((OIDC,), {}, ("oidc-provider", "o1")),
    oidc_providers.set_client_ids: ((OIDC, ("a",)), {}, ("oidc-provider", "o1")),
    oidc_providers.set_thumbprints: ((OIDC, ("a",)), {}, ("oidc-provider", "o1")),
    oidc_providers.remove: ((OIDC,), {}, ("oidc-provider", "o1")),
    saml_providers.insert: ((SAML, "<x/>"), {}, ("saml-provider", "S1")),
    saml_providers.set_document: ((SAML, "<x/>", NOW), {}, ("saml-provider", "S1")),
    saml_providers.set_encryption_mode: ((SAML, "Required"), {}, ("saml-provider", "S1")),
    saml_providers.remove: ((SAML,), {}, ("saml-provider", "S1")),
    saml_private_keys.insert: ((SAML_KEY,), {}, ("saml-provider", "S1")),
    saml_private_keys.reseal: ((SAML_KEY,), {"sealed": b"", "sealing_key": "k2"}, ("saml-provider", "S1")),
    saml_private_keys.remove: ((SAML_KEY,), {}, ("saml-provider", "S1")),
    token_keys.insert: ((TOKEN_KEY,), {}, ("token-key", A)),
    token_keys.reseal: ((TOKEN_KEY,), {"sealed": b"", "sealing_key": "k2"}, ("token-key", A)),
    token_keys.remove: ((TOKEN_KEY,), {}, ("token-key", A)),
    server_certificates.insert: ((CERTIFICATE, MATERIAL), {}, ("server-certificate", "ASCA1")),
    server_certificates.rename: (
        (CERTIFICATE,),
        {"name": "www", "path": "/"},
        ("server-certificate", "ASCA1"),
    ),
    server_certificates.reseal: (
        (MATERIAL,),
        {"sealed": b"", "sealing_key": "k2"},
        ("server-certificate", "ASCA1"),
    ),
    server_certificates.remove: ((CERTIFICATE,), {}, ("server-certificate", "ASCA1")),
    service_credentials.insert: ((CREDENTIAL,), {}, ("service_credential", "ACCA1")),
    service_credentials.set_status: ((CREDENTIAL, "Inactive"), {}, ("service_credential", "ACCA1")),
    service_credentials.set_secret: ((CREDENTIAL, b"other"), {}, ("service_credential", "ACCA1")),
    service_credentials.remove: ((CREDENTIAL,), {}, ("service_credential", "ACCA1")),
    account_settings.put: ((AccountSettings(A),), {}, ("account", A)),
    pools.insert: ((IDENTITY_POOL,), {}, ("identity-pool", IDENTITY_POOL.id)),
    pools.update: ((IDENTITY_POOL,), {}, ("identity-pool", IDENTITY_POOL.id)),
    pools.remove: ((IDENTITY_POOL,), {}, ("identity-pool", IDENTITY_POOL.id)),
    state_machines.insert: ((MACHINE, FIRST), {}, ("state-machine", "m1")),
    state_machines.revise: ((MACHINE, SECOND), {}, ("state-machine", "m1")),
    state_machines.begin_deleting: ((MACHINE,), {}, ("state-machine", "m1")),
    state_machines.remove: ((MACHINE,), {}, ("state-machine", "m1")),
    tags.put: (("user", "AIDA1", {"a": "1"}), {}, ("user", "AIDA1")),
    tags.insert_all: (("user", {"AIDA1": {"a": "1"}}), {}, ("user", "AIDA1")),
    tags.remove: (("user", "AIDA1", ["a"]), {}, ("user", "AIDA1")),
    tags.remove_all: (("user", "AIDA1"), {}, ("user", "AIDA1")),
    revocations.put: ((REVOCATION,), {}, ("revocation", A)),
    buckets.insert: ((BUCKET,), {}, ("bucket", "b1")),
    buckets.set_policy: ((BUCKET, "{}"), {}, ("bucket", "b1")),
    buckets.set_versioning: ((BUCKET, "Enabled"), {}, ("bucket", "b1")),
    buckets.set_object_lock: ((BUCKET, "{}"), {}, ("bucket", "b1")),
    buckets.remove: ((BUCKET,), {}, ("bucket", "b1")),
    bucket_settings.put: ((BUCKET, "cors", "{}"), {}, ("bucket", "b1")),
    bucket_settings.remove_all: ((BUCKET,), {}, ("bucket", "b1")),
    account_blocks.put: ((A, ()), {}, ("account", A)),
    account_blocks.remove: ((A,), {}, ("account", A)),
    functions.insert: ((FUNCTION,), {}, ("function", "f1")),
    functions.reserve: ((FUNCTION, 1), {}, ("function", "f1")),
    functions.publish: ((FUNCTION,), {}, ("function", "f1")),
    functions.remove: ((FUNCTION,), {}, ("function", "f1")),
    aliases.insert: ((FUNCTION_ALIAS,), {}, ("function", "f1")),
    aliases.update: ((FUNCTION_ALIAS,), {}, ("function", "f1")),
    aliases.remove: ((FUNCTION_ALIAS,), {}, ("function", "f1")),
    aliases.remove_all: (("f1",), {}, ("function", "f1")),
    permissions.put: ((FUNCTION_POLICY,), {}, ("function", "f1")),
    permissions.remove: (("f1", ""), {}, ("function", "f1")),
    permissions.remove_all: (("f1",), {}, ("function", "f1")),
    urls.insert: ((FUNCTION_URL,), {}, ("function", "f1")),
    urls.update: ((FUNCTION_URL,), {}, ("function", "f1")),
    urls.remove: (("f1", ""), {}, ("function", "f1")),
    urls.remove_all: (("f1",), {}, ("function", "f1")),
    versions.insert: ((FUNCTION_VERSION,), {}, ("function", "f1")),
    versions.update: ((FUNCTION_VERSION,), {}, ("function", "f1")),
    clusters.insert: ((CLUSTER,), {}, ("cluster", "c1")),
    clusters.remove: ((CLUSTER,), {}, ("cluster", "c1")),
    associations.insert: ((PODS,), {}, ("podidentityassociation", "a-1")),
    associations.update: ((PODS,), {}, ("podidentityassociation", "a-1")),
    associations.remove: ((PODS,), {}, ("podidentityassociation", "a-1")),
    hosts.insert: ((HOST,), {}, ("host", "i-1")),
    hosts.update: ((HOST,), {}, ("host", "i-1")),
    hosts.remove: ((HOST,), {}, ("host", "i-1")),
    host_authorities.insert: ((HOST_AUTHORITY,), {}, ("trust-anchor", "t1")),
    host_authorities.reseal: (
        (HOST_AUTHORITY,),
        {"sealed": b"", "sealing_key": "k2"},
        ("trust-anchor", "t1"),
    ),
    versions.reseal: ((FUNCTION_VERSION,), {"sealed": b"", "sealing_key": "k2"}, ("function", "f1")),
    trust_anchors.insert: ((ANCHOR,), {}, ("trust-anchor", "t1")),
    trust_anchors.update: ((ANCHOR,), {}, ("trust-anchor", "t1")),
    trust_anchors.remove: ((ANCHOR,), {}, ("trust-anchor", "t1")),
    anywhere_profiles.insert: ((ANYWHERE_PROFILE,), {}, ("profile", "p1")),
    anywhere_profiles.update: ((ANYWHERE_PROFILE,), {}, ("profile", "p1")),
    anywhere_profiles.remove: ((ANYWHERE_PROFILE,), {}, ("profile", "p1")),
    crls.insert: ((CRL,), {}, ("trust-anchor", "t1")),
    crls.update: ((CRL,), {}, ("trust-anchor", "t1")),
    crls.remove: ((CRL,), {}, ("crl", "c1"), ("trust-anchor", "t1")),
    versions.remove: ((FUNCTION_VERSION,), {}, ("function", "f1")),
    versions.remove_all: (("f1",), {}, ("function", "f1")),
    instances.insert: ((INSTANCE,), {}, ("identity-center", "ssoins-1")),
    instances.rename: ((INSTANCE, "main"), {}, ("identity-center", "ssoins-1")),
    instances.remove: ((INSTANCE,), {}, ("identity-center", "ssoins-1")),
    directory_users.insert: ((PERSON,), {}, ("directory-user", "u1")),
    directory_users.update: ((PERSON,), {}, ("directory-user", "u1")),
    directory_users.remove: ((PERSON,), {}, ("directory-user", "u1")),
    passwords.put: ((Password("u1", "hash", NOW),), {}, ("directory-user", "u1")),
    directory_groups.insert: ((TEAM,), {}, ("directory-group", "g1")),
    directory_groups.update: ((TEAM,), {}, ("directory-group", "g1")),
    directory_groups.remove: ((TEAM,), {}, ("directory-group", "g1")),
    memberships.insert: ((JOINED,), {}, ("directory-user", "u1")),
    memberships.remove: ((JOINED,), {}, ("directory-user", "u1")),
    memberships.remove_user: ((PERSON,), {}, ("directory-user", "u1")),
    memberships.remove_group: ((TEAM,), {}, ("directory-user", "u1")),
    permission_sets.insert: ((READERS,), {}, ("permission-set", "ps-1")),
    permission_sets.revise: ((READERS,), {}, ("permission-set", "ps-1")),
    permission_sets.remove: ((READERS,), {}, ("permission-set", "ps-1")),
    assignments.insert: ((ASSIGNED,), {}, ("permission-set", "ps-1"), ("directory-user", "u1")),
    assignments.remove: ((ASSIGNED,), {}, ("permission-set", "ps-1"), ("directory-user", "u1")),
    provisions.put: ((PROVISIONED,), {}, ("permission-set", "ps-1")),
    provisions.remove: ((PROVISIONED,), {}, ("permission-set", "ps-1")),
    keyring.insert: ((WRAPPED,), {}, ("keyring", "*")),
    keyring.retire: ((WRAPPED,), {}, ("keyring", "*")),
}

WRITES = re.compile(r"tx\.run|self\.update\(tx|\.(insert|update|rename|remove)\(tx")
"""In the source of a function: that it writes, itself or by a function of `Entities`."""


def _members(tx: Transaction) -> None:
    users.insert(tx, USER)
    groups.insert(tx, GROUP)


def _directory(tx: Transaction) -> None:
    directory_users.insert(tx, PERSON)
    directory_groups.insert(tx, TEAM)


def _joined(tx: Transaction) -> None:
    _directory(tx)
    memberships.insert(tx, JOINED)


def _readers(tx: Transaction) -> None:
    instances.insert(tx, INSTANCE)
    permission_sets.insert(tx, READERS)
    roles.insert(tx, ROLE)


def _organization(tx: Transaction) -> None:
    accounts.insert(tx, ACCOUNT)
    organizations.insert(tx, ORGANIZATION)


def _attached(tx: Transaction) -> None:
    _organization(tx)
    organization_attachments.insert(tx, [ATTACHED])


BEFORE: dict[Callable[..., object], Callable[[Transaction], object]] = {
    associations.insert: lambda tx: clusters.insert(tx, CLUSTER),
    passwords.put: lambda tx: directory_users.insert(tx, PERSON),
    organizations.insert: lambda tx: accounts.insert(tx, ACCOUNT),
    units.insert: _organization,
    services.delegate: _organization,
    resource_policies.put: _organization,
    members.insert: _organization,
    organization_policies.insert: _organization,
    organization_attachments.insert: _organization,
    organization_attachments.remove_type: _attached,
    attachments.detach: lambda tx: attachments.attach(tx, "group", "AGPA1", "arn"),
    groups.add_member: _members,
    groups.add_members: _members,
    versions.insert: lambda tx: functions.insert(tx, FUNCTION),
    bucket_settings.put: lambda tx: buckets.insert(tx, BUCKET),
    aliases.insert: lambda tx: functions.insert(tx, FUNCTION),
    permissions.put: lambda tx: functions.insert(tx, FUNCTION),
    urls.insert: lambda tx: functions.insert(tx, FUNCTION),
    account_blocks.put: lambda tx: accounts.insert(tx, ACCOUNT),
    password_policies.put: lambda tx: accounts.insert(tx, ACCOUNT),
    policy_versions.insert: lambda tx: policies.insert(tx, POLICY, "{}"),
    policy_versions.insert_all: lambda tx: policies.insert(tx, POLICY, "{}"),
    saml_private_keys.insert: lambda tx: saml_providers.insert(tx, SAML, "<x/>"),
    service_credentials.insert: lambda tx: users.insert(tx, USER),
    state_machines.revise: lambda tx: state_machines.insert(tx, MACHINE, FIRST),
    crls.insert: lambda tx: trust_anchors.insert(tx, ANCHOR),
    memberships.insert: _directory,
    memberships.remove_group: _joined,
    permission_sets.insert: lambda tx: instances.insert(tx, INSTANCE),
    assignments.insert: _readers,
    provisions.put: _readers,
}
"""What must be there for a change to be one."""

NO_DECISION_DEPENDS_ON = {
    roles.note_use,
    access_keys.note_use,
    accesses.note,
    accesses.remove_all,
    users.note_sign_in,
    login_profiles.insert,
    login_profiles.set_password,
    login_profiles.set_reset_required,
    login_profiles.remove,
    mfa_devices.assign,
    mfa_devices.unassign,
    mfa_devices.synchronise,
    mfa_devices.reseal,
    credential_reports.put,
    delegation_requests.insert,
    delegation_requests.remove_old,
    delegation_requests.replace,
    failed_attempts.put,
    failed_attempts.remove,
    *(signing_certificates.insert, signing_certificates.set_status, signing_certificates.remove),
    *(ssh_public_keys.insert, ssh_public_keys.set_status, ssh_public_keys.remove),
    *(creations.insert, creations.remove_all, handshakes.insert, handshakes.set_state),
    *(services.allow, services.deny, services.remove_all),
    audit.insert,
    objects.append,
    *(locks.take_unlocked, locks.set_retention, locks.set_hold),
    *(notifications.insert, notifications.remove),
    objects.set_acl,  # decisions read it with the row
    objects.set_tags,  # and so these
    objects.remove,
    parts.put,
    parts.remove_all,
    uploads.insert,
    uploads.remove,
    uploads.remove_all,
    *(executions.insert, executions.append, executions.add_tokens, executions.remove),
    *(executions.signal, executions.take_signals),
    *(leases.claim, leases.renew, leases.release, leases.commit),
    *(function_events.claim, function_events.renew),
    *(function_events.insert, function_events.begin, function_events.put_off),
    *(function_events.remove, function_events.remove_all, function_events.release),
    *(event_configs.put, event_configs.remove, event_configs.remove_all),
    *(dead_letters.insert, dead_letters.remove_older),
    *(identities.insert, identities.link, identities.unlink, identities.remove, identities.remove_all),
    *(external_ids.insert, external_ids.remove_all, external_ids.remove_directory),
    # of a directory that is removed with its instance, when nothing is assigned any more
    *(directory_users.remove_all, directory_groups.remove_all, memberships.remove_all),
    *(requests.insert, requests.remove_all),
    *(scim_tokens.insert, scim_tokens.remove, scim_tokens.remove_directory),
    changes.append,
    revocations.remove_older,
    subjects.note,
    sign_ins.insert,
    sign_ins.take,
    sign_ins.remove,
    *(portal_sessions.insert, portal_sessions.remove, portal_sessions.remove_all),
    *(secrets.insert, secrets.take, secrets.note_use),
    *(device_authorizations.insert, device_authorizations.forget_expired, device_authorizations.take),
    *(device_authorizations.decide, device_authorizations.note_poll),
    *(authenticators.put, authenticators.synchronise, authenticators.remove, authenticators.reseal),
    used_signatures.insert,
    used_signatures.remove_expired,
}
NOUNS: list[ModuleType] = [
    import_module(found.name)
    for found in pkgutil.walk_packages(store.__path__, "watchword.store.")
    if not found.ispkg and not found.name.startswith("watchword.store.migrations.")
]


@pytest.mark.parametrize(
    "function", CHANGES, ids=lambda function: f"{function.__module__}.{function.__name__}"
)
def test_a_change_is_told(
    function: Callable[..., object], opened: Callable[[str], Database], now: datetime
) -> None:
    positional, named, *topics = CHANGES[function]
    database = opened("sqlite")
    with database.write(now) as tx:
        if function in BEFORE:
            BEFORE[function](tx)
            tx.topics.clear()
        function(tx, *positional, **named)
        assert list(tx.topics) == [Topic(*each) for each in topics]
    database.empty(now)


def test_the_table_holds_every_function_that_writes(opened: Callable[[str], Database], now: datetime) -> None:
    known = set(CHANGES) | NO_DECISION_DEPENDS_ON
    writers = {function for noun in NOUNS for function in _public(noun) if WRITES.search(_source(function))}
    assert writers - known == set()
    assert {users.insert, users.rename, users.set_boundary, users.remove} < writers


def test_the_schema_has_every_table() -> None:
    def tables(nouns: Iterable[ModuleType]) -> set[Table]:
        return {each for noun in nouns for each in vars(noun).values() if isinstance(each, Table)}

    assert tables(NOUNS) == tables(schema.NOUNS)


def _public(noun: ModuleType) -> list[Callable[..., object]]:
    """Its functions, and those that it has of `Entities`."""
    return [
        member
        for name, member in inspect.getmembers(noun, inspect.isroutine)
        if not name.startswith("_")
        and (inspect.ismethod(member) or getattr(member, "__module__", "") == noun.__name__)
    ]


def _source(function: Callable[..., object]) -> str:
    """Of a function and of the private ones of its module that it may call."""
    module = inspect.getmodule(function)
    own = inspect.getsource(function)
    private = [
        inspect.getsource(member)
        for name, member in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("_") and f"{name}(" in own
    ]
    return own + "".join(private)


def logged(database: Database) -> list[Any]:
    """The rows of the log, by their numbers."""
    with database.read() as tx:
        return list(tx.connection.execute(select(CHANGES_LOG).order_by(CHANGES_LOG.c.seq)))


def test_changes_are_numbered_in_the_order_of_their_commits(database: Database, now: datetime) -> None:
    before = len(logged(database))
    for number in range(3):
        with database.write(now) as tx:
            tx.changed("user", f"AIDA{number}", A)
    found = logged(database)[before:]
    assert [change.key for change in found] == ["AIDA0", "AIDA1", "AIDA2"]
    assert (found[0].at, found[0].account, found[0].kind) == (now, A, "user")


def test_the_changes_of_a_transaction_come_together(database: Database, now: datetime) -> None:
    def change(tx: Transaction) -> None:
        users.insert(tx, USER)
        tags.put(tx, "user", USER.id, {"a": "1"})
        groups.insert(tx, GROUP)

    before = len(logged(database))
    with database.write(now) as tx:
        change(tx)
    topics = [(each.kind, each.key) for each in logged(database)[before:]]
    assert topics == [("user", "AIDA1"), ("group", "AGPA1")]
