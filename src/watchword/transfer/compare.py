"""What an import would do with each entity: make it, leave it, or replace what is otherwise.

An entity is the one of the store that has its unique id. What the files don't say (form: UNSET) stays as it
is here, and so does when a role was last used. An entity of the same name with another id is another one: it
is never replaced, since keys and sessions belong to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from msgspec import UNSET
from msgspec.structs import asdict, fields, replace

from watchword.identity.protected_roles import is_reserved
from watchword.names import nouns
from watchword.names.fold import fold
from watchword.store import Transaction
from watchword.store.iam import groups, instance_profiles, policies, roles, users
from watchword.transfer import form
from watchword.transfer.checks import Found, Wrong
from watchword.transfer.held import details
from watchword.transfer.staging import Batch

ROWS: Mapping[str, ModuleType] = {
    nouns.USER: users,
    nouns.GROUP: groups,
    nouns.ROLE: roles,
    nouns.POLICY: policies,
    nouns.INSTANCE_PROFILE: instance_profiles,
}
_NOT_COMPARED = ("role_last_used", "attachment_count", "permissions_boundary_usage_count", "is_attachable")


@dataclass(frozen=True, slots=True)
class Step:
    """An entity as it shall be, the record of the store with its id, and the members that differ."""

    wanted: Found
    record: Any = None
    differing: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        return self.record is not None and not self.differing


def steps(tx: Transaction, batch: Batch) -> list[Step | Wrong]:
    """One for each entity, or why it can't be: another entity is in the way."""
    rows = ROWS[batch.noun]
    records = rows.by_ids(tx, [each.id for each in batch.found])
    held = {record.id: record for record in records}
    shown = dict(zip(held, details(tx, batch.noun, records), strict=True))
    named = {
        fold(record.name): record
        for record in rows.by_names(tx, batch.account, [each.name for each in batch.found])
    }
    return [
        _step_or_wrong(each, held.get(each.id), shown.get(each.id), named.get(fold(each.name)))
        for each in batch.found
    ]


def left_out(found: Found) -> bool:
    """Whether each installation makes it itself: the administrator's role, roles of permission sets."""
    return is_reserved(found.noun, found.name)


def _step_or_wrong(*given: Any) -> Step | Wrong:  # noqa: ANN401 what `_step` takes
    try:
        return _step(*given)
    except Wrong as wrong:
        return wrong


def _step(wanted: Found, record: Any, shown: Any, of_its_name: Any) -> Step:  # noqa: ANN401 of any type
    if of_its_name is not None and of_its_name.id != wanted.id:
        raise Wrong(
            f"{wanted.place}: the {wanted.noun} {of_its_name.name} of account {wanted.account} is here with "
            f"another id, {of_its_name.id}; delete it first, if it shall be replaced"
        )
    if record is None:
        return Step(wanted)
    if record.account != wanted.account:
        raise Wrong(f"{wanted.place}: the id {wanted.id} is taken, by {shown.arn}")
    merged = _merged(wanted.detail, shown)
    settled = Found(wanted.noun, wanted.account, wanted.place, merged)
    return Step(settled, record, tuple(_differing(merged, shown)))


def _merged(wanted: Any, shown: Any) -> Any:  # noqa: ANN401 values of `form`
    unsaid = [
        name for name, value in asdict(wanted).items() if value is UNSET and name != "permissions_boundary"
    ]
    unsaid += [name for name in _NOT_COMPARED if name in wanted.__struct_fields__]
    return replace(wanted, **{name: getattr(shown, name) for name in unsaid}) if unsaid else wanted


def _differing(wanted: Any, shown: Any) -> Sequence[str]:  # noqa: ANN401 values of `form`
    if form.written(wanted) == form.written(shown):
        return ()
    return [
        field.encode_name
        for field in fields(wanted)
        if getattr(wanted, field.name) != getattr(shown, field.name)
    ]
