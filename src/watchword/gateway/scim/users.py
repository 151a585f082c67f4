"""Users as SCIM has them: documents made of attributes of the directory, and the reverse.

Members are those of the directory's API, but for the case of their first letter. What the directory doesn't
have is ignored, such as a password or groups (RFC 7643, section 2.2). Empty values count as absent.
Source: RFC 7643, sections 4.1 and 4.3; IAM Identity Center SCIM Implementation Developer Guide.
"""

from typing import Any, NamedTuple

from watchword.gateway.scim.messages import Json, wrong
from watchword.identity.center.attributes import ENTERPRISE, EXTENSIONS, USER_NAME, member_of
from watchword.names.moment import iso
from watchword.store.identity_center.users import User

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
EXTENSION = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SCHEMAS = (CORE, EXTENSION)
FILTERS = frozenset({"username", "externalid", "id"})
_ATTRIBUTES = (
    *("userName", "name", "displayName", "nickName", "profileUrl", "emails", "addresses", "phoneNumbers"),
    *("userType", "title", "preferredLanguage", "locale", "timezone", "photos", "roles"),
)
_BY_NAME = {name.lower(): member_of(name) for name in _ATTRIBUTES}
_BOOLEANS = {"true": True, "false": False}


class Given(NamedTuple):
    """What a document says of a user: members of the directory's API, not checked yet."""

    attributes: Json
    external_id: str
    enabled: bool


def read(document: Json, *, enabled: bool = True) -> Given:
    """Raises the refusal of a document that can't be a user's. `enabled`: if it doesn't say `active`."""
    folded = {name.lower(): value for name, value in document.items()}
    found = {member: _as_member(folded.get(name)) for name, member in _BY_NAME.items()}
    attributes = {member: value for member, value in found.items() if not _is_empty(value)}
    extension = folded.get(EXTENSION.lower())
    if isinstance(extension, dict) and (kept := {k: v for k, v in extension.items() if not _is_empty(v)}):
        attributes[EXTENSIONS] = {ENTERPRISE: kept}
    external_id = folded.get("externalid") or ""
    if not isinstance(external_id, str) or len(external_id) > 256 or not external_id.isprintable():  # noqa: PLR2004 as the API's
        raise wrong("externalId must be text of at most 256 characters.")
    return Given(attributes, external_id, _boolean(folded.get("active", enabled)))


def written(user: User, external_id: str, url: str) -> Json:
    """The document of a user; `url` is that of the endpoint."""
    attributes = {**user.attributes, USER_NAME: user.name}
    shown = {
        name: _as_json(attributes[member_of(name)]) for name in _ATTRIBUTES if member_of(name) in attributes
    }
    extension = attributes.get(EXTENSIONS, {}).get(ENTERPRISE)
    return {
        "schemas": list(SCHEMAS) if extension else [CORE],
        "id": user.id,
        **({"externalId": external_id} if external_id else {}),
        "meta": {
            "resourceType": "User",
            "created": iso(user.created),
            "lastModified": iso(user.updated),
            "location": f"{url}/Users/{user.id}",
        },
        **shown,
        "active": user.enabled,
        **({EXTENSION: extension} if extension else {}),
    }


def _boolean(value: object) -> bool:
    """Entra ID writes it as text."""
    found = _BOOLEANS.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise wrong("active must be true or false.")
    return found


def _as_member(value: Any) -> Any:  # noqa: ANN401 any JSON
    if isinstance(value, dict):
        return {member_of(name): _as_member(each) for name, each in value.items() if not _is_empty(each)}
    if isinstance(value, list):
        return [_as_member(each) for each in value if not _is_empty(each)]
    return value


def _as_json(value: Any) -> Any:  # noqa: ANN401 what the directory has
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _as_json(each) for name, each in value.items()}
    return [_as_json(each) for each in value] if isinstance(value, list) else value


def _is_empty(value: object) -> bool:
    return value is None or value in ("", [], {})
