"""Roles. Their policies, boundaries and tags have files of their own."""

from watchword.identity import removal
from watchword.identity.center.reserved_roles import is_of_permission_set
from watchword.identity.protected_roles import unmodifiable
from watchword.identity.refusals import reserved_path
from watchword.identity.service_linked_roles import is_linked
from watchword.services.iam import demands, pages, shapes, trust
from watchword.services.iam.entity_types import ROLE
from watchword.services.iam.policies.boundaries import wanted_boundary
from watchword.services.iam.tags import put_given
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import tags
from watchword.store.iam import roles
from watchword.store.iam.roles import Role

DEFAULT_MAX_SESSION = 3600


def create_role(call: Call) -> Output:
    """CreateRole: answers the trust policy as it was sent; GetRole answers it as it is stored."""
    document, path = call.input["AssumeRolePolicyDocument"], call.input.get("Path", "/")
    if is_linked(ROLE.noun, path) or is_of_permission_set(ROLE.noun, path):
        raise reserved_path(path)
    role = Role(
        **ROLE.new_entity(call),
        trust=trust.stored(call.tx, document),
        description=call.input.get("Description", ""),
        max_session=call.input.get("MaxSessionDuration", DEFAULT_MAX_SESSION),
        boundary=wanted_boundary(call, ROLE),
    )
    roles.insert(call.tx, role)
    given = put_given(ROLE, call, role)
    return {"Role": shapes.role(role, document) | shapes.boundary(role.boundary) | shapes.tagged(given)}


def get_role(call: Call) -> Output:
    """GetRole."""
    role = ROLE.of(call)
    alone = shapes.boundary(role.boundary) | shapes.last_use(role)
    held = shapes.tagged(tags.of(call.tx, ROLE.noun, role.id))
    return {"Role": shapes.role_in_list(role, trust.shown(call.tx, role.trust)) | alone | held}


def list_roles(call: Call) -> Output:
    """ListRoles."""
    found, more = roles.page(
        call.tx,
        call.account,
        path_prefix=call.input.get("PathPrefix", "/"),
        after=pages.start_of(call),
        limit=pages.size_of(call),
    )
    end = pages.end(found[-1].name if found else "", more=more)
    shown = [shapes.role_in_list(role, trust.shown(call.tx, role.trust)) for role in found]
    return {"Roles": shown, **end}


def update_role(call: Call) -> Output:
    """UpdateRole: a member that isn't given stays as it is."""
    role = ROLE.of(call)
    if is_linked(ROLE.noun, role.path) and "MaxSessionDuration" in call.input:
        raise unmodifiable(role.name, by="AWS")
    roles.configure(
        call.tx,
        role,
        description=call.input.get("Description", role.description),
        max_session=call.input.get("MaxSessionDuration", role.max_session),
    )
    return {}


def update_role_description(call: Call) -> Output:
    """UpdateRoleDescription: like UpdateRole, but it answers the role."""
    update_role(call)
    role = ROLE.of(call)
    described = shapes.present("Description", role.description)
    return {"Role": shapes.role(role, trust.shown(call.tx, role.trust)) | described}


def update_assume_role_policy(call: Call) -> Output:
    """UpdateAssumeRolePolicy."""
    roles.set_trust(call.tx, ROLE.of(call), trust.stored(call.tx, call.input["PolicyDocument"]))
    return {}


def delete_role(call: Call) -> Output:
    """DeleteRole."""
    removal.remove_role(call.tx, ROLE.of(call))
    return {}


OPERATIONS: dict[str, Operation] = {
    "CreateRole": writes(create_role, demands.on_new(ROLE, tagging="iam:TagRole")),
    "GetRole": reads(get_role, demands.on(ROLE, bounded=True)),
    "ListRoles": reads(list_roles, demands.on_all("role")),
    "UpdateRole": writes(update_role, demands.on(ROLE, bounded=True)),
    "UpdateRoleDescription": writes(update_role_description, demands.on(ROLE, bounded=True)),
    "UpdateAssumeRolePolicy": writes(update_assume_role_policy, demands.on(ROLE, bounded=True)),
    "DeleteRole": writes(delete_role, demands.on(ROLE, bounded=True)),
}
