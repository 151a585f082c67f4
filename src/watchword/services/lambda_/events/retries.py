"""What becomes of an event after an attempt to run its function: rules as values, without a clock.

1. Where nothing may run (reserved concurrency of 0) an event fails at once.
2. An event that has become too old fails, whatever came of it so far.
3. An event with which processes began MOST_BEGUN times and none said what came of it, fails: it may be what
   ends them.
4. An answer is the end. An error of the function is tried again after one minute and after two, as often as
   is set.
5. What isn't the function's fault (throttling, errors of the server) is tried again with exponential backoff,
   from one second to five minutes, until the event is too old.

Source: AWS Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation",
"Capturing records of Lambda asynchronous invocations".
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from watchword.store.functions.event_configs import EventConfig
from watchword.store.functions.events import Event

RETRIES = 2
LONGEST = timedelta(hours=6)
MOST_BEGUN = 3
AFTER_AN_ERROR = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(minutes=5)

SUCCESS = "Success"
EXHAUSTED = "RetriesExhausted"
TOO_OLD = "EventAgeExceeded"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of running a function with an event once: an answer, or the error that it didn't run."""

    payload: bytes = field(repr=False)
    version: str
    """Which ran; empty when none did."""
    status: int = 200
    error: str = ""
    """FunctionError of an answer."""

    @property
    def succeeded(self) -> bool:
        return self.status == HTTPStatus.OK and not self.error

    @property
    def may_pass(self) -> bool:
        """Rule 5."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def refused(event: Event, config: EventConfig | None, reserved: int | None, now: datetime) -> str:
    """The condition in which an event ends without another attempt, if it does. Rules 1 to 3."""
    if now >= _end(event, config):
        return TOO_OLD
    return EXHAUSTED if reserved == 0 or event.begun > MOST_BEGUN else ""


def after(event: Event, config: EventConfig | None, attempt: Attempt, now: datetime) -> Event | str:
    """The event as it waits for another attempt, or the condition in which it ends. Rules 4 and 5."""
    if attempt.succeeded:
        return SUCCESS
    if attempt.may_pass:
        backoff = min(timedelta(seconds=2 ** min(event.throttled, 16)), LONGEST_BACKOFF)
        event, wait = replace(event, throttled=event.throttled + 1), backoff
    else:
        event = replace(event, attempts=event.attempts + 1, throttled=0)
        if event.attempts > _retries(config):
            return EXHAUSTED
        wait = AFTER_AN_ERROR * event.attempts
    return replace(event, due=min(now + wait, _end(event, config)))


def _retries(config: EventConfig | None) -> int:
    return RETRIES if config is None or config.retries is None else config.retries


def _end(event: Event, config: EventConfig | None) -> datetime:
    """When it is too old."""
    seconds = config.seconds if config else None
    return event.accepted + (LONGEST if seconds is None else timedelta(seconds=seconds))
