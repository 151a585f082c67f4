"""Trust policies for tokens of well-known issuers: who the issuer is, and which claims say whose a token is.

A recipe always compares the audience and the subject, or what the issuer has in its place. A text with `*` or
`?` is a pattern.
Source: the documentation of each issuer, named at its function.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from watchword.identity.issuers import without_scheme
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn

AUDIENCE = "sts.amazonaws.com"
"""What AWS's own clients ask their issuer for."""
GITHUB, GITLAB = "https://token.actions.githubusercontent.com", "https://gitlab.com"
TERRAFORM_CLOUD = "https://app.terraform.io"
ENTRA = "https://login.microsoftonline.com"
ANY = "*"


class Recipe(Struct, frozen=True):
    """An issuer by its URL, the client id of the tokens, and what their claims must be."""

    issuer: str
    client_id: str
    claims: Mapping[str, str]
    """Claim -> a text, or a pattern."""

    def trust_policy(self, account: str) -> dict[str, Any]:
        """The trust policy of a role of that account."""
        name = without_scheme(self.issuer)
        conditions: dict[str, dict[str, str]] = {}
        for claim, value in {"aud": self.client_id, **self.claims}.items():
            operator = "StringLike" if set(value) & set("*?") else "StringEquals"
            conditions.setdefault(operator, {})[f"{name}:{claim}"] = value
        provider = EntityArn("aws", account, nouns.OIDC_PROVIDER, "/", name)
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": str(provider)},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": conditions,
        }
        return {"Version": "2012-10-17", "Statement": [statement]}


def github(repo: str, *, branch: str = "", tag: str = "", environment: str = "") -> Recipe:
    """Source: GitHub Docs, "OpenID Connect reference": the subject claim."""
    place = ANY
    if environment:
        place = f"environment:{environment}"
    elif branch:
        place = f"ref:refs/heads/{branch}"
    elif tag:
        place = f"ref:refs/tags/{tag}"
    return Recipe(GITHUB, AUDIENCE, {"sub": f"repo:{repo}:{place}"})


def gitlab(project: str, *, url: str = GITLAB, branch: str = "", tag: str = "") -> Recipe:
    """Source: GitLab Docs, "OpenID Connect (OIDC) Authentication Using ID Tokens": the subject claim."""
    place = f"ref_type:branch:ref:{branch}" if branch else f"ref_type:tag:ref:{tag}" if tag else ANY
    return Recipe(url, AUDIENCE, {"sub": f"project_path:{project}:{place}"})


def kubernetes(issuer: str, namespace: str, service_account: str) -> Recipe:
    """Source: Kubernetes Documentation, "Managing Service Accounts": bound service account tokens."""
    return Recipe(issuer, AUDIENCE, {"sub": f"system:serviceaccount:{namespace}:{service_account}"})


def keycloak(issuer: str, client: str, subject: str) -> Recipe:
    """`azp` of a Keycloak token is the client, whatever `aud` says; a service account has a user's id.

    Source: Keycloak, Server Administration Guide, "Using a service account" and "Audience support".
    """
    return Recipe(issuer, client, {"sub": subject})


def spire(issuer: str, spiffe_id: str) -> Recipe:
    """Source: SPIFFE, "JWT-SVID", section 3; SPIRE, "OIDC Discovery Provider"."""
    return Recipe(issuer, AUDIENCE, {"sub": spiffe_id})


def terraform_cloud(organization: str, project: str, workspace: str, phase: str) -> Recipe:
    """Source: HCP Terraform, "Workload identity tokens": the subject claim, and the audience for AWS."""
    subject = f"organization:{organization}:project:{project}:workspace:{workspace}:run_phase:{phase}"
    return Recipe(TERRAFORM_CLOUD, "aws.workload.identity", {"sub": subject})


def entra(tenant: str, client: str, audience: str, subject: str) -> Recipe:
    """`azp` is the managed identity that got the token, `aud` the application that it is for.

    Source: Microsoft identity platform, "Access token claims reference": tokens of version 2.0.
    """
    return Recipe(f"{ENTRA}/{tenant}/v2.0", client, {"oaud": audience, "sub": subject})


def okta(issuer: str, audience: str, subject: str) -> Recipe:
    """Of a service, the subject is its client id. Source: Okta, "API Access Management": custom servers."""
    return Recipe(issuer, audience, {"sub": subject})
