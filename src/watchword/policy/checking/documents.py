"""What is wrong with a document as a whole: checks of `validate` that see more than one statement.

A check is a function of the policy. `of_each` makes one of checks of a statement (`checks`, `resources`).
Source: IAM User Guide, "IAM JSON policy elements reference"; IAM's answers, as users of terraform and the aws
CLI report them.
"""

from collections.abc import Callable

from watchword.policy.checking.checks import Found, StatementCheck
from watchword.policy.checking.checks import variables as variables_of_statement
from watchword.policy.evaluation.document import Policy
from watchword.policy.language.grammar import VARIABLES_SINCE
from watchword.policy.language.parse import SYNTAX

PolicyCheck = Callable[[Policy], Found]


def of_each(*checks: StatementCheck) -> PolicyCheck:
    """These checks of each statement, one statement after the other."""

    def check(policy: Policy) -> Found:
        for index, statement in enumerate(policy.statements):
            for each in checks:
                for said, meant, path in each(statement):
                    yield said, meant, ("Statement", index, *path)

    return check


def newest_version(policy: Policy) -> Found:
    """The document must have the Version that knows variables."""
    if policy.version != VARIABLES_SINCE:
        yield f"Policy document must be version {VARIABLES_SINCE} or greater.", "", ("Version",)


def no_id(policy: Policy) -> Found:
    """An Id is for policies of resources."""
    if policy.id is not None:
        yield "Has prohibited field Id", "an Id is for policies of resources", ("Id",)


def has_statement(policy: Policy) -> Found:
    """An empty list of statements is no policy."""
    if not policy.statements:
        yield SYNTAX, "a policy needs a statement", ("Statement",)


def sids_unique(policy: Policy) -> Found:
    """Each Sid stands once; empty ones don't count."""
    seen: set[str] = set()
    for index, statement in enumerate(policy.statements):
        if statement.sid and statement.sid in seen:
            said = "Statement IDs (SID) in a single policy must be unique."
            yield said, f"the Sid {statement.sid!r} is used twice", ("Statement", index, "Sid")
        seen.add(statement.sid or "")


def variables(policy: Policy) -> Found:
    """Policy variables are well formed, where the Version knows them."""
    if policy.version == VARIABLES_SINCE:
        yield from of_each(variables_of_statement)(policy)
