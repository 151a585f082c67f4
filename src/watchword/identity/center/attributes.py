"""Attributes of a user: members of CreateUser, changed one by one by their paths, checked as a whole.

1. A path names an attribute, such as displayName; a part of the name, such as name.familyName; an extension,
   such as aws:identitystore:enterprise; or a part of that. The case of a first letter doesn't matter.
2. An operation without a value removes the attribute.
3. A user has a UserName, a DisplayName, and a Name with GivenName and FamilyName.
4. What comes of it is held against the model of CreateUser, as if it were given there.
Source: Identity Store API Reference, CreateUser, UpdateUser, AttributeOperation; IAM Identity Center User
Guide, "Attribute mappings".
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from watchword.identity.center.refusals import invalid
from watchword.wire import Operation, sdk_json

USER_NAME, EXTENSIONS, NAME = "UserName", "Extensions", "Name"
ENTERPRISE = "aws:identitystore:enterprise"
LONGEST_EXTENSION = 4096
"""Characters of an extension, as JSON. AWS documents no limit."""
_ATTRIBUTES = frozenset(
    {
        *(USER_NAME, NAME, "DisplayName", "NickName", "ProfileUrl", "Emails", "Addresses", "PhoneNumbers"),
        *("UserType", "Title", "PreferredLanguage", "Locale", "Timezone", "Photos", "Website", "Birthdate"),
        "Roles",
    }
)
_NEEDED = ("DisplayName", NAME)
_NEEDED_OF_NAME = ("GivenName", "FamilyName")
_ENTERPRISE = frozenset({"employeeNumber", "costCenter", "organization", "division", "department", "manager"})
Given = Mapping[str, Any]


def changed(before: Given, operations: Iterable[Given]) -> dict[str, Any]:
    """The attributes after these operations; not checked yet. Raises ValidationException."""
    found = dict(before)
    for each in operations:
        _change(found, each["AttributePath"], each.get("AttributeValue"))
    return found


def checked(given: Given, create_user: Operation) -> dict[str, Any]:
    """All attributes of a user, UserName included, if a user can have them. Raises ValidationException."""
    given = {member: value for member, value in given.items() if value is not None}
    extensions = given.pop(EXTENSIONS, None)
    # 1. What every user has.
    missing = [member for member in (USER_NAME, *_NEEDED) if not given.get(member)]
    name = given.get(NAME)
    if isinstance(name, dict):
        missing += [f"{NAME}.{part}" for part in _NEEDED_OF_NAME if not name.get(part)]
    if missing:
        raise invalid(f"{', '.join(missing)} must be given.")
    # 2. Each attribute, by the model.
    try:
        found = sdk_json.read_input(create_user, {"IdentityStoreId": "d-0000000000", **given})
    except sdk_json.Unfit as unfit:
        raise invalid(str(unfit).replace(" by Step Functions", "")) from None
    del found["IdentityStoreId"]
    # 3. The extension.
    return found | ({EXTENSIONS: _checked_extensions(extensions)} if extensions else {})


def member_of(path: str) -> str:
    """The member that a path names: its first letter is a capital one."""
    return path[:1].upper() + path[1:]


def _change(found: dict[str, Any], path: str, value: Any) -> None:  # noqa: ANN401 any JSON
    if path.startswith("aws:"):
        _change_extension(found, path, value)
        return
    head, _, rest = path.partition(".")
    member, part = member_of(head), member_of(rest)
    if member not in _ATTRIBUTES or (rest and member != NAME):
        raise invalid(f"Attribute path {path} is not supported.")
    if not rest:
        found[member] = _capitalised(value)
    else:
        found[member] = {**_parts(found.get(member), path), part: value}
        if value is None:
            del found[member][part]


def _change_extension(found: dict[str, Any], path: str, value: Any) -> None:  # noqa: ANN401 any JSON
    name, _, part = path.partition(".")
    extensions = dict(found.get(EXTENSIONS) or {})
    if part:
        inside = {**_parts(extensions.get(name), path), part: value}
        value = {key: each for key, each in inside.items() if each is not None} or None
    extensions[name] = value
    found[EXTENSIONS] = {key: each for key, each in extensions.items() if each is not None} or None


def _parts(whole: Any, path: str) -> dict[str, Any]:  # noqa: ANN401 any JSON, set by an operation before
    if whole and not isinstance(whole, dict):
        raise invalid(f"There is nothing at {path}: what it is part of was set to something else.")
    return whole or {}


def _capitalised(value: Any) -> Any:  # noqa: ANN401 any JSON
    """With members as the API writes them."""
    if isinstance(value, dict):
        return {member_of(key): _capitalised(each) for key, each in value.items()}
    return [_capitalised(each) for each in value] if isinstance(value, list) else value


def _checked_extensions(given: Any) -> dict[str, Any]:  # noqa: ANN401 any JSON
    if not isinstance(given, dict) or set(given) != {ENTERPRISE} or not isinstance(given[ENTERPRISE], dict):
        raise invalid(f"{ENTERPRISE} is the only extension that is supported.")
    if unknown := sorted(given[ENTERPRISE].keys() - _ENTERPRISE):
        raise invalid(f"{ENTERPRISE} has no attribute {unknown[0]}.")
    for name, value in given[ENTERPRISE].items():
        texts = list(value.values()) if name == "manager" and isinstance(value, dict) else [value]
        if not all(isinstance(text, str) and text and text.isprintable() for text in texts):
            raise invalid(f"{name} must be text.")
    if len(msgspec.json.encode(given)) > LONGEST_EXTENSION:
        raise invalid(f"{ENTERPRISE} is longer than {LONGEST_EXTENSION} characters.")
    return given
