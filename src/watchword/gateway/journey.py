"""One request, start to end, as seven calls.

    recognise     which operation is this?                   wire/
    authenticate  who is this?                               access/, sigv4/, proofs/
    look up       is it served, and what does it say?        services/, wire/
    authorize     may they?                                  access/, policy/
    perform       do it                                      services/
    record        write it down                              access/
    reply         say so                                     wire/

Nothing is done before the decision, nothing is answered before the record. From `authorize` on it is what any
call goes through (`dispatch`). What isn't understood is refused; what breaks answers InternalFailure, with
the reason in the operator's log under the request id.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import structs

from watchword.access import RequestContext, RequestLog, authenticate, authenticate_head, read_credentials
from watchword.access.caller import Proven
from watchword.access.client_address import as_sent
from watchword.access.last_use import note_use
from watchword.access.presented import Presented
from watchword.access.replays import refuse_replay
from watchword.access.room import check_room
from watchword.gateway import failure
from watchword.gateway.dispatch import perform, permit, refuse
from watchword.gateway.failure import as_fault
from watchword.gateway.foreign_pages import may_be_a_page, sandboxed
from watchword.names import AwsError, HttpRequest, HttpResponse, fault
from watchword.names.ids import new_request_id
from watchword.names.would_block import MovesBytes, Waits, WouldBlock
from watchword.services.operation import POINT_READ, PURE, Call, Operation, Output
from watchword.services.s3.access_logs.delivery import note as note_access
from watchword.services.table import PREFIXES, SERVED
from watchword.wire import Operation as Model
from watchword.wire import error_response, recognise
from watchword.world import World

MESSAGE_HEADER = "x-watchword-authorization-message"
"""On refusals: what DecodeAuthorizationMessage takes (docs/decisions/0009)."""


def journey(world: World, request: HttpRequest) -> HttpResponse:
    """The answer to any request, an error included. Raises only WouldBlock, before anything was done."""
    log = _new_log(world, request)
    try:
        response = _run(world, log)
    except WouldBlock:
        raise
    except Exception as broken:  # noqa: BLE001 said, recorded and logged
        response = _refusal(world, log, broken)
    note_access(world, log, response)
    return response


class NotAdmittedError(Exception):
    """A request is refused before its body comes, for this reason; and what is known of it."""

    def __init__(self, log: RequestLog, reason: Exception) -> None:
        super().__init__(str(reason))
        self.log, self.reason = log, reason


def admit(world: World, request: HttpRequest) -> None:
    """Raises NotAdmittedError if the request, whose body isn't here yet, is refused whatever its body is.

    1. The head proves the caller.
    2. A body that streams isn't parsed, so the head says all that the call is decided on: it is decided.
    3. Any other body is short.
    4. There is room for the body on the disk.

    The journey decides again, when the whole request is here.
    """
    log = _new_log(world, request)
    try:
        _admit(world, log)
    except Exception as broken:
        raise NotAdmittedError(log, broken) from broken


def refuse_unreceived(world: World, request: HttpRequest, broken: Exception) -> HttpResponse:
    """The answer to a request that wasn't received whole, because of `broken`."""
    if isinstance(broken, NotAdmittedError):
        return _refusal(world, broken.log, broken.reason)
    return _refusal(world, _new_log(world, request), broken)


def check_size(request: HttpRequest, most: int) -> None:
    """Raises unless the request announces that its body has at most so many bytes."""
    unknown, announced = request.header("transfer-encoding"), request.header("content-length")
    if unknown or int(announced or 0) > most:  # llhttp takes nothing but a number
        too_large = fault("RequestTooLarge", f"The request body exceeds {most} bytes.")
        raise too_large.in_s3_as(AwsError("MaxMessageLengthExceeded", 400, "Your request was too big."))


def unrecorded(world: World, request: HttpRequest) -> HttpResponse:
    """The answer when the record of another one can't be kept."""
    return error_response(failure.unrecorded(), new_request_id(world.randomness), request)


def _new_log(world: World, request: HttpRequest) -> RequestLog:
    return RequestLog(new_request_id(world.randomness), world.clock.now(), request)


