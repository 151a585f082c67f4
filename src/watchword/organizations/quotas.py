"""Quotas of organizations.

Source: AWS Organizations User Guide, "Quotas and service limits for AWS Organizations"; API Reference,
CloseAccount. AWS begins with 10 accounts and raises that on request; here the highest number holds at once.
"""

from datetime import timedelta

from watchword.organizations.refusals import violates

MOST_ACCOUNTS = 10_000
"""Of an organization, closed ones included."""
MOST_UNITS = 2_000
DEEPEST = 5
"""Levels of units below the root."""
MOST_POLICIES = 1_000
"""Of each type."""
MOST_ATTACHED = 5
"""Policies of one type on one target, unless the type says otherwise (`policy_types`)."""
CLOSING_PERIOD = timedelta(days=30)
_LEAST_CLOSED, _MOST_CLOSED, _CLOSED_OF_HUNDRED = 250, 1_000, 20


def check_units(count: int) -> None:
    """Raises when an organization has too many units, with the new one."""
    if count > MOST_UNITS:
        raise violates("OU_NUMBER_LIMIT_EXCEEDED", f"An organization has at most {MOST_UNITS} OUs.")


def check_depth(depth: int) -> None:
    """Raises when a unit would be too deep; right below the root it is at depth 1."""
    if depth > DEEPEST:
        raise violates("OU_DEPTH_LIMIT_EXCEEDED", f"OUs can be nested at most {DEEPEST} levels deep.")


def check_policies(count: int) -> None:
    """Raises when an organization has too many policies of a type, with the new one."""
    if count > MOST_POLICIES:
        raise violates(
            "POLICY_NUMBER_LIMIT_EXCEEDED", f"An organization has at most {MOST_POLICIES} policies of a type."
        )


def check_closings(closed: int, accounts: int) -> None:
    """Raises when too many accounts were closed in the last 30 days, with the one that is to be closed."""
    most = min(max(_LEAST_CLOSED, accounts * _CLOSED_OF_HUNDRED // 100), _MOST_CLOSED)
    if closed > most:
        raise violates(
            "CLOSE_ACCOUNT_QUOTA_EXCEEDED", f"You can close at most {most} accounts within 30 days."
        )
