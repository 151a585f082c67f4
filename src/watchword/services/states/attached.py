"""What decisions need to know of a state machine and of its executions: whose they are, and its tags.

They have no policies of their own, so nobody of another account may do anything with them.
Source: Service Authorization Reference, "AWS Step Functions": resource types and their condition keys.
"""

from watchword.facts import Facts
from watchword.facts.machines import STATE_MACHINE, MachineFact
from watchword.names import Arn
from watchword.services.resources import NONE, Attached
from watchword.services.states import arns
from watchword.services.states.arns import EXPRESS, StatesArn


def attached(facts: Facts, _action: str, arn: Arn) -> Attached | None:
    """For the ARN of a machine or an execution, whether it is there or not."""
    found = StatesArn.find(arn)
    return of_machine(found, machine_at(facts, found)) if found else None


def machine_at(facts: Facts, arn: StatesArn) -> MachineFact | None:
    """The machine of an ARN, or that of an execution's.

    No other ARN names the same machine, since policies compare texts.
    """
    if arn.kind == arns.STATE_MACHINE and not arn.names_machine:
        return None
    found = facts.get(STATE_MACHINE, arn.arn.account, arn.arn.region, arn.name)
    return found if found and found.partition == arn.arn.partition else None


def of_machine(arn: StatesArn, found: MachineFact | None) -> Attached:
    tags = found.tags if found and arn.kind != EXPRESS else NONE
    return Attached(arn.arn.account, tags=tags, region=arn.arn.region)