def _run(world: World, log: RequestLog) -> HttpResponse:
    presented = _receive(world, log)
    model, row = _recognise(world, presented, log)
    presented, given = _read_proof(presented, model, row, log)
    proven = _authenticate(world, presented, model, row, log)
    context = RequestContext(
        world, proven.caller, proven.request, presented.region, log.now, request_id=log.request_id
    )
    service = PREFIXES.get(model.service.name, model.service.name)
    note_use(context, service, "" if log.traits.data_event else model.name)
    call, row = _look_up(context, model, row, given, log)
    call = permit(call, row.demands(call), log)
    if not row.traits.reads_only:
        refuse_replay(world, presented, call.service)

    def answer(output: Output) -> HttpResponse:
        response = model.write(output, log.request_id)
        return presented.answer(sandboxed(response) if may_be_a_page(model) else response)

    return perform(call, row, log, answer)


def _admit(world: World, log: RequestLog) -> None:
    presented = _receive(world, log)
    model, row = _recognise(world, presented, log)
    proven = authenticate_head(world, presented, model)
    log.caller, log.request = proven.caller, proven.request
    if row is not None and not model.streams:
        check_size(presented.request, row.max_body)
    else:
        context = RequestContext(world, log.caller, log.request, presented.region, log.now)
        call, row = _look_up(context, model, row, None, log)
        permit(call, row.demands(call), log)
    check_room(world, int(presented.request.header("content-length") or 0))


def _receive(world: World, log: RequestLog) -> Presented:
    """From where, as of when, and what it presents to be believed."""
    log.request = as_sent(log.request, world.settings.trusted_proxies)
    world.facts.confirm()
    presented = read_credentials(world.settings, log.request)
    log.access_key_id, log.signature = presented.access_key_id, presented.version
    log.region, log.request = presented.region, presented.request
    return presented


def _recognise(world: World, presented: Presented, log: RequestLog) -> tuple[Model, Operation | None]:
    """The operation's model and its row, which is None when it isn't served."""
    hosts = world.settings.hosts
    model = recognise(presented.request, world.models, scope_service=presented.service, hosts=hosts)
    row = SERVED.get(model.service.name, {}).get(model.name)
    log.operation, log.traits = model, row.traits if row else log.traits
    if world.facts.cached and not _may_be_at_once(world, row):
        raise _why_not_at_once(row)
    return model, row


def _may_be_at_once(world: World, row: Operation | None) -> bool:
    if row is None or row.waits:
        return False
    return row.mode is PURE or (row.mode is POINT_READ and world.facts.sees_objects)


def _why_not_at_once(row: Operation | None) -> type[WouldBlock]:
    if row is None:
        return WouldBlock
    return Waits if row.waits else MovesBytes if row.moves_bytes else WouldBlock


def _read_proof(
    presented: Presented, model: Model, row: Operation | None, log: RequestLog
) -> tuple[Presented, Mapping[str, Any] | None]:
    """What is to be proved; and the input, where it had to be parsed because the proof is in it."""
    if row is None or row.proof is None:
        return presented, None
    log.input = given = model.parse(presented.request)
    presented = row.proof(presented.request, given)
    log.access_key_id, log.signature = presented.access_key_id, presented.version
    return presented, given


def _authenticate(
    world: World, presented: Presented, model: Model, row: Operation | None, log: RequestLog
) -> Proven:
    anonymous = row.anonymous if row else model.unsigned
    proven = authenticate(world, presented, model, anonymous=anonymous)
    log.caller, log.request = proven.caller, proven.request
    return proven


def _look_up(
    context: RequestContext,
    model: Model,
    row: Operation | None,
    given: Mapping[str, Any] | None,
    log: RequestLog,
) -> tuple[Call, Operation]:
    if row is None:
        raise fault("NotImplemented", f"{model.service.name}:{model.name} is not implemented.")
    log.input = model.parse(context.request) if given is None else given
    return Call(context, model.service.name, model.name, log.input), row


def _refusal(world: World, log: RequestLog, broken: Exception) -> HttpResponse:
    """The refusal in the protocol's form, recorded."""
    error = refuse(world, log, as_fault(broken, log.request_id))
    if log.operation is None:
        return error_response(error, log.request_id, log.request)
    response = log.operation.write_error(error, log.request_id)
    if not log.message:
        return response
    return structs.replace(response, headers=(*response.headers, (MESSAGE_HEADER, log.message)))
