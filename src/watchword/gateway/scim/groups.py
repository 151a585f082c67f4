"""Groups as SCIM has them. Lists leave out members, which can be many.

Source: RFC 7643, section 4.2.
"""

from collections.abc import Sequence
from typing import NamedTuple

from watchword.gateway.scim.messages import Json, wrong
from watchword.names.moment import iso
from watchword.store.identity_center.groups import Group

CORE = "urn:ietf:params:scim:schemas:core:2.0:Group"
SCHEMAS = (CORE,)
FILTERS = frozenset({"displayname", "externalid", "id", "members"})
MOST_MEMBERS = 1000
"""That one request adds or removes."""


class Given(NamedTuple):
    """What a document says of a group; `members` is None where it says nothing of them."""

    name: str
    external_id: str
    members: tuple[str, ...] | None


def read(document: Json) -> Given:
    """Raises the refusal of a document that can't be a group's."""
    folded = {name.lower(): value for name, value in document.items()}
    name, external_id = folded.get("displayname"), folded.get("externalid") or ""
    if not isinstance(name, str) or not 0 < len(name) <= 1024 or not name.isprintable():  # noqa: PLR2004 as the API's
        raise wrong("displayName must be text of 1 to 1024 characters.")
    if not isinstance(external_id, str) or len(external_id) > 256 or not external_id.isprintable():  # noqa: PLR2004 as the API's
        raise wrong("externalId must be text of at most 256 characters.")
    members = folded.get("members")
    return Given(name, external_id, None if members is None else tuple(map(_member, _listed(members))))


def written(group: Group, external_id: str, url: str, members: Sequence[str] | None = None) -> Json:
    """The document of a group; `url` is that of the endpoint."""
    shown = [{"value": each, "$ref": f"{url}/Users/{each}", "type": "User"} for each in members or ()]
    return {
        "schemas": [CORE],
        "id": group.id,
        **({"externalId": external_id} if external_id else {}),
        "meta": {
            "resourceType": "Group",
            "created": iso(group.created),
            "lastModified": iso(group.updated),
            "location": f"{url}/Groups/{group.id}",
        },
        "displayName": group.name,
        **({} if members is None else {"members": shown}),
    }


def _listed(members: object) -> list[object]:
    if not isinstance(members, list):
        raise wrong("members must be a list.")
    return members


def _member(item: object) -> str:
    value = item.get("value") if isinstance(item, dict) else None
    if not isinstance(value, str) or not value or not value.isprintable():
        raise wrong("A member has the id of a user as its value.")
    return value
