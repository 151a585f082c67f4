"""Sessions of the root users of other accounts, each for one task: AssumeRoot.

In this order, after the caller's own policies have allowed it:

1. The management account of the target's organization may ask, once it has enabled the feature that the task
   belongs to: RootCredentialsManagement for credentials, RootSessions for all others. Its root user can't.
2. The target is another account, and open. Which accounts there are isn't told.

Source: AWS STS API Reference, AssumeRoot; Service Authorization Reference, "AWS STS"; IAM User Guide,
"Centrally manage root access for member accounts".
"""

import re

from watchword.access import Demand
from watchword.facts.accounts import ACCOUNT_IS_OPEN
from watchword.facts.organizations import STANDING
from watchword.names import AwsError, fault
from watchword.names.principal import Root
from watchword.services.operation import Call, Operation, Output, pure
from watchword.services.sts.credentials import credentials, refuse_unserved
from watchword.sessions.assume import Requester
from watchword.sessions.limited import TASKS, root_session
from watchword.store.organizations.organizations import ROOT_CREDENTIALS, ROOT_SESSIONS

_TARGET = re.compile(r"(?P<arn>arn:aws[a-z-]*:iam::)?(?P<account>[0-9]{12})(?(arn):root)", re.ASCII)
_TASK = "policy/root-task/"


def assume_root(call: Call) -> Output:
    """AssumeRoot."""
    target, caller = _target(call), call.caller
    if isinstance(caller.principal, Root) or not _manages(call, target):  # 1.
        raise _refused(target, f"account {call.account} isn't the management account")
    if target.account == call.account or not call.world.facts.get(ACCOUNT_IS_OPEN, target.account):  # 2.
        raise _refused(target, f"account {target.account} isn't another account of this server")
    requester = Requester(caller.principal, caller.session)
    duration = call.input.get("DurationSeconds")
    session = root_session(target, _task(call), duration, requester, call.now, call.world.randomness)
    identity = {"SourceIdentity": session.source_identity} if session.source_identity else {}
    return {"Credentials": credentials(call.world, session), **identity}


def to_assume_root(call: Call) -> tuple[Demand, ...]:
    """sts:AssumeRoot on the root user. It has no policy of its own, so the caller's policies decide."""
    refuse_unserved(call)
    context = {"sts:TaskPolicyArn": _task(call)}
    return (Demand("sts:AssumeRoot", _target(call).arn, call.account, context),)


def _manages(call: Call, target: Root) -> bool:
    """Whether the caller's account manages the root user, for this task."""
    here = call.world.facts.need(STANDING, target.account).organization
    feature = ROOT_CREDENTIALS if _TASK + "IAM" in _task(call) else ROOT_SESSIONS
    return here is not None and here.management == call.account and feature in (here.root_features or ())


def _target(call: Call) -> Root:
    """The root user that the input names. Raises ValidationError."""
    given = call.input["TargetPrincipal"]
    found = _TARGET.fullmatch(given)
    if found is None:
        raise fault("ValidationError", f"{given} is neither an account id nor the ARN of a root user.")
    return Root(found["account"], call.partition)


def _task(call: Call) -> str:
    """The ARN of the task's policy. Raises ValidationError."""
    arn: str = call.input["TaskPolicyArn"].get("arn", "")
    prefix = f"arn:{call.partition}:iam::aws:{_TASK}"
    if not arn.startswith(prefix) or arn.removeprefix(prefix) not in TASKS:
        raise fault("ValidationError", f"The task policy {arn} is not one that AssumeRoot takes.")
    return arn


def _refused(target: Root, meant: str) -> AwsError:
    return AwsError("AccessDenied", 403, f"Not authorized to perform sts:AssumeRoot on {target.arn}", meant)


OPERATIONS: dict[str, Operation] = {"AssumeRoot": pure(assume_root, to_assume_root, mints=True)}
