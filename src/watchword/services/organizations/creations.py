"""Creating accounts.

AWS creates an account in the background, and clients ask until it is there. Here it is there at once. The
first answer says IN_PROGRESS all the same, as clients expect; DescribeCreateAccountStatus says how it ended.
Source: AWS Organizations API Reference, CreateAccount, DescribeCreateAccountStatus, CreateAccountStatus
(FailureReason).
"""

from watchword.identity.protected_roles import is_reserved
from watchword.names import nouns
from watchword.organizations import accounts as rules
from watchword.organizations import ids
from watchword.organizations.accounts import ROLE_NAME, NewAccount
from watchword.organizations.quotas import MOST_ACCOUNTS
from watchword.organizations.refusals import invalid, refusal, violates
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.organizations import current, pages, shapes
from watchword.services.organizations.demands import For, on, on_new
from watchword.services.organizations.tags import put_given
from watchword.store import accounts
from watchword.store.organizations import creations, members
from watchword.store.organizations.creations import Creation

_SERVICE_LINKED = "AWSServiceRoleFor"
_SUCCEEDED, _FAILED = "SUCCEEDED", "FAILED"


def create_account(call: Call) -> Output:
    """CreateAccount."""
    here, name, email = current.organization(call), call.input["AccountName"], call.input["Email"]
    if members.count(call.tx, here.id) >= MOST_ACCOUNTS:
        raise violates(
            "ACCOUNT_NUMBER_LIMIT_EXCEEDED", f"An organization has at most {MOST_ACCOUNTS} accounts."
        )
    wanted = NewAccount(name, email, role=_role_name(call))
    account = failure = None
    if not email.isascii():
        failure = "INVALID_EMAIL"
    elif accounts.of_email(call.tx, email):
        failure = "EMAIL_ALREADY_EXISTS"
    else:
        account = rules.create(call.tx, here, wanted, call.world.randomness)
        put_given(call, account)
    request = Creation(ids.new_creation_id(call.world.randomness), here.id, name, call.now, account, failure)
    creations.insert(call.tx, request)
    return {"CreateAccountStatus": shapes.creation_begun(request)}


def describe_creation(call: Call) -> Output:
    """DescribeCreateAccountStatus."""
    here = current.organization(call)
    found = creations.by_id(call.tx, here.id, call.input["CreateAccountRequestId"])
    if found is None:
        raise refusal("CreateAccountStatusNotFoundException")
    return {"CreateAccountStatus": shapes.creation(found)}


def list_creations(call: Call) -> Output:
    """ListCreateAccountStatus: of all states, or of some. None is in progress."""
    here, states = current.organization(call), set(call.input.get("States", ())) or {_SUCCEEDED, _FAILED}
    start, size, wanted = pages.start_of(call), pages.size_of(call), states & {_SUCCEEDED, _FAILED}
    if not wanted:
        return {"CreateAccountStatuses": []}
    failed = None if len(wanted) > 1 else _FAILED in wanted
    found, more = creations.page(call.tx, here.id, failed=failed, after=start, limit=size)
    shown = [shapes.creation(each) for each in found]
    return {"CreateAccountStatuses": shown, **pages.end(found[-1].id if found else "", more=more)}


def _role_name(call: Call) -> str:
    """The name of the role that the account begins with. Raises InvalidInputException."""
    name: str = call.input.get("RoleName", ROLE_NAME)
    if name.startswith(_SERVICE_LINKED) or is_reserved(nouns.ROLE, name):
        raise invalid("INVALID_ROLE_NAME", f"{name} is reserved. You provided a role name that isn't valid.")
    return name


OPERATIONS: dict[str, Operation] = {
    "CreateAccount": writes(create_account, on_new("account")),
    "DescribeCreateAccountStatus": reads(describe_creation, on(by=For.DELEGATED)),
    "ListCreateAccountStatus": reads(list_creations, on(by=For.DELEGATED)),
}
