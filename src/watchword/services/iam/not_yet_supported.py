"""What users can have at AWS, but not here yet: the lists are empty.

Tools ask for these before they delete something. For example, terraform's `force_destroy` lists every type of
credentials of a user. The true answer is that there are none. An operation moves to the file of its noun once
the noun is implemented.
"""

from functools import partial

from watchword.services.iam import demands
from watchword.services.iam.users import user_or_root
from watchword.services.operation import Call, Operation, Output, reads


def none_of_user(member: str, call: Call) -> Output:
    """An empty list of what the user named, or else the caller, has."""
    user_or_root(call)
    return {member: [], "IsTruncated": False}


_OF_USER = {
    "ListServiceSpecificCredentials": "ServiceSpecificCredentials",
}

OPERATIONS: dict[str, Operation] = {
    name: reads(partial(none_of_user, member), demands.on_user_or_caller) for name, member in _OF_USER.items()
}
