"""AWS CloudTrail: the events of the audit log."""

from watchword.services.cloudtrail import events
from watchword.services.operation import Operation

OPERATIONS: dict[str, Operation] = {**events.OPERATIONS}
