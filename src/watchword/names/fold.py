"""How names and keys without case are compared: by one rule, in the store, in sessions and in decisions.

Without case are: names of users, groups, roles, instance profiles and policies (IAM User Guide, "IAM and AWS
STS quotas", "IAM name requirements"); tag keys of users, roles and sessions
("Tags for AWS Identity and Access Management resources", "Case sensitivity"); condition keys ("IAM JSON
policy elements: Condition").

AWS doesn't say what case means beyond ASCII. Names are ASCII by IAM's model, but a tag key may have any
letter. The rule here is the one that Unicode gives for caseless matching: full case folding (The Unicode
Standard, section 3.13). So "straße" and "STRASSE" are one key. Databases hold folded keys: another rule
needs a migration.
"""

from functools import lru_cache
from sys import intern

_REMEMBERED = 4096


@lru_cache(_REMEMBERED)
def fold(name: str) -> str:
    """The form in which a name is compared. Interned: equal ones are one object, which dicts find faster."""
    return intern(name.casefold())
