"""What making and changing is like for trust anchors, profiles and revocation lists: ids, aliases, members.

An alias is unique among the resources of its kind in an account and Region. Giving one away takes it from
nobody: a request for an alias that another resource has is refused.
Source: IAM Roles Anywhere API Reference, "AliasName".
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from msgspec import structs

from watchword.services.operation import Call
from watchword.services.rolesanywhere.errors import invalid
from watchword.store import Conflict, Transaction


def new_id(call: Call) -> str:
    """An id for a new resource: a random UUID."""
    return str(UUID(bytes=call.world.randomness(16), version=4))


def alias_of(call: Call) -> str | None:
    """The alias in a request; None for none, which an empty one means too."""
    return call.input.get("aliasName") or None


def write(call: Call, change: Callable[[Transaction, Any], None], record: Any) -> None:  # noqa: ANN401 any kind
    """Inserts or updates a record. Raises ValidationException when its alias is taken."""
    try:
        change(call.tx, record)
    except Conflict:
        raise invalid(f"The alias {record.alias} is taken.") from None


def changed(call: Call, record: Any, members: Mapping[str, str], **more: object) -> Any:  # noqa: ANN401 any kind
    """The record with what the request gives. members: name in the request -> field of the record."""
    given = {field: call.input[name] for name, field in members.items() if name in call.input}
    if "aliasName" in call.input:
        given["alias"] = alias_of(call)
    return structs.replace(record, **given, **more, updated=call.now)


def aliases(kind: str, record: Any, before: Any = None) -> dict[str, str]:  # noqa: ANN401 any kind
    """How an answer shows the alias; before: the record before the change."""
    shown = {}
    if record.alias:
        shown["aliasName"] = record.alias
        prefix = record.arn.removesuffix(f"{kind}/{record.id}")
        shown["aliasArn"] = f"{prefix}alias/{kind}/{record.alias}"
    if before and before.alias and before.alias != record.alias:
        shown["previousAliasName"] = before.alias
    return shown
