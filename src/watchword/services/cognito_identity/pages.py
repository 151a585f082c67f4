"""Lists in pages: MaxResults and NextToken.

Source: Amazon Cognito Identity API Reference, ListIdentityPools and its siblings.
"""

from watchword.identity.pools.errors import error
from watchword.services.operation import Call
from watchword.services.page_positions import position_in, token_of

LARGEST = 60


def size_of(call: Call) -> int:
    """The most items that the page may have; only LookupDeveloperIdentity may leave it out."""
    return int(call.input.get("MaxResults") or LARGEST)


def start_of(call: Call) -> str:
    """The item after which the page begins; empty for the first. Raises InvalidParameterException."""
    position = position_in(call.input.get("NextToken"))
    if position is None:
        raise error("InvalidParameter", "The token isn't one that this list has given.")
    return position


def end(last: str, *, more: bool) -> dict[str, str]:
    """NextToken, where there are more after that item."""
    return {"NextToken": token_of(last)} if more else {}
