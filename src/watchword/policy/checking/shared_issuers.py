"""Token issuers that many customers share: a role that trusts one compares the claim that says whose it is.

Everyone has tokens of such an issuer. So a trust policy that names it must compare the claim below with
something, or IAM doesn't store it. A condition counts if it is positive (so neither a Not operator nor Null)
and has a value that isn't only wildcards.
Source: IAM User Guide, "Identity-provider controls for shared OIDC providers", whose table this is. AWS
documents neither the sentence nor which conditions count.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from watchword.policy.checking.checks import Found
from watchword.policy.evaluation.conditions import NULL, operator
from watchword.policy.language.grammar import Condition, Effect, Statement

SUBJECT: Final = ("{}:sub",)
AUDIENCE: Final = ("{}:aud",)
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "agent.buildkite.com": SUBJECT,
    "api.pulumi.com/oidc": AUDIENCE,
    "app.terraform.io": SUBJECT,
    "cognito-identity.amazonaws.com": AUDIENCE,
    "gitlab.com": SUBJECT,
    "oidc-configuration.audit-log.githubusercontent.com": SUBJECT,
    "oidc.codefresh.io": SUBJECT,
    "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu": SUBJECT,
    "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb": SUBJECT,
    "oidc.vercel.com": AUDIENCE,
    "proidc.upbound.io": SUBJECT,
    "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7": SUBJECT,
    "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr": SUBJECT,
    "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg": SUBJECT,
    "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26": SUBJECT,
    "sandboxes.cloud": AUDIENCE,
    "scalr.io": SUBJECT,
    "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d": ("sts:RoleSessionName",),
    "studio.datachain.ai/api": SUBJECT,
    "token.actions.githubusercontent.com": ("{}:sub", "{}:job_workflow_ref"),
    "tokens.cloud.shisho.dev": SUBJECT,
    "vstoken.actions.githubusercontent.com": SUBJECT,
}
"""Issuer, without its scheme -> the condition keys of which a trust policy compares one."""


def claims_compared(statement: Statement) -> Found:
    """A statement that lets a shared issuer's tokens in says whose."""
    if statement.effect is not Effect.ALLOW:
        return
    compared = {each.key.lower() for each in statement.conditions if _compares(each)}
    for issuer in _issuers(statement):
        keys = [key.format(issuer) for key in KEYS.get(issuer, ())]
        if keys and compared.isdisjoint(key.lower() for key in keys):
            said = f"Trust policy must evaluate {' or '.join(keys)}: the identity provider is shared."
            yield said, f"everyone can have a token of {issuer}", ("Condition",)


def _issuers(statement: Statement) -> Iterator[str]:
    """The names of the OIDC providers that it trusts."""
    element = statement.principal
    for name in element.named("Federated") if element is not None and not element.negated else ():
        yield name.partition(":oidc-provider/")[2] or name


def _compares(condition: Condition) -> bool:
    found = operator(condition.operator)
    if found is None or found.negated or found.name == NULL:
        return False
    return all(value.strip("*?") for value in condition.values)
