"""One request, start to end, as seven calls.

    recognise     which operation is this?                   wire/
    authenticate  who is this?                               access/, sigv4/, proofs/
    look up       is it served, and what does it say?        services/, wire/
    authorize     may they?                                  access/, policy/
    perform       do it                                      services/
    record        write it down                              access/
    reply         say so                                     wire/

Nothing is done before the decision, nothing is answered before the record. A change, its record and its
answer stand or fall together: they are made inside one transaction, which for an object's bytes is the one
that makes them visible (docs/decisions/0001). What isn't understood is refused; what breaks answers
InternalFailure, with the reason in the operator's log under the request id.
"""

from contextlib import AbstractContextManager, nullcontext

import msgspec
import structlog
from msgspec import structs

from watchword.access import (
    Circumstances,
    Demand,
    Reserved,
    Shown,
    Upload,
    Visit,
    as_sent,
    authenticate,
    authorization_message,
    authorize,
    note_use,
    record,
    refusal,
    refuse_replay,
    shown,
)
from watchword.gateway.failure import as_fault
from watchword.names import AwsError, HttpRequest, HttpResponse, fault
from watchword.names.ids import new_request_id
from watchword.names.would_block import WouldBlock
from watchword.services.changes import Change, moving
from watchword.services.operation import Call, Mode, Operation
from watchword.services.s3.posted import posted
from watchword.services.table import SERVED
from watchword.store import Transaction, audit
from watchword.wire import plain_fault, recognise
from watchword.world import World

MESSAGE_HEADER = "x-watchword-authorization-message"
"""On refusals: what DecodeAuthorizationMessage takes (docs/decisions/0009)."""

log = structlog.get_logger()


def journey(world: World, request: HttpRequest, unfit: Exception | None = None) -> HttpResponse:
    """The answer to any request, an error included. Raises only WouldBlock, before anything was done.

    `unfit` is why the request couldn't even be received whole.
    """
    visit = Visit(new_request_id(world.randomness), request, world.clock.now())
    try:
        return _travel(world, visit, unfit)
    except WouldBlock:
        raise
    except Exception as broken:  # noqa: BLE001 said, recorded and logged
        return refuse(world, visit, as_fault(broken, visit.request_id))


def refuse(world: World, visit: Visit, error: AwsError) -> HttpResponse:
    """The refusal in the protocol's form, recorded; a record that can't be kept refuses in its stead."""
    visit.error, visit.output = error, None
    try:
        world.journal.append(record(visit), visit.now)
    except Exception:
        log.exception("audit journal", request_id=visit.request_id)
        error, visit.message = fault("InternalFailure"), ""
    if visit.operation is None:
        return plain_fault(error, visit.request_id, visit.request)
    response = visit.operation.fault(error, visit.request_id)
    if not visit.message:
        return response
    return structs.replace(response, headers=(*response.headers, (MESSAGE_HEADER, visit.message)))


def unrecorded(world: World, request: HttpRequest) -> HttpResponse:
    """What is said when the record of an answer can't be kept, and so the answer can't be given."""
    return plain_fault(fault("InternalFailure"), new_request_id(world.randomness), request)


def _travel(world: World, visit: Visit, unfit: Exception | None) -> HttpResponse:
    if unfit:
        raise unfit
    read = _read(world, visit)
    row = _recognise(world, read, visit)
    _authenticate(world, read, row, visit)
    call, row = _look_up(world, row, visit)
    _authorize(call, row.demands(call), visit)
    refuse_replay(world, read, visit)
    with _around(world, row, visit) as transaction:
        _perform(structs.replace(call, transaction=transaction, decisions=visit.decisions), row, visit)
        response = _worded(read, visit)
        _record(world, visit, transaction if row.mode is Mode.WRITE else None)
    return response


def _read(world: World, visit: Visit) -> Shown:
    """From where, as of when, and what it shows to be believed."""
    visit.request = as_sent(visit.request, world.settings.trusted_proxies)
    world.facts.confirm()
    read = shown(world.settings, visit.request)
    if read.claim is not None:
        visit.access_key_id, visit.region, visit.request = read.claim.access_key_id, read.region, read.request
        visit.signature = read.version
    return read


def _recognise(world: World, read: Shown, visit: Visit) -> Operation | None:
    """The row of the operation, None when it isn't served."""
    hosts = world.settings.hosts
    visit.operation = recognise(read.request, world.models, scope_service=read.service, hosts=hosts)
    row = SERVED.get(visit.operation.service.name, {}).get(visit.operation.name)
    if world.facts.cached and not _may_be_at_once(world, row):
        raise WouldBlock
    return row


def _may_be_at_once(world: World, row: Operation | None) -> bool:
    if row is None:
        return False
    return row.mode is Mode.PURE or (row.mode is Mode.POINT_READ and world.facts.sees_objects)


def _authenticate(world: World, read: Shown, row: Operation | None, visit: Visit) -> None:
    assert visit.operation is not None
    anonymous = row.anonymous if row else visit.operation.unsigned
    visit.caller, visit.request = authenticate(
        world, visit.request, read.claim, visit.operation, anonymous=anonymous
    )
    note_use(world, visit)


def _look_up(world: World, row: Operation | None, visit: Visit) -> tuple[Call, Operation]:
    operation, caller = visit.operation, visit.caller
    assert operation is not None
    assert caller is not None
    if row is None:
        raise fault("NotImplemented", f"{operation.service.name}:{operation.name} is not implemented.")
    visit.input = operation.parse(visit.request)
    service, name = operation.service.name, operation.name
    return Call(world, service, name, visit.input, caller, visit.request, visit.region, visit.now), row


def _authorize(call: Call, demands: tuple[Demand, ...], visit: Visit) -> None:
    """Goes on when the demands are allowed. Raises the first refusal."""
    circumstances = Circumstances(call.world, call.caller, call.request, call.region, call.now)
    decisions = authorize(circumstances, demands)
    visit.demands += demands
    visit.decisions += decisions
    if refused := refusal(demands, decisions):
        visit.message = authorization_message(call.world, call.caller, demands, decisions)
        raise refused


def _around(
    world: World, row: Operation, visit: Visit
) -> AbstractContextManager[Transaction | Change | None]:
    match row.mode:
        case Mode.READ:
            return world.database.read()
        case Mode.WRITE:
            return world.database.write(visit.now)
        case Mode.OBJECT_WRITE:
            return moving(world.database, visit.now)
        case Mode.PURE | Mode.POINT_READ:
            return nullcontext()


def _perform(call: Call, row: Operation, visit: Visit) -> None:
    try:
        visit.output = row.perform(call)
    except Reserved as reserved:
        _authorize(call, (reserved.demand,), visit)
        raise reserved.error from None


def _worded(read: Shown, visit: Visit) -> HttpResponse:
    assert visit.operation is not None
    assert visit.output is not None
    response = visit.operation.write(visit.output, visit.request_id)
    if isinstance(read.claim, Upload):
        return posted(visit.request, read.claim.bucket, read.claim.fields, response)
    return response


def _record(world: World, visit: Visit, transaction: Transaction | Change | None) -> None:
    """Changes are recorded where they are made, everything else in the journal."""
    event = record(visit)
    if not isinstance(transaction, Transaction):
        world.journal.append(event, visit.now)
    else:
        text = msgspec.json.encode(event).decode()
        account = event["recipientAccountId"]
        audit.insert(transaction, audit.Event(event["eventID"], visit.now, account, visit.request_id, text))
