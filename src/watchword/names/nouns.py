"""The types of IAM's entities, as ARNs, the store (topics, owners of tags) and error messages name them.

Source: Service Authorization Reference, "AWS Identity and Access Management (IAM)", resource types.
"""

USER = "user"
GROUP = "group"
ROLE = "role"
POLICY = "policy"
INSTANCE_PROFILE = "instance-profile"
MFA = "mfa"
OIDC_PROVIDER = "oidc-provider"
SAML_PROVIDER = "saml-provider"
SERVER_CERTIFICATE = "server-certificate"
DELEGATION_REQUEST = "delegation-request"
ROLE_TEMPLATE = "role-template"
IN_ORGANIZATION = "organizations-resource"
"""A root, unit, account or policy of an organization, whose ids can't be mistaken for each other."""
STATE_MACHINE = "state-machine"
FUNCTION = "function"
IDENTITY_POOL = "identity-pool"
