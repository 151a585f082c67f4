"""The sessions that executions act in.

1. Step Functions assumes the machine's role as states.amazonaws.com. The role's trust policy decides, and
   sees for which machine: aws:SourceArn and aws:SourceAccount.
2. A task with Credentials acts in the role that these name. The machine's role assumes it, so both its own
   policies and the other's trust policy decide. The external id is the machine's ARN.
3. A session is used until five minutes before its end. It is checked at each use like that of a client: one
   that was revoked, or whose role is gone, isn't used again.

Source: Step Functions Developer Guide, "How AWS Step Functions works with IAM", "Accessing resources in other
AWS accounts"; IAM User Guide, "The confused deputy problem".
"""

from collections import OrderedDict
from datetime import timedelta
from typing import Any, NamedTuple

from watchword.access import Caller
from watchword.access.credentials import check_session
from watchword.access.request_context import Via
from watchword.gateway.dispatch import dispatch
from watchword.machines.about import About
from watchword.machines.errors import PERMISSIONS, TASK_FAILED, Failure
from watchword.names import AwsError
from watchword.names.ids import new_long_id
from watchword.names.principal import Service
from watchword.services.states.machines import SERVICE
from watchword.sessions.session import moment
from watchword.world import World

REMEMBERED = 512
SPARE = timedelta(minutes=5)
ACTING = Via(invoked_by=SERVICE)
"""How calls in the role of a machine come: no conditions see the service, which calls in its own session."""
TRUST = (
    "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume "
    "the provided role."
)


class Acts(NamedTuple):
    """Who acts: for which machine, in its role or in one that this role assumes."""

    machine: str
    role: str
    other: str = ""


class Sessions:
    """The sessions of one process. For any number of threads: two that assume a role at once both may."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: OrderedDict[Acts, Caller] = OrderedDict()

    def caller(self, about: About, other: str = "") -> Caller:
        """Who calls for an execution. Raises Failure when a role can't be assumed."""
        acts = Acts(about.machine_arn, about.role, other)
        kept = self._kept.get(acts)
        if kept is not None and self._is_good(kept):
            return kept
        caller = self._by_machine(about, other) if other else self._by_service(about)
        self._kept[acts] = caller
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return caller

    def _is_good(self, caller: Caller) -> bool:
        assert caller.session is not None, "these are sessions"
        now = self._world.clock.now()
        try:
            check_session(self._world.facts, caller.session, now)
        except AwsError:
            return False
        return moment(caller.session.expires) - now > SPARE

    def _by_service(self, about: About) -> Caller:
        """Rule 1."""
        account = about.machine_arn.split(":")[4]
        via = Via(source_arn=about.machine_arn, source_account=account, invoked_by=SERVICE)
        try:
            return self._assume(Caller(Service(SERVICE)), about, about.role, via)
        except AwsError as refused:
            raise Failure(PERMISSIONS, TRUST if refused.code == "AccessDenied" else str(refused)) from None

    def _by_machine(self, about: About, other: str) -> Caller:
        """Rule 2."""
        try:
            return self._assume(self.caller(about), about, other, ACTING, ExternalId=about.machine_arn)
        except AwsError:
            said = f"The role {about.role} is not authorized to assume the task state's role, {other}."
            raise Failure(TASK_FAILED, said) from None

    def _assume(self, caller: Caller, about: About, role: str, via: Via, **more: str) -> Caller:
        given = {"RoleArn": role, "RoleSessionName": new_long_id(self._world.randomness), **more}
        output: Any = dispatch(
            self._world, caller, ("sts", "AssumeRole"), given, via=via, region=about.region
        )
        session = self._world.facts.session(output["Credentials"]["SessionToken"])
        return Caller(session.principal, session.access_key_id, session)
