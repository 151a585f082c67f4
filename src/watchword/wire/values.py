"""Single values as text, as in forms, XML, headers, query strings and paths.

Rules:
* text that can't be read raises `UnreadableError`; each protocol has its own error for it;
* numbers are decimal ASCII digits in the range of their type; floats are finite;
* timestamps are read as aware datetimes in UTC and written as precisely as their format allows.

Source: Smithy 2.0, "Simple types" and "timestampFormat trait"; RFC 9110, section 5.6.7 (HTTP dates).
What doesn't belong here: structure (lists, maps), escaping, constraints of the model.
"""

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

from watchword.wire.shapes import Shape

Reader = Callable[[str], object]
Writer = Callable[[object], str]

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_FLOAT = re.compile(r"[+-]?([0-9]{1,400}(\.[0-9]{0,400})?|\.[0-9]{1,400})([eE][+-]?[0-9]{1,4})?", re.ASCII)
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)
_LONGEST_DATE = 64
_REMEMBERED = 256
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
BITS = {"integer": 31, "long": 63}
"""Without the sign."""


class UnreadableError(ValueError):
    """A value that isn't of its type. The message may be sent to the client.

    argument, value: name and text, where it is a header or query parameter.
    """

    def __init__(self, said: str, argument: str = "", value: str = "") -> None:
        super().__init__(said)
        self.argument = argument
        self.value = value


def read_integer(text: str, bits: int) -> int:
    """An integer of `bits` bits and a sign bit."""
    if _INTEGER.fullmatch(text) is None or not -(1 << bits) <= (number := int(text)) < 1 << bits:
        raise UnreadableError(f"'{text[:40]}' is not an integer of {bits + 1} bits")
    return number


def read_float(text: str) -> float:
    """A finite number."""
    if _FLOAT.fullmatch(text) is None or (number := float(text)) in (float("inf"), float("-inf")):
        raise UnreadableError(f"'{text[:40]}' is not a finite decimal number")
    return number


def read_boolean(text: str) -> bool:
    """`true` or `false` in any case."""
    folded = text.lower()
    if folded not in {"true", "false"}:
        raise UnreadableError(f"'{text[:40]}' is not a boolean: use true or false")
    return folded == "true"


def read_blob(text: str) -> bytes:
    """The bytes of padded base64 without white space."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise UnreadableError("the value is not base64") from problem


def read_iso(text: str) -> datetime:
    """An ISO 8601 date and time with seconds; without a zone it is UTC."""
    if _ISO.fullmatch(text) is None:
        raise UnreadableError(f"'{text[:40]}' is not an ISO 8601 timestamp")
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as problem:
        raise UnreadableError(f"'{text}' is not a date of the calendar") from problem


def read_http_date(text: str) -> datetime:
    """Any of the three date formats of RFC 9110."""
    try:
        moment = parsedate_to_datetime(text[:_LONGEST_DATE])
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError) as problem:
        raise UnreadableError(f"'{text[:40]}' is not an HTTP date") from problem


def read_epoch(seconds: float) -> datetime:
    """Seconds since 1970, to the microsecond."""
    try:
        return _EPOCH + timedelta(microseconds=round(seconds * 1_000_000))
    except (OverflowError, ValueError) as problem:
        raise UnreadableError(f"'{seconds}' is not a date of the calendar") from problem


# Cached, as are HTTP dates: what expires, or was modified, in the same second is asked for again and again.
@lru_cache(_REMEMBERED)
def write_iso(moment: datetime) -> str:
    """`2011-06-15T12:00:00Z`, with milliseconds or microseconds where there are any."""
    plain = moment.astimezone(UTC).replace(tzinfo=None)
    return plain.isoformat(timespec=_precision(plain)) + "Z"


def write_iso_milliseconds(moment: datetime) -> str:
    """`2011-06-15T12:00:00.000Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _precision(moment: datetime) -> str:
    if not moment.microsecond:
        return "seconds"
    return "microseconds" if moment.microsecond % 1000 else "milliseconds"


@lru_cache(_REMEMBERED)
def write_http_date(moment: datetime) -> str:
    """`Wed, 15 Jun 2011 12:00:00 GMT`."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def write_epoch(moment: datetime) -> int | float:
    """Seconds since 1970: an integer if whole, else with milliseconds, as AWS writes them."""
    milliseconds = (moment - _EPOCH) // _MILLISECOND
    return milliseconds / 1000 if milliseconds % 1000 else milliseconds // 1000


TIMESTAMPS: dict[str, tuple[Callable[[str], datetime], Callable[[datetime], str]]] = {
    "iso8601": (read_iso, write_iso),
    "rfc822": (read_http_date, write_http_date),
    "unixtimestamp": (lambda text: read_epoch(read_float(text)), lambda moment: str(write_epoch(moment))),
}


def timestamp_format(shape: Shape, default: str) -> str:
    """A key of TIMESTAMPS: the model's, else `default`."""
    form: str = shape.traits.get("timestampFormat", default)
    return form.lower()


def reader(shape: Shape, timestamps: str) -> Reader:
    """A function from text to a value of `shape`. timestamps: the default format."""
    match shape.type:
        case "string" | "character":
            return str
        case "integer" | "long":
            bits = BITS[shape.type]
            return lambda text: read_integer(text, bits)
        case "float" | "double":
            return read_float
        case "boolean":
            return read_boolean
        case "blob":
            return read_blob
        case "timestamp":
            return TIMESTAMPS[timestamp_format(shape, timestamps)][0]
    raise TypeError(f"{shape.name} is a {shape.type}, not a single value")


def writer(shape: Shape, timestamps: str) -> Writer:
    """A function from a value of `shape` to text. timestamps: the default format."""
    match shape.type:
        case "string" | "character":
            return _same_text
        case "integer" | "long" | "float" | "double":
            return str
        case "boolean":
            return lambda value: "true" if value else "false"
        case "blob":
            return lambda value: base64.b64encode(value).decode("ascii")  # type: ignore[arg-type]
        case "timestamp":
            return TIMESTAMPS[timestamp_format(shape, timestamps)][1]  # type: ignore[return-value]
    raise TypeError(f"{shape.name} is a {shape.type}, not a single value")


def _same_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a string, not {type(value).__name__}")
    return value
