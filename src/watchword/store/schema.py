"""All tables. A noun that isn't imported here is missing from the schema."""

from watchword.store import accounts, audit, changes, keyring, revocations, sign_ins, tags, used_signatures
from watchword.store.cognito_identity import identities, pools
from watchword.store.eks import associations, clusters
from watchword.store.functions import (
    aliases,
    dead_letters,
    event_configs,
    events,
    functions,
    permissions,
    urls,
    versions,
)
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
from watchword.store.identity_center import (
    groups as directory_groups,
)
from watchword.store.identity_center import (
    users as directory_users,
)
from watchword.store.machines import executions, state_machines
from watchword.store.organizations import (
    attachments as organization_attachments,
)
from watchword.store.organizations import (
    creations,
    handshakes,
    members,
    organizations,
    resource_policies,
    services,
    units,
)
from watchword.store.organizations import (
    policies as organization_policies,
)
from watchword.store.portal import authenticators, device_authorizations, passwords, secrets, sessions
from watchword.store.rolesanywhere import (
    crls,
    host_authorities,
    hosts,
    profiles,
    subjects,
    trust_anchors,
)
from watchword.store.s3 import (
    account_blocks,
    bucket_settings,
    buckets,
    notifications,
    objects,
    parts,
    uploads,
)
from watchword.store.tables import METADATA

NOUNS = (
    *(accounts, audit, changes, keyring, revocations, sign_ins, tags, used_signatures),
    *(
        access_keys,
        accesses,
        attachments,
        credential_reports,
        delegation_requests,
        failed_attempts,
        groups,
        inline_policies,
        instance_profiles,
    ),
    *(login_profiles, mfa_devices, password_policies),
    *(policies, policy_versions, roles, users),
    *(account_settings, oidc_providers, saml_private_keys, saml_providers),
    *(server_certificates, service_credentials, signing_certificates, ssh_public_keys, token_keys),
    *(creations, handshakes, members, organization_attachments, organization_policies, organizations),
    *(resource_policies, services, units),
    *(account_blocks, bucket_settings, buckets, notifications, objects, parts, uploads),
    *(identities, pools),
    *(state_machines, executions),
    *(functions, versions, aliases, permissions),
    *(events, event_configs, dead_letters, urls),
    *(trust_anchors, profiles, crls, subjects, hosts, host_authorities),
    *(clusters, associations),
    *(instances, directory_users, directory_groups, memberships, external_ids),
    *(permission_sets, assignments, provisions, requests, scim_tokens),
    *(sessions, secrets, device_authorizations, passwords, authenticators),
)

__all__ = ["METADATA", "NOUNS"]
