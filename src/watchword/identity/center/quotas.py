"""Quotas of Identity Center.

Source: IAM Identity Center User Guide, "IAM Identity Center quotas". A role has a quota of its own, which
counts when a permission set is provisioned (`watchword.identity.quotas`).
"""

from watchword.identity.center.refusals import too_many

MOST_USERS = 100_000
MOST_GROUPS = 100_000
MOST_GROUPS_OF_USER = 1_000
MOST_PERMISSION_SETS = 3_000
MOST_POLICIES = 20
"""Managed policies of a permission set, AWS's and the customer's together."""
MOST_EXTERNAL_IDS = 10


def check(count: int, most: int, what: str) -> None:
    """Raises ServiceQuotaExceededException when `count`, with the new one, exceeds `most`."""
    if count > most:
        raise too_many(f"The quota of {most} {what} is reached.")
