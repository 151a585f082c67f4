"""PATCH: a document after operations that add, replace and remove.

1. Names of operations and attributes have no case (Entra ID says Add).
2. A path names an attribute, a part of one, items of a list by a filter, or a part of each:
   `displayName`, `name.givenName`, `emails[type eq "work"].value`, `members[value eq "..."]`,
   `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`.
3. Without a path, the value is an object of attributes; its names can be paths too.
4. To add to a list appends what isn't in it. To add or replace where a filter finds nothing makes an item
   that the filter would find.
All operations take place, or none: the document is a copy until it is stored.
Source: RFC 7644, section 3.5.2.
"""

import copy
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from watchword.gateway.scim import filters
from watchword.gateway.scim.messages import Json, wrong

MESSAGE = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MOST = 100
"""Operations of a request."""
_ITEMS = frozenset({"value", "type", "display", "primary", "$ref"})
_PATH = re.compile(
    r"(?:(?P<urn>urn:[\w:.-]+):)?(?P<name>[A-Za-z$][\w$-]*)"
    r"(?:\[(?P<filter>[^\]]+)\])?(?:\.(?P<part>[A-Za-z$][\w$-]*))?"
)


class Path(NamedTuple):
    """Where an operation acts; `only` are the members that an item has."""

    urn: str
    name: str
    only: Mapping[str, str]
    part: str


def patched(document: Json, body: Json, schemas: tuple[str, ...]) -> Json:
    """The document after the operations in a body; `schemas` are those of its type, the extension last."""
    operations = _member(body, "operations")
    if not isinstance(operations, list) or not 0 < len(operations) <= MOST:
        raise wrong(f"Operations must be a list of 1 to {MOST} operations.", "invalidSyntax")
    found = copy.deepcopy(document)
    for each in operations:
        if not isinstance(each, dict):
            raise wrong("An operation must be an object.", "invalidSyntax")
        kind, path, value = (_member(each, name) for name in ("op", "path", "value"))
        kind = str(kind).lower()
        if kind not in {"add", "replace", "remove"}:
            raise wrong(f"There is no operation {kind[:40]}.", "invalidSyntax")
        if path is not None:
            _apply(found, kind, _read(path, schemas), value)
        elif kind == "remove":
            raise wrong("An operation that removes has a path.", "noTarget")
        elif not isinstance(value, dict):
            raise wrong("An operation without a path has an object of attributes.")
        else:  # rule 3
            for name, inside in value.items():
                _whole(found, kind, name, inside, schemas)
    return found


def _whole(found: Json, kind: str, name: str, value: Any, schemas: tuple[str, ...]) -> None:  # noqa: ANN401 any JSON
    extension = schemas[-1]
    if name.lower() == extension.lower() and isinstance(value, dict):
        for part, inside in value.items():
            _apply(found, kind, Path(extension, part, {}, ""), inside)
    elif name.lower() != "schemas":
        _apply(found, kind, _read(name, schemas), value)


def _apply(found: Json, kind: str, path: Path, value: Any) -> None:  # noqa: ANN401 any JSON
    holder = found
    if path.urn:
        holder = found.setdefault(path.urn, {})
    name = _known(holder, path.name)
    if path.only:
        _apply_to_items(holder, kind, name, path, value)
    elif path.part:
        inside = holder.setdefault(name, {})
        if not isinstance(inside, dict):
            raise wrong(f"{path.name} has no part {path.part}.", "invalidPath")
        _set(inside, kind, _known(inside, path.part), value)
    else:
        _set(holder, kind, name, value)


def _set(holder: Json, kind: str, name: str, value: Any) -> None:  # noqa: ANN401 any JSON
    there = holder.get(name)
    if kind == "remove":
        if isinstance(there, list) and isinstance(value, list):  # these items alone
            gone = set(map(_identity, value))
            holder[name] = [each for each in there if _identity(each) not in gone]
        else:
            holder.pop(name, None)
    elif kind == "add" and isinstance(there, list):
        new = value if isinstance(value, list) else [value]
        known = set(map(_identity, there))
        there += [each for each in new if _identity(each) not in known]
    elif kind == "add" and isinstance(there, dict) and isinstance(value, dict):
        there.update(value)
    else:
        holder[name] = value


def _apply_to_items(holder: Json, kind: str, name: str, path: Path, value: Any) -> None:  # noqa: ANN401 any JSON
    items = holder.setdefault(name, [])
    if not isinstance(items, list):
        raise wrong(f"{path.name} is no list.", "invalidPath")
    chosen = [each for each in items if isinstance(each, dict) and _fits(each, path.only)]
    if kind == "remove" and not path.part:
        gone = set(map(id, chosen))
        holder[name] = [each for each in items if id(each) not in gone]
        return
    if not chosen and kind != "remove":  # rule 4
        chosen = [dict(path.only)]
        items += chosen
    for each in chosen:
        if path.part:
            _set(each, kind, _known(each, path.part), value)
        elif isinstance(value, dict):
            each.update(value)
        else:
            raise wrong(f"An item of {path.name} is an object.")


def _read(text: object, schemas: tuple[str, ...]) -> Path:
    """Rule 2."""
    found = _PATH.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise wrong(f"There is no path {str(text)[:100]}.", "invalidPath")
    urn = found["urn"] or ""
    if urn and urn.lower() not in {each.lower() for each in schemas}:
        raise wrong(f"There is no schema {urn[:100]}.", "invalidPath")
    extension = schemas[-1] if urn.lower() == schemas[-1].lower() and len(schemas) > 1 else ""
    only = filters.read(found["filter"], _ITEMS) if found["filter"] else {}
    return Path(extension, found["name"], only, found["part"] or "")


def _known(holder: Json, name: str) -> str:
    """As the document calls it: rule 1."""
    return next((each for each in holder if each.lower() == name.lower()), name)


def _member(given: Json, name: str) -> Any:  # noqa: ANN401 any JSON
    return next((value for each, value in given.items() if each.lower() == name), None)


def _fits(item: Json, only: Mapping[str, str]) -> bool:
    return all(_text(_member(item, name)) == value.lower() for name, value in only.items())


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value).lower()


def _identity(item: object) -> tuple[bool, object]:
    """What items have in common that are the same: their value, if they have one. So lists are read once."""
    by_value = isinstance(item, dict) and "value" in item
    found = item["value"] if isinstance(item, dict) and by_value else item
    return by_value, json.dumps(found, sort_keys=True) if isinstance(found, dict | list) else found
