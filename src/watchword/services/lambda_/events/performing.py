"""An event from being accepted to its end.

1. An event is accepted by one transaction, with its record: once that is answered, nothing loses it.
2. An account has at most MOST_QUEUED events before it, of MOST_BYTES together. More are throttled.
3. The permission was decided when it was accepted. The role is assumed when it runs.
4. What is told to destinations is told before the event is forgotten. A process that is killed in between
   has it done again: each event is done at least once.

Source: AWS Lambda Developer Guide, "Invoking a Lambda function asynchronously".
"""

import logging

import msgspec

from watchword.access import Caller, RequestContext
from watchword.access.request_context import INSIDE, Via
from watchword.functions.runtime_api import Invocation
from watchword.names import AwsError
from watchword.names.principal import Service
from watchword.services.lambda_.demands import SERVICE, version_of
from watchword.services.lambda_.errors import no_function, too_many
from watchword.services.lambda_.events import destinations, records, retries
from watchword.services.lambda_.events.retries import SUCCESS, Attempt
from watchword.services.lambda_.execution import run
from watchword.services.operation import Call
from watchword.store.functions import event_configs, events, functions, versions
from watchword.store.functions.dead_letters import DeadLetter
from watchword.store.functions.event_configs import EventConfig
from watchword.store.functions.events import Event
from watchword.store.functions.functions import Function
from watchword.store.functions.versions import LATEST, Version
from watchword.world import World

TOPIC = "function-event"
MOST_QUEUED = 10_000
MOST_BYTES = 256 << 20

log = logging.getLogger(__name__)


def accept(call: Call, event: Event) -> None:
    """Rules 1 and 2, in the call's transaction."""
    function = functions.by_id(call.tx, event.function_id)
    if function is None:
        raise no_function(call.input["FunctionName"])
    queued = events.queued(call.tx, event.account)
    if queued.count >= MOST_QUEUED or queued.size + len(event.payload) > MOST_BYTES:
        raise too_many("CallerRateLimitExceeded")
    events.insert(call.tx, event)
    call.tx.changed(TOPIC, function.id, function.account)


def perform(world: World, event: Event) -> Event | tuple[DeadLetter, ...]:
    """Does what there is to do: the event as it waits for another attempt, or what no destination took."""
    with world.database.read() as tx:
        function = functions.by_id(tx, event.function_id)
        config = event_configs.of(tx, event.function_id, event.qualifier or LATEST)
        latest = versions.numbered(tx, event.function_id, 0)
    if function is None or latest is None:  # its events are gone with it
        return ()
    attempt, call = None, _call(world, function, event)
    ended: Event | str = retries.refused(event, config, function.reserved, call.now)
    if not ended:
        attempt = _attempt(call, event)
        call = _call(world, function, event)
        ended = retries.after(event, config, attempt, call.now)
    if isinstance(ended, Event):
        return ended
    return _tell(call, event, function, latest, config, ended, attempt)


def _call(world: World, function: Function, event: Event) -> Call:
    """The call that Lambda makes of itself, at this time."""
    via = Via(source_arn=function.arn, source_account=function.account, invoked_by=SERVICE)
    context = RequestContext(
        world, Caller(Service(SERVICE)), INSIDE, function.region, world.clock.now(), via, event.id
    )
    named = {"FunctionName": f"{function.account}:function:{function.name}"}
    if event.qualifier:
        named["Qualifier"] = event.qualifier
    return Call(context, "lambda", "Invoke", named)


def _attempt(call: Call, event: Event) -> Attempt:
    """Rule 3."""
    try:
        fact, version = version_of(call)
        qualifier = f":{event.qualifier}" if event.qualifier else ""
        invocation = Invocation(event.id, event.payload, f"{fact.function.arn}{qualifier}")
        ran = run(call, fact.function, version, invocation)
    except AwsError as refused:
        document = {"errorType": refused.code, "errorMessage": refused.said}
        return Attempt(msgspec.json.encode(document), "", refused.status)
    return Attempt(ran.outcome.payload, version.name, error=ran.outcome.error)


def _tell(
    call: Call,
    event: Event,
    function: Function,
    latest: Version,
    config: EventConfig | None,
    condition: str,
    attempt: Attempt | None,
) -> tuple[DeadLetter, ...]:
    """Rule 4."""
    count = event.attempts + (attempt is not None)
    body = records.record(event, function, condition, count, attempt, call.now)
    told = [(config.on_success if condition == SUCCESS else config.on_failure, body)] if config else []
    if condition != SUCCESS:
        log.warning("event %s of %s failed: %s", event.id, function.arn, condition)
        told.append((latest.dead_letters, records.dead_letter(event, attempt)))
    return tuple(
        letter
        for destination, content in told
        if destination
        for letter in destinations.deliver(call, function, latest.role, event.id, destination, content)
    )
