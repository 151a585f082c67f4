"""Users: CreateUser and its siblings.

Source: Identity Store API Reference, CreateUser, UpdateUser, GetUserId, ListUsers (filters).
"""

from dataclasses import replace
from typing import Any

from watchword.access import Demand
from watchword.identity.center import attributes, people
from watchword.identity.center.attributes import USER_NAME
from watchword.identity.center.refusals import USER, changed_meanwhile, invalid, not_in_directory
from watchword.names import nouns
from watchword.services.directories import For
from watchword.services.identitystore import pages, shapes
from watchword.services.identitystore.alternate import alternate, looked_up
from watchword.services.identitystore.demands import author, bare, current, on, on_these
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import Transaction
from watchword.store.identity_center import users
from watchword.store.identity_center.users import User

NOT_ATTRIBUTES = frozenset({"IdentityStoreId", USER_NAME})
_ENTITY = "user/{UserId}"


def create_user(call: Call) -> Output:
    """CreateUser."""
    by = author(call)
    given = {member: value for member, value in call.input.items() if member != "IdentityStoreId"}
    name, rest = _checked(call, given)
    return shapes.new_user(call, people.add_user(call.tx, by, name, rest))


def describe_user(call: Call) -> Output:
    """DescribeUser."""
    (shown,) = shapes.users(call, [user_of(call)])
    return shown


def update_user(call: Call) -> Output:
    """UpdateUser: all operations or none."""
    by, user = author(call), user_of(call)
    check_revision(call, user.revision)
    wanted = attributes.changed({USER_NAME: user.name, **user.attributes}, call.input["Operations"])
    name, rest = _checked(call, wanted)
    changed = people.change_user(call.tx, by, replace(user, name=name, attributes=rest))
    return shapes.new_user(call, changed)


def delete_user(call: Call) -> Output:
    """DeleteUser, with memberships and assignments."""
    user = user_of(call)
    check_revision(call, user.revision)
    people.remove_user(call.tx, user)
    return {}


def get_user_id(call: Call) -> Output:
    """GetUserId: the user that was decided on."""
    current(call)
    found = looked_up(call, nouns.DIRECTORY_USER)
    if not isinstance(found, User):
        raise not_in_directory(USER, "")
    shown = shapes.new_user(call, found)
    return {member: shown[member] for member in ("IdentityStoreId", "UserId", "UserArn")}


def list_users(call: Call) -> Output:
    """ListUsers: all, or the one of a name."""
    directory = current(call).directory
    if call.input.get("Filters"):
        found = users.named(call.tx, directory, filtered(call, "UserName"))
        return {"Users": shapes.users(call, [found] if found else [])}
    page, more = users.page(call.tx, directory, after=pages.start_of(call), limit=pages.size_of(call))
    last = page[-1].id if page else ""
    return {"Users": shapes.users(call, page), **pages.end(last, more=more)}


def user_of(call: Call) -> User:
    """The user that UserId names. Raises ResourceNotFoundException."""
    user_id = bare(call.input["UserId"])
    found = users.by_id(call.tx, current(call).directory, user_id)
    if found is None:
        raise not_in_directory(USER, user_id)
    return found


def check_revision(call: Call, revision: int) -> None:
    """Raises ConflictException when another revision was expected."""
    expected = call.input.get("Revision")
    if expected is not None and expected.lstrip("0") != str(revision):
        raise changed_meanwhile()


def filtered(call: Call, attribute: str) -> str:
    """The value that the only filter asks for. Raises ValidationException for another attribute."""
    (asked,) = call.input["Filters"]
    if attributes.member_of(asked["AttributePath"]) != attribute:
        raise invalid(f"{asked['AttributePath']} is not a filter of this list: {attribute} is.")
    value: str = asked["AttributeValue"]
    return value


def to_create(call: Call) -> tuple[Demand, ...]:
    """On the identity store alone: the user isn't there yet."""
    return on_these(call, (), For.ADMINISTRATORS)


def to_find(call: Call) -> tuple[Demand, ...]:
    """On the user that is found; on all where there is none."""
    found = alternate(call, nouns.DIRECTORY_USER, _unique)
    return on_these(call, (f"user/{found.id if found else '*'}",), For.MEMBERS)


def _unique(tx: Transaction, directory: str, path: str, value: str) -> User | None:
    """Raises ValidationException for an attribute that isn't unique."""
    match attributes.member_of(path):
        case "UserName":
            return users.named(tx, directory, value)
        case "Emails.value":
            return users.of_email(tx, directory, value)
    raise invalid(f"{path} is not a unique attribute: userName and emails.value are.")


def _checked(call: Call, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name, and the other attributes. Raises ValidationException."""
    model = call.world.models.service("identitystore").operation("CreateUser")
    found = attributes.checked(given, model)
    return found.pop(USER_NAME), found


OPERATIONS: dict[str, Operation] = {
    "CreateUser": writes(create_user, to_create),
    "DescribeUser": reads(describe_user, on(_ENTITY, by=For.MEMBERS)),
    "UpdateUser": writes(update_user, on(_ENTITY)),
    "DeleteUser": writes(delete_user, on(_ENTITY)),
    "GetUserId": reads(get_user_id, to_find),
    "ListUsers": reads(list_users, on("user/*", by=For.MEMBERS)),
}
