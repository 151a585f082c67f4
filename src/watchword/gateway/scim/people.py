"""What is asked of users. All changes are those of `identity.center.people`."""

from collections.abc import Sequence
from dataclasses import replace

from watchword.gateway.scim import filters, users
from watchword.gateway.scim.asked import Asked
from watchword.gateway.scim.messages import Json, body_of, listed, page_of, query_of
from watchword.gateway.scim.patch import patched
from watchword.identity.center import attributes, people
from watchword.identity.center.attributes import USER_NAME
from watchword.identity.center.refusals import USER, not_in_directory
from watchword.names import nouns
from watchword.sessions.revocation import revoke
from watchword.store import Transaction
from watchword.store.identity_center import assignments, external_ids
from watchword.store.identity_center import users as stored
from watchword.store.identity_center.users import User
from watchword.store.portal import sessions as portal_sessions


def list_all(tx: Transaction, asked: Asked) -> Json:
    """All, or those that a filter finds."""
    query = query_of(asked.request)
    skip, limit = page_of(query)
    if query.get("filter"):
        found = _filtered(tx, asked, filters.read(query["filter"], users.FILTERS))
        return listed(_written(tx, asked, found)[skip : skip + limit], len(found), skip)
    page = stored.some(tx, asked.directory, skip=skip, limit=limit)
    return listed(_written(tx, asked, page), stored.count(tx, asked.directory), skip)


def get(tx: Transaction, asked: Asked, user_id: str) -> Json:
    return _one(tx, asked, _user(tx, asked, user_id))


def create(tx: Transaction, asked: Asked) -> Json:
    given = users.read(body_of(asked.request))
    found = attributes.checked(given.attributes, asked.create_user)
    name = found.pop(USER_NAME)
    made = people.add_user(tx, asked.author, name, found, enabled=given.enabled)
    people.put_external_id(tx, made, asked.issuer, given.external_id)
    return _one(tx, asked, made)


def put(tx: Transaction, asked: Asked, user_id: str) -> Json:
    return _store(tx, asked, _user(tx, asked, user_id), body_of(asked.request))


def patch(tx: Transaction, asked: Asked, user_id: str) -> Json:
    user = _user(tx, asked, user_id)
    return _store(tx, asked, user, patched(_one(tx, asked, user), body_of(asked.request), users.SCHEMAS))


def delete(tx: Transaction, asked: Asked, user_id: str) -> None:
    people.remove_user(tx, _user(tx, asked, user_id))


def _store(tx: Transaction, asked: Asked, user: User, document: Json) -> Json:
    """Makes the user what the document says. Who is disabled stays so where it doesn't say `active`."""
    given = users.read(document, enabled=user.enabled)
    found = attributes.checked(given.attributes, asked.create_user)
    name = found.pop(USER_NAME)
    changed = replace(user, name=name, attributes=found, enabled=given.enabled)
    if changed != user:
        user = people.change_user(tx, asked.author, changed)
    if not user.enabled:
        _end_sessions(tx, user)
    people.put_external_id(tx, user, asked.issuer, given.external_id)
    return _one(tx, asked, user)


def _end_sessions(tx: Transaction, user: User) -> None:
    """All of somebody who is disabled, so that none goes on when they are enabled again."""
    portal_sessions.remove_all(tx, user.id)
    for account in {each.account for each in assignments.of_user(tx, user.id, "")}:
        revoke(tx, account, "person", user.id)


def _user(tx: Transaction, asked: Asked, user_id: str) -> User:
    found = stored.by_id(tx, asked.directory, user_id)
    if found is None:
        raise not_in_directory(USER, user_id)
    return found


def _filtered(tx: Transaction, asked: Asked, wanted: dict[str, str]) -> list[User]:
    found = None
    if "username" in wanted:
        found = stored.named(tx, asked.directory, wanted["username"])
    elif "id" in wanted:
        found = stored.by_id(tx, asked.directory, wanted["id"])
    else:
        kind, given = nouns.DIRECTORY_USER, wanted["externalid"]
        issued = external_ids.find(tx, asked.directory, kind, asked.issuer, given)
        found = stored.by_id(tx, asked.directory, issued.owner_id) if issued else None
    if found is None:
        return []
    own = external_ids.of_all(tx, [found.id])
    has = {
        "username": found.name.casefold() == wanted.get("username", found.name).casefold(),
        "id": found.id == wanted.get("id", found.id),
        "externalid": any(each.external_id == wanted.get("externalid") for each in own),
    }
    return [found] if all(has[name] for name in wanted) else []


def _written(tx: Transaction, asked: Asked, found: Sequence[User]) -> list[Json]:
    ids = external_ids.of_all(tx, [each.id for each in found]) if found else []
    given = {each.owner_id: each.external_id for each in ids if each.issuer == asked.issuer}
    return [users.written(each, given.get(each.id, ""), asked.url) for each in found]


def _one(tx: Transaction, asked: Asked, user: User) -> Json:
    (found,) = _written(tx, asked, [user])
    return found
