"""How AWS IAM departs from its protocol: its own messages for values that violate the model.

1. Names and paths that break their pattern have a message of their own. It is for the first wrong value, and
   only where no other constraint is broken.
2. Other messages name the member and not its value: "Value at 'tags' failed to satisfy constraint: ...".

Source: IAM's answers, as the aws CLI and terraform show them.
"""

from collections.abc import Sequence

from msgspec import structs

from watchword.names import AwsError, fault
from watchword.wire.dialect import Dialect
from watchword.wire.shapes import Shape
from watchword.wire.validate import Violation, message

_NAME = "It must contain only alphanumeric characters and/or the following: +=,.@_-"
_PATH = "It must begin and end with / and contain only alphanumeric characters and/or / characters."
_PATTERN = "Member must satisfy regular expression pattern: "

MUSTS = {
    f"{_PATTERN}{pattern}": must
    for pattern, must in (
        (r"[\w+=,.@-]+", _NAME),
        (r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", _PATH),
        (r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", _PATH),
    )
}
"""The model's requirement -> IAM's."""


def invalid(violations: Sequence[Violation], _shape: Shape) -> AwsError:
    """IAM's error for them."""
    if any(each.requirement not in MUSTS or "." in each.path for each in violations):
        return fault(
            "ValidationError", message([structs.replace(each, shown="") for each in violations])
        )  # 2.
    first = violations[0]
    said = f"The specified value for {first.path} is invalid. {MUSTS[first.requirement]}"
    return fault("ValidationError", said)  # 1.


DIALECT = Dialect(invalid=invalid)
