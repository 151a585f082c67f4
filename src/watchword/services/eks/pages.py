"""Lists in pages: maxResults and nextToken. A page has 100 items unless maxResults says otherwise.

Source: Amazon EKS API Reference, ListClusters, ListPodIdentityAssociations.
"""

from watchword.services.eks.errors import invalid
from watchword.services.operation import Call
from watchword.services.page_positions import position_in, token_of

LARGEST = 100


def size_of(call: Call) -> int:
    return int(call.input.get("maxResults", LARGEST))


def start_of(call: Call) -> str:
    """The item after which the page begins; empty for the first. Raises InvalidParameterException."""
    position = position_in(call.input.get("nextToken"))
    if position is None:
        raise invalid("The token isn't one that this list has given.")
    return position


def end(last: str, *, more: bool) -> dict[str, str]:
    """nextToken, where there are more after that item."""
    return {"nextToken": token_of(last)} if more else {}
