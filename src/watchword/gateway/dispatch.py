"""One call of one operation, made by a request on its journey or by a service from inside.

Authorize, perform, record. Nothing is done before the decision. A change, its record and its answer stand or
fall together: they are made inside one transaction, which for an object's bytes is the one that makes them
visible (docs/decisions/0001). Changes are recorded in their transaction, everything else in the journal.

`dispatch` is the whole of it, for services that act for somebody: a function's role, a state machine, a job.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import msgspec
from msgspec import structs

from watchword.access import Caller, Demand, RequestContext, RequestLog, authorize, record, refusal
from watchword.access.authorization_message import authorization_message
from watchword.access.console_events import console_event
from watchword.access.demand import Reserved
from watchword.access.portal_events import portal_event
from watchword.access.record import Event
from watchword.access.refusals import only_counted
from watchword.access.request_context import INSIDE, Via
from watchword.access.request_lines import tell
from watchword.access.room import check_room
from watchword.facts.credentials import ACCESS_KEY
from watchword.facts.entities import GROUP, INSTANCE_PROFILE, NO_NAME, ROLE, SERVER_CERTIFICATE, USER
from watchword.facts.functions import FUNCTION
from watchword.facts.providers import OIDC_PROVIDER, SAML_PROVIDER
from watchword.gateway.failure import as_fault, unrecorded
from watchword.names import AwsError, HttpRequest, fault
from watchword.names.ids import new_request_id
from watchword.services.changes import Change, moving
from watchword.services.operation import POINT_READ, PURE, WRITE, Call, Mode, Operation, Output
from watchword.services.table import SERVED
from watchword.store import Transaction, audit
from watchword.world import World

Answer = TypeVar("Answer")
Around = Transaction | Change | None

log = logging.getLogger(__name__)

_HIDDEN = frozenset(
    each.name
    for each in (
        ACCESS_KEY,
        FUNCTION,
        GROUP,
        INSTANCE_PROFILE,
        OIDC_PROVIDER,
        ROLE,
        SAML_PROVIDER,
        SERVER_CERTIFICATE,
        USER,
    )
)
"""Facts whose existence callers without permission must not learn."""


def dispatch(  # noqa: PLR0913 what a call has
    world: World,
    caller: Caller,
    operation: tuple[str, str],
    given: Mapping[str, Any],
    *,
    via: Via,
    region: str = "us-east-1",
    request_id: str = "",
    request: HttpRequest = INSIDE,
) -> Output:
    """The output of an operation (service, name) that a service calls as `caller`, with a valid input.

    request: what the client sent, where this is its own call in another form.

    Raises AwsError, which is recorded; KeyError for an operation that isn't served.
    """
    service, name = operation
    row, now = SERVED[service][name], world.clock.now()
    request_id = request_id or new_request_id(world.randomness)
    context = RequestContext(world, caller, request, region, now, via, request_id)
    call = Call(context, service, name, given)
    entry = RequestLog(
        request_id,
        now,
        request,
        via,
        access_key_id=caller.access_key_id,
        region=region,
        operation=world.models.service(service).operation(name),
        traits=row.traits,
        caller=caller,
        input=given,
    )
    try:
        return perform(permit(call, row.demands(call), entry), row, entry, answer=lambda output: output)
    except Exception as broken:
        refused = refuse(world, entry, as_fault(broken, request_id))
        refused.request_id = request_id
        raise refused from broken


def permit(call: Call, demands: tuple[Demand, ...], entry: RequestLog) -> Call:
    """The call with its decisions. Raises the first refusal."""
    if not demands:
        return call
    decisions = authorize(call.context, demands)
    entry.demands += demands
    entry.decisions += decisions
    if refused := refusal(demands, decisions):
        _hide_existence(call)
        refused.meant = "; ".join(_missing(call))
        entry.message = authorization_message(call.world, call.caller, demands, decisions)
        raise refused
    return structs.replace(call, decisions=call.decisions + decisions)


def _hide_existence(call: Call) -> None:
    """Hides by timing whether an entity exists: an existing one is cached, a missing one read each time."""
    if any(kind in _HIDDEN and found is not None for (kind, _), found in call.resolved.items()):
        call.world.facts.get(ROLE, call.account, NO_NAME)


def _missing(call: Call) -> Iterator[str]:
    """What the request names and isn't there, for the operator. It takes as long for what is there."""
    for (kind, name), found in call.resolved.items():
        text = f"there is no {kind.replace('-', ' ')} {name}"
        if found is None:
            yield text


def perform(call: Call, row: Operation, entry: RequestLog, answer: Callable[[Output], Answer]) -> Answer:
    """What `answer` makes of the operation's output, once all of it is done and recorded."""
    if row.variant:
        row = row.variant(call) or row
    if row.mode is PURE or row.mode is POINT_READ:  # it changes nothing: there is nothing to prepare for
        return _carry_out(call, row, entry, answer)
    if row.needs_room:
        check_room(call.world, call.request.body.size)
    if row.prepare:
        call = structs.replace(call, prepared=row.prepare(call))
    with _transaction_for(row.mode, call) as transaction:
        return _carry_out(structs.replace(call, transaction=transaction), row, entry, answer)


def _carry_out(call: Call, row: Operation, entry: RequestLog, answer: Callable[[Output], Answer]) -> Answer:
    entry.output = _run(call, row, entry)
    made = answer(entry.output)
    keep_record(call.world, entry, call.transaction if row.mode is WRITE else None)
    return made


def refuse(world: World, entry: RequestLog, error: AwsError) -> AwsError:
    """Records the refusal; the error to answer with, which is another one when the record can't be kept."""
    entry.error, entry.output = error, {}
    try:
        keep_record(world, entry, None)
    except Exception as broken:
        log.exception("audit journal", extra={"request_id": entry.request_id})
        entry.message = ""
        return unrecorded() if isinstance(broken, OSError) else fault("InternalFailure")
    return error


def keep_record(world: World, entry: RequestLog, transaction: Around) -> None:
    """Records an answer: with the change if there was one, which is made in `transaction`."""
    if only_counted(world, entry):
        return
    event = _event(entry)
    tell(entry)
    if not isinstance(transaction, Transaction):
        world.journal.append(event, entry.now)
    else:
        text, account = msgspec.json.encode(event).decode(), event.recipient_account_id
        audit.insert(transaction, audit.Event(event.event_id, entry.now, account, entry.request_id, text))


def _event(entry: RequestLog) -> Event:
    if entry.console:
        return console_event(entry, entry.console)
    return portal_event(entry, entry.portal) if entry.portal else record(entry)


def _run(call: Call, row: Operation, entry: RequestLog) -> Output:
    try:
        return row.perform(call)
    except Reserved as reserved:
        permit(call, (reserved.demand,), entry)
        raise reserved.error from None


def _transaction_for(mode: Mode, call: Call) -> AbstractContextManager[Transaction | Change]:
    database = call.world.database
    if mode is Mode.READ:
        return database.read()
    if mode is WRITE:
        return database.write(call.now)
    return moving(database, call.now)
