"""What is asked of groups. All changes are those of `identity.center.people`."""

from collections.abc import Sequence
from dataclasses import replace

from watchword.gateway.scim import filters, groups
from watchword.gateway.scim.asked import Asked
from watchword.gateway.scim.messages import Json, body_of, listed, page_of, query_of, wrong
from watchword.gateway.scim.patch import patched
from watchword.identity.center import people
from watchword.identity.center.refusals import GROUP, not_in_directory
from watchword.names import nouns
from watchword.store import Transaction
from watchword.store.identity_center import external_ids, memberships, users
from watchword.store.identity_center import groups as stored
from watchword.store.identity_center.groups import Group


def list_all(tx: Transaction, asked: Asked) -> Json:
    """All, or those that a filter finds."""
    query = query_of(asked.request)
    skip, limit = page_of(query)
    if query.get("filter"):
        found = _filtered(tx, asked, filters.read(query["filter"], groups.FILTERS))
        return listed(_written(tx, asked, found)[skip : skip + limit], len(found), skip)
    page = stored.some(tx, asked.directory, skip=skip, limit=limit)
    return listed(_written(tx, asked, page), stored.count(tx, asked.directory), skip)


def get(tx: Transaction, asked: Asked, group_id: str) -> Json:
    """With its members, unless excludedAttributes says otherwise."""
    group = _group(tx, asked, group_id)
    without = "members" in query_of(asked.request).get("excludedAttributes", "").split(",")
    return _written(tx, asked, [group])[0] if without else _whole(tx, asked, group)


def create(tx: Transaction, asked: Asked) -> Json:
    given = groups.read(body_of(asked.request))
    made = people.add_group(tx, asked.author, given.name)
    people.put_external_id(tx, made, asked.issuer, given.external_id)
    _put_members(tx, asked, made, given.members or ())
    return _whole(tx, asked, made)


def put(tx: Transaction, asked: Asked, group_id: str) -> Json:
    group = _group(tx, asked, group_id)
    return _whole(tx, asked, _store(tx, asked, group, body_of(asked.request)))


def patch(tx: Transaction, asked: Asked, group_id: str) -> None:
    group = _group(tx, asked, group_id)
    _store(tx, asked, group, patched(_whole(tx, asked, group), body_of(asked.request), groups.SCHEMAS))


def delete(tx: Transaction, asked: Asked, group_id: str) -> None:
    people.remove_group(tx, _group(tx, asked, group_id))


def _store(tx: Transaction, asked: Asked, group: Group, document: Json) -> Group:
    """Makes the group what the document says. One that says nothing of members empties the group."""
    given = groups.read(document)
    if given.name != group.name:
        group = people.change_group(tx, asked.author, replace(group, name=given.name))
    people.put_external_id(tx, group, asked.issuer, given.external_id)
    _put_members(tx, asked, group, given.members or ())
    return group


def _put_members(tx: Transaction, asked: Asked, group: Group, wanted: Sequence[str]) -> None:
    """Adds and removes, so that exactly these are in the group."""
    there = set(memberships.members_of(tx, group.id))
    added, removed = [each for each in dict.fromkeys(wanted) if each not in there], there - set(wanted)
    if len(added) + len(removed) > groups.MOST_MEMBERS:
        raise wrong(f"A request adds and removes at most {groups.MOST_MEMBERS} members.", "tooMany")
    for user_id in added:
        if users.by_id(tx, asked.directory, user_id) is None:
            raise wrong(f"There is no user {user_id[:100]}.")
        people.join(tx, asked.author, group.id, user_id)
    for user_id in removed:
        found = memberships.of_pair(tx, group.id, user_id)
        if found is not None:
            memberships.remove(tx, found)


def _group(tx: Transaction, asked: Asked, group_id: str) -> Group:
    found = stored.by_id(tx, asked.directory, group_id)
    if found is None:
        raise not_in_directory(GROUP, group_id)
    return found


def _filtered(tx: Transaction, asked: Asked, wanted: dict[str, str]) -> list[Group]:
    if wanted.keys() <= {"members"}:
        raise wrong("A filter by members names the group as well.", "invalidFilter")
    found = None
    if "displayname" in wanted:
        found = stored.named(tx, asked.directory, wanted["displayname"])
    elif "id" in wanted:
        found = stored.by_id(tx, asked.directory, wanted["id"])
    else:
        kind, given = nouns.DIRECTORY_GROUP, wanted["externalid"]
        issued = external_ids.find(tx, asked.directory, kind, asked.issuer, given)
        found = stored.by_id(tx, asked.directory, issued.owner_id) if issued else None
    if found is None:
        return []
    own = external_ids.of_all(tx, [found.id])
    has = {
        "displayname": True,
        "id": found.id == wanted.get("id", found.id),
        "externalid": any(each.external_id == wanted.get("externalid") for each in own),
        "members": memberships.of_pair(tx, found.id, wanted.get("members", "")) is not None,
    }
    return [found] if all(has[name] for name in wanted) else []


def _written(tx: Transaction, asked: Asked, found: Sequence[Group]) -> list[Json]:
    ids = external_ids.of_all(tx, [each.id for each in found]) if found else []
    given = {each.owner_id: each.external_id for each in ids if each.issuer == asked.issuer}
    return [groups.written(each, given.get(each.id, ""), asked.url) for each in found]


def _whole(tx: Transaction, asked: Asked, group: Group) -> Json:
    """With its members."""
    (found,) = _written(tx, asked, [group])
    members = memberships.members_of(tx, group.id)
    external_id = found.get("externalId", "")
    return groups.written(group, external_id, asked.url, members)
