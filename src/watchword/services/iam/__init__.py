"""AWS Identity and Access Management: a file for each noun, and their tables in one.

An operation of the model that has no row here answers NotImplemented.
Source: IAM API Reference, version 2010-05-08.
"""

from watchword.services.iam import (
    account,
    aliases,
    groups,
    instance_profiles,
    organizations_features,
    organizations_reports,
    role_templates,
    roles,
    server_certificates,
    service_linked_roles,
    settings,
    tags,
    users,
)
from watchword.services.iam.credentials import (
    access_keys,
    credential_report,
    login_profiles,
    mfa_devices,
    password_policy,
    service_credentials,
    signing_certificates,
    ssh_public_keys,
    virtual_mfa,
)
from watchword.services.iam.delegation import answers, requests, summaries
from watchword.services.iam.federation import oidc_providers, outbound, saml_providers
from watchword.services.iam.policies import (
    attachments,
    boundaries,
    granting,
    inline,
    last_accessed,
    managed,
    versions,
)
from watchword.services.iam.simulation import operations
from watchword.services.operation import Operation

OPERATIONS: dict[str, Operation] = {
    **users.OPERATIONS,
    **groups.OPERATIONS,
    **access_keys.OPERATIONS,
    **login_profiles.OPERATIONS,
    **password_policy.OPERATIONS,
    **virtual_mfa.OPERATIONS,
    **mfa_devices.OPERATIONS,
    **credential_report.OPERATIONS,
    **roles.OPERATIONS,
    **service_linked_roles.OPERATIONS,
    **managed.OPERATIONS,
    **versions.OPERATIONS,
    **attachments.OPERATIONS,
    **inline.OPERATIONS,
    **boundaries.OPERATIONS,
    **granting.OPERATIONS,
    **last_accessed.OPERATIONS,
    **tags.OPERATIONS,
    **account.OPERATIONS,
    **aliases.OPERATIONS,
    **instance_profiles.OPERATIONS,
    **oidc_providers.OPERATIONS,
    **organizations_features.OPERATIONS,
    **organizations_reports.OPERATIONS,
    **outbound.OPERATIONS,
    **role_templates.OPERATIONS,
    **requests.OPERATIONS,
    **answers.OPERATIONS,
    **summaries.OPERATIONS,
    **server_certificates.OPERATIONS,
    **service_credentials.OPERATIONS,
    **settings.OPERATIONS,
    **signing_certificates.OPERATIONS,
    **ssh_public_keys.OPERATIONS,
    **saml_providers.OPERATIONS,
    **operations.OPERATIONS,
}
