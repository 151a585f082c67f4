"""Service-linked roles: created with a fixed name, path, trust policy and managed policy, and deleted.

Only the service could assume such a role, and no service does here. So nothing is in the way of a deletion.
It ends at once, and its task has always succeeded. What else can be done with these roles is in
`watchword.identity.protected_roles`.
Source: IAM API Reference, CreateServiceLinkedRole and its siblings; IAM User Guide, "Create a service-linked
role".
"""

from watchword.access import Demand
from watchword.identity import removal, service_linked_roles
from watchword.identity.refusals import (
    bad_deletion_task,
    missing,
    missing_deletion_task,
    no_suffix,
    not_linked,
    refusal,
    taken_service_role,
)
from watchword.identity.service_linked_roles import Linked, is_linked
from watchword.proofs.deletion_task import DeletionTask
from watchword.services.iam import demands, shapes, trust
from watchword.services.iam.entity_types import ROLE
from watchword.services.operation import Call, Operation, Output, pure, writes
from watchword.store.iam import attachments, roles
from watchword.store.iam.roles import Role

LONGEST_NAME = 64
"""Characters of a role's name: IAM API Reference, Role."""


def create_service_linked_role(call: Call) -> Output:
    """CreateServiceLinkedRole."""
    linked, suffix = _linked(call), call.input.get("CustomSuffix", "")
    if suffix and not linked.takes_suffix:
        raise no_suffix(linked.service)
    name = linked.name(suffix)
    if len(name) > LONGEST_NAME:
        raise refusal("InvalidInput", f"The role name {name} has more than {LONGEST_NAME} characters.")
    if ROLE.named(call.tx, call.account, name):
        raise taken_service_role(name)
    role = Role(
        id=ROLE.new_id(call),
        account=call.account,
        name=name,
        path=linked.path,
        created=call.now,
        partition=call.partition,
        trust=trust.stored(call.tx, linked.trust),
        description=call.input.get("Description", ""),
    )
    roles.insert(call.tx, role)
    attachments.attach(call.tx, ROLE.noun, role.id, linked.policy)
    return {"Role": shapes.role(role, linked.trust) | shapes.present("Description", role.description)}


def delete_service_linked_role(call: Call) -> Output:
    """DeleteServiceLinkedRole: a role of another kind counts as missing."""
    role = ROLE.of(call)
    if not is_linked(ROLE.noun, role.path):
        raise missing(ROLE.noun, call.input["RoleName"])
    for each in attachments.of(call.tx, ROLE.noun, role.id):
        attachments.detach(call.tx, ROLE.noun, role.id, each.policy_arn)
    removal.remove_role(call.tx, role)
    key = call.world.root_key.material
    task = DeletionTask.issue(role.path, role.name, role.account, key, call.world.randomness)
    return {"DeletionTaskId": str(task)}


def get_deletion_status(call: Call) -> Output:
    """GetServiceLinkedRoleDeletionStatus."""
    task = _task(call)
    if not task.was_issued(call.account, call.world.root_key.material):
        raise missing_deletion_task(str(task))
    return {"Status": "SUCCEEDED"}


def to_create(call: Call) -> tuple[Demand, ...]:
    """On the role that will be created; of a service without one, on all roles of its path."""
    service = call.input["AWSServiceName"]
    linked = service_linked_roles.of_service(service)
    name = linked.name(call.input.get("CustomSuffix", "")) if linked else "*"
    return demands.on_service_role(call, f"{service_linked_roles.ROOT}{service}/", name)


def of_task(call: Call) -> tuple[Demand, ...]:
    """On the role that the task deleted. Raises InvalidInput."""
    task = _task(call)
    return demands.on_service_role(call, task.path, task.role)


def _linked(call: Call) -> Linked:
    service = call.input["AWSServiceName"]
    linked = service_linked_roles.of_service(service)
    if linked is None:
        raise not_linked(service)
    return linked


def _task(call: Call) -> DeletionTask:
    text = call.input["DeletionTaskId"]
    task = DeletionTask.parse(text)
    if task is None:
        raise bad_deletion_task(text)
    return task


OPERATIONS: dict[str, Operation] = {
    "CreateServiceLinkedRole": writes(create_service_linked_role, to_create),
    "DeleteServiceLinkedRole": writes(delete_service_linked_role, demands.on(ROLE)),
    "GetServiceLinkedRoleDeletionStatus": pure(get_deletion_status, of_task),
}
