"""Sessions of the root users of other accounts, each for one task: AssumeRoot.

At AWS the management account of an organization may ask, once it has enabled central root access. There are
no organizations here. The operator can name one account whose principals may ask (`--management-account`); by
default none may. In this order, after the caller's own policies have allowed it:

1. The root user can't ask, and neither can another account.
2. The target is another account of this server. Which accounts there are isn't told.

Source: AWS STS API Reference, AssumeRoot; Service Authorization Reference, "AWS STS"; IAM User Guide,
"Centrally manage root access for member accounts".
"""

import re

from watchword.access import Demand
from watchword.facts.accounts import ACCOUNT_IS_OPEN
from watchword.names import AwsError, fault
from watchword.names.principal import Root
from watchword.services.operation import Call, Operation, Output, pure
from watchword.services.sts.credentials import credentials, refuse_unserved
from watchword.sessions.assume import Requester
from watchword.sessions.limited import TASKS, root_session

_TARGET = re.compile(r"(?P<arn>arn:aws[a-z-]*:iam::)?(?P<account>[0-9]{12})(?(arn):root)", re.ASCII)
_TASK = "policy/root-task/"


def assume_root(call: Call) -> Output:
    """AssumeRoot."""
    target, caller = _target(call), call.caller
    manager = call.world.settings.management_account
    if isinstance(caller.principal, Root) or not manager or call.account != manager:  # 1.
        raise _refused(target, f"account {call.account} isn't the management account")
    if target.account == manager or not call.world.facts.get(ACCOUNT_IS_OPEN, target.account):  # 2.
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
