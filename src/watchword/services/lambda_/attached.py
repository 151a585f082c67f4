"""What decisions need to know of a function: its owner, its policies and its tags."""

from watchword.facts import Facts
from watchword.facts.functions import FUNCTION, FunctionFact
from watchword.names import Arn
from watchword.services.resources import Attached

_KIND = "function"


def attached(facts: Facts, _action: str, arn: Arn) -> Attached | None:
    """For the ARN of a function, or of a version or alias of it."""
    kind, _, rest = arn.resource.partition(":")
    name, _, qualifier = rest.partition(":")
    if kind != _KIND:
        return None
    found = facts.get(FUNCTION, arn.account, arn.region, name)
    return of_function(found, arn.account, qualifier) if found else None


def of_function(found: FunctionFact | None, account: str, qualifier: str) -> Attached:
    """A function that isn't there is decided on as one without policies and tags.

    Versions and aliases have policies of their own: that of the function doesn't hold for them.
    """
    if found is None:
        return Attached(account)
    arn = f"{found.function.arn}:{qualifier}" if qualifier else found.function.arn
    return Attached(account, found.policies.get(qualifier), arn, found.tags)
