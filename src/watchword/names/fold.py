"""One rule to compare names and keys that are not case-sensitive: in the store, sessions and decisions.

* Names of users, groups, roles, instance profiles and policies: IAM User Guide, "IAM and AWS STS quotas",
  "IAM name requirements". AWS doesn't say whether case counts in the names of SAML providers and server
  certificates; here it doesn't, so no two differ in case only.
* Tag keys of users, roles and sessions: IAM User Guide, "Tags for AWS Identity and Access Management
  resources", "Case sensitivity". Those of all other resources of IAM are case-sensitive.
* Condition keys: IAM User Guide, "IAM JSON policy elements: Condition".

AWS doesn't say what case means beyond ASCII. Names are ASCII by IAM's model, but a tag key may have any
letter. The rule here is Unicode's for caseless matching: full case folding (The Unicode Standard, section
3.13). So "straße" and "STRASSE" are one key. Databases contain folded keys: another rule needs a migration.
"""

from functools import lru_cache
from sys import intern

from watchword.names import nouns

_REMEMBERED = 4096
CASE_SENSITIVE_TAGS = frozenset(
    {
        *(nouns.POLICY, nouns.INSTANCE_PROFILE),
        *(nouns.OIDC_PROVIDER, nouns.SAML_PROVIDER, nouns.SERVER_CERTIFICATE, nouns.MFA),
        *(nouns.FUNCTION, nouns.IDENTITY_POOL, nouns.IN_ORGANIZATION, nouns.STATE_MACHINE),
        *(nouns.BUCKET, nouns.CLUSTER, nouns.POD_IDENTITY_ASSOCIATION),
        *(nouns.TRUST_ANCHOR, nouns.PROFILE, nouns.CRL, nouns.SUBJECT),
        *(nouns.IDENTITY_CENTER, nouns.PERMISSION_SET),
    }
)
"""The types of entities on which tag keys that differ in case only are two keys."""


@lru_cache(_REMEMBERED)
def fold(name: str) -> str:
    """The form in which a name is compared. Interned, because a dict finds the same object faster."""
    return intern(name.casefold())


def fold_tag_key(noun: str, key: str) -> str:
    """The form in which a tag key of an entity of that type is compared."""
    return key if noun in CASE_SENSITIVE_TAGS else fold(key)
