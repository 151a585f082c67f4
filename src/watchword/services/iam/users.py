"""Users. Their keys, groups, policies, boundaries and tags have files of their own."""

from watchword.identity import removal
from watchword.identity.refusals import missing, user_name_needed
from watchword.names.principal import Root
from watchword.names.principal import User as UserPrincipal
from watchword.services.iam import demands, pages, shapes
from watchword.services.iam.entity_types import USER
from watchword.services.iam.policies.boundaries import wanted_boundary
from watchword.services.iam.tags import put_given
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import accounts, tags
from watchword.store.iam import users
from watchword.store.iam.users import User


def create_user(call: Call) -> Output:
    """CreateUser."""
    user = User(**USER.new_entity(call), boundary=wanted_boundary(call, USER))
    users.insert(call.tx, user)
    given = put_given(USER, call, user)
    return {"User": shapes.whole_user(user, given)}


def get_user(call: Call) -> Output:
    """GetUser: the user named, or else the caller."""
    user = user_or_root(call)
    if user is None:
        account = accounts.by_id(call.tx, call.account)
        return {"User": shapes.root(account)} if account else {}
    return {"User": shapes.whole_user(user, tags.of(call.tx, "user", user.id))}


def list_users(call: Call) -> Output:
    """ListUsers."""
    found, more = users.page(
        call.tx,
        call.account,
        path_prefix=call.input.get("PathPrefix", "/"),
        after=pages.start_of(call),
        limit=pages.size_of(call),
    )
    end = pages.end(found[-1].name if found else "", more=more)
    return {"Users": [shapes.user(user) for user in found], **end}


def update_user(call: Call) -> Output:
    """UpdateUser: sets the name, the path or both. The unique id stays the same."""
    user = USER.of(call)
    name, path = call.input.get("NewUserName", user.name), call.input.get("NewPath", user.path)
    USER.check_free(call, name, renamed=user)
    users.rename(call.tx, user, name=name, path=path)
    return {}


def delete_user(call: Call) -> Output:
    """DeleteUser."""
    user = USER.of(call)
    removal.remove_user(call.tx, user)
    return {}


def user_or_root(call: Call) -> User | None:
    """The user named, or else the caller; None for the account's root user."""
    principal = call.caller.principal
    if "UserName" in call.input:
        return USER.of(call)
    if isinstance(principal, Root):
        return None
    if not isinstance(principal, UserPrincipal):
        raise user_name_needed()
    user = users.by_id(call.tx, principal.unique_id)
    if user is None:
        raise missing("user", principal.name)
    return user


OPERATIONS: dict[str, Operation] = {
    "CreateUser": writes(create_user, demands.on_new(USER, tagging="iam:TagUser")),
    "GetUser": reads(get_user, demands.on_user_or_caller),
    "ListUsers": reads(list_users, demands.on_all("user")),
    "UpdateUser": writes(update_user, demands.on_both_names(USER, new="NewUserName")),
    "DeleteUser": writes(delete_user, demands.on(USER)),
}
