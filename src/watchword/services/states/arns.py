"""ARNs of state machines and of their executions.

    arn:aws:states:us-east-1:123456789012:stateMachine:NAME
    arn:aws:states:us-east-1:123456789012:execution:NAME:EXECUTION
    arn:aws:states:us-east-1:123456789012:express:NAME:EXECUTION:ID

Versions and aliases, which have a qualifier behind the name, are machines that don't exist.
Source: Service Authorization Reference, "AWS Step Functions"; Step Functions API Reference,
CreateStateMachine for the characters of a name.
"""

import re
from dataclasses import dataclass

from watchword.names import Arn, nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.ids import is_account_id
from watchword.services.states.errors import error

STATE_MACHINE, EXECUTION, EXPRESS = "stateMachine", "execution", "express"
LONGEST_NAME = 80
_FORBIDDEN = re.compile(r'[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ufffe\uffff]')


@dataclass(frozen=True, slots=True)
class StatesArn:
    """The ARN of a machine, or of one of its executions."""

    arn: Arn
    kind: str
    name: str
    """Of the machine."""
    names_machine: bool
    """Whether nothing stands behind that name, as it does for an execution, a version or an alias."""

    @property
    def machine(self) -> str:
        """The ARN of the execution's machine; that of a machine is this one."""
        if self.kind == STATE_MACHINE:
            return str(self.arn)
        prefix = f"arn:{self.arn.partition}:states:{self.arn.region}:{self.arn.account}"
        return f"{prefix}:{STATE_MACHINE}:{self.name}"

    @classmethod
    def find(cls, arn: Arn) -> "StatesArn | None":
        """None for the ARN of anything else."""
        kind, _, rest = arn.resource.partition(":")
        name, behind, _ = rest.partition(":")
        known = kind in {STATE_MACHINE, EXECUTION, EXPRESS} and is_account_id(arn.account)
        return cls(arn, kind, name, not behind) if arn.service == "states" and known and name else None


def read(text: str, *kinds: str) -> StatesArn:
    """An ARN of one of those kinds. Raises InvalidArn."""
    try:
        found = StatesArn.find(Arn.parse(text))
    except ValueError:
        found = None
    if found is None or found.kind not in kinds or "\0" in text:  # PostgreSQL can't even be asked for NUL
        raise error("InvalidArn", f"Resource type not valid in this context: {text}")
    return found


def read_role(text: str) -> EntityArn:
    """The ARN of a role. Raises InvalidArn."""
    role = EntityArn.parse(text, nouns.ROLE)
    if role is None:
        raise error("InvalidArn", f"Invalid Role Arn: {text}")
    return role


def check_name(name: str) -> str:
    """The name of a machine or an execution. Raises InvalidName."""
    if not name or len(name) > LONGEST_NAME or _FORBIDDEN.search(name):
        raise error("InvalidName", name)
    return name
