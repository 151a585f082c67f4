"""How requests name a function: by its name, a part of its ARN, or its ARN; with a qualifier or without.

    name    123456789012:function:name    arn:aws:lambda:us-east-1:123456789012:function:name    ...:qualifier

A qualifier is $LATEST, the number of a version, or the name of an alias. When it is given twice, it is the
same. Policies name versions and partitions too, so each is written in one way only: `01` isn't version 1, and
no function is reached by the ARN of another partition.
Source: AWS Lambda API Reference, "FunctionName" of each operation.
"""

import re
from typing import Self

from msgspec import Struct

from watchword.services.lambda_.errors import invalid
from watchword.services.operation import Call
from watchword.store.functions.versions import LATEST

_FORM = re.compile(
    r"""(?:arn:(?P<partition>aws[a-zA-Z-]*):lambda:)?
        (?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?
        (?:(?P<account>\d{12}):)?
        (?:function:)?
        (?P<name>[a-zA-Z0-9_-]+)
        (?::(?P<qualifier>\$LATEST|[a-zA-Z0-9_-]+))?""",
    re.VERBOSE | re.ASCII,
)
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_MOST_NAME = 64


class FunctionName(Struct, frozen=True):
    """Which function, and what of it: an empty qualifier is $LATEST, unqualified."""

    account: str
    region: str
    name: str
    qualifier: str = ""
    partition: str = "aws"

    @classmethod
    def of(cls, call: Call) -> Self:
        """The function that the call names. Raises InvalidParameterValueException."""
        return cls.parse(call, call.input["FunctionName"], call.input.get("Qualifier", ""))

    @classmethod
    def parse(cls, call: Call, text: str, qualifier: str = "") -> Self:
        """Raises InvalidParameterValueException."""
        found = _FORM.fullmatch(text)
        if found is None or len(found["name"]) > _MOST_NAME:
            raise invalid(f"{text[:140]} is not a valid function name or ARN.")
        if found["qualifier"] and qualifier and found["qualifier"] != qualifier:
            raise invalid(
                "The derived qualifier from the function name does not match the specified qualifier."
            )
        region = found["region"] or call.context.region
        if region != call.context.region:
            raise invalid(
                f"Functions from '{region}' are not reachable in this region ('{call.context.region}')"
            )
        if found["partition"] not in (None, call.partition):
            raise invalid(f"Functions of the partition '{found['partition']}' are not reachable.")
        return cls(
            found["account"] or call.account,
            region,
            found["name"],
            found["qualifier"] or qualifier,
            call.partition,
        )

    @property
    def unqualified(self) -> str:
        """The ARN of the function itself."""
        return f"arn:{self.partition}:lambda:{self.region}:{self.account}:function:{self.name}"

    @property
    def arn(self) -> str:
        return f"{self.unqualified}:{self.qualifier}" if self.qualifier else self.unqualified

    @property
    def number(self) -> int | None:
        """Of the version that it names; None for an alias."""
        return version_number(self.qualifier or LATEST)


def version_number(text: str) -> int | None:
    """The number of a version, 0 for $LATEST; None for what isn't the name of a version."""
    if text == LATEST:
        return 0
    return int(text) if _NUMBER.fullmatch(text) else None
