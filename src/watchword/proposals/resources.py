"""What a recorded request was about, as it is today: whose the resource is, and what is attached to it.

It is looked up when it is needed. That a bucket is gone is remembered, since a log can name millions of its
objects, and the facts of a server cache no absence.
"""

from watchword.facts import Facts
from watchword.names import Arn
from watchword.services.resources import Attached
from watchword.services.table import BY_PREFIX

EVERYTHING = "*"
_MOST_GONE = 1 << 12


class Resources:
    """The resources of a server."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._gone: set[str] = set()

    def attached(self, action: str, resource: str) -> Attached | None:
        """What is attached to it; None where it isn't there, or is nothing that can be looked up."""
        arn = _arn(resource)
        service = BY_PREFIX.get(action.partition(":")[0].lower())
        if arn is None or service is None:
            return None
        bucket = "" if arn.account else arn.resource.partition("/")[0]
        if bucket in self._gone:
            return None
        found = service.attached(self._facts, action, arn)
        if found is None and bucket:
            if len(self._gone) >= _MOST_GONE:
                self._gone.clear()
            self._gone.add(bucket)
        return found

    def owner(self, action: str, resource: str, caller: str) -> str:
        """The account of the resource; `caller`, an account, for what has no resource; empty if unknown."""
        if resource == EVERYTHING:
            return caller
        arn = _arn(resource)
        if arn is None or arn.account:
            return arn.account if arn else ""
        found = self.attached(action, resource)
        return found.account if found else ""


def _arn(resource: str) -> Arn | None:
    try:
        return Arn.parse(resource)
    except ValueError:
        return None
