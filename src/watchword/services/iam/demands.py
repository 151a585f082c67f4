"""The permissions that IAM's operations need.

* An action has the name of its operation. Creating something with tags needs the tagging action as well, and
  UpdateUser and UpdateGroup need permission on the old name and on the new.
* No transaction is open yet. The entity that is found here is the one that the operation acts on
  (`entity_types`).
* A missing entity is decided on by the ARN that it would have. So only callers with permission learn that it
  is missing. A refusal calls the entity what the request calls it: its ARN would tell that it exists, and its
  path.

Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS IAM"; IAM API
Reference, UpdateUser and UpdateGroup; IAM User Guide, "Tags for IAM resources".
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.facts.credentials import ACCESS_KEY, KeyFact
from watchword.facts.entities import NO_NAME, TAGS
from watchword.identity import tags
from watchword.identity.arns import given_arn, given_policy_arn
from watchword.identity.aws_managed import OWNER
from watchword.identity.refusals import only_users, user_name_needed
from watchword.names.entity_arn import EntityArn
from watchword.names.principal import Root, User
from watchword.services.iam.attached import RESOURCE_TAG, of_entity, with_own_password
from watchword.services.iam.entity_types import MFA, POLICY, ROLE, USER, AnyEntityType, named_by
from watchword.services.operation import Call, Demands
from watchword.services.resources import Attached

Context = dict[str, ContextValue]
_ONE_TO_ONE = {
    "PermissionsBoundary": "iam:PermissionsBoundary",
    "AWSServiceName": "iam:AWSServiceName",
}
"""Members of the input whose values are condition keys as they are."""


def on(kind: AnyEntityType, *, bounded: bool = False) -> Demands:
    """On the entity that the input names; `bounded` when its boundary is a condition key of the action."""

    def demands(call: Call) -> tuple[Demand, ...]:
        return (_on_entity(call, kind, call.input[kind.member], bounded=bounded),)

    return demands


def on_user_or_caller(call: Call) -> tuple[Demand, ...]:
    """On the user that the input names, or else on the caller."""
    principal = call.caller.principal
    if "UserName" in call.input:
        return on(USER)(call)
    if isinstance(principal, User):
        return (_on_user(call, principal),)
    if isinstance(principal, Root):
        return (_demand(call, principal.arn),)
    raise user_name_needed()


def on_own_password(call: Call) -> tuple[Demand, ...]:
    """On the caller, a user. The account may allow all users to change their own passwords."""
    user = call.caller.principal
    if not isinstance(user, User):
        raise only_users()
    facts = call.world.facts
    own = of_entity(user.account, USER.noun, facts.need(TAGS, USER.noun, user.unique_id))
    demand = with_own_password(facts, own, user.unique_id).demand(f"iam:{call.name}", user.arn)
    return (replace(demand, called=_called(USER, user.name)),)


def on_password_policy(call: Call) -> tuple[Demand, ...]:
    """On `*`. Users who may change their own passwords may read the rules for them."""
    user, everything = call.caller.principal, Attached(call.account)
    if isinstance(user, User):
        everything = with_own_password(call.world.facts, everything, user.unique_id)
    return (everything.demand(f"iam:{call.name}", "*"),)


def on_key(call: Call) -> tuple[Demand, ...]:
    """On the user whose access key the input names. A refusal doesn't tell who that is."""
    key_id, anybody = call.input["AccessKeyId"], _own_arn(call, USER.noun, "/", "*")
    fact = call.resolve(ACCESS_KEY.name, key_id, partial(_own_key, call, key_id))
    if fact is None:
        return (_demand(call, anybody),)
    owner = fact.principal
    demand = _on_user(call, owner) if isinstance(owner, User) else _demand(call, owner.arn)
    return (replace(demand, called=anybody),)


def _own_key(call: Call, key_id: str) -> KeyFact | None:
    facts = call.world.facts
    found = facts.get(ACCESS_KEY, key_id)
    if found is not None and found.principal.account != call.account:
        return facts.get(ACCESS_KEY, NO_NAME)  # None, and as slow as for an id that no key has
    return found


def on_new(kind: AnyEntityType, tagging: str = "") -> Demands:
    """On the entity that will be created; `tagging` is the action that its tags need."""

    def demands(call: Call) -> tuple[Demand, ...]:
        path, name = call.input.get("Path", "/"), call.input[kind.member]
        return _new(call, _own_arn(call, kind.noun, path, name), tagging)

    return demands


def on_both_names(kind: AnyEntityType, new: str) -> Demands:
    """On the entity by its name and by its new name, which the member `new` has."""

    def demands(call: Call) -> tuple[Demand, ...]:
        name = call.input[kind.member]
        now = kind.resolve(call, name)
        path = call.input.get("NewPath", now.path if now else "/")
        name_then = call.input.get(new, name)
        then = _demand(call, _own_arn(call, kind.noun, path, name_then))
        return _on_entity(call, kind, name), replace(then, called=_called(kind, name_then))

    return demands


def on_all(noun: str) -> Demands:
    """On the list of all entities of a type, or on those below a path."""

    def demands(call: Call) -> tuple[Demand, ...]:
        prefix = call.input.get("PathPrefix", "/")
        called = f"policy path {prefix}" if noun == POLICY.noun else ""
        return (replace(_demand(call, _own_arn(call, noun, prefix, "")), called=called),)

    return demands


def on_every(kind: AnyEntityType) -> Demands:
    """On all entities of a type at once."""
    return lambda call: (_demand(call, _own_arn(call, kind.noun, "/", "*")),)


def on_source(member: str) -> Demands:
    """On the user, group or role whose policies are asked for; `member` has its ARN."""

    def demands(call: Call) -> tuple[Demand, ...]:
        kind, arn = named_by(call.input[member])
        if arn.account == call.account:
            return (replace(_on_entity(call, kind, arn.name), called=str(arn)),)
        return (_demand(call, str(arn), account=arn.account),)

    return demands


def on_account(call: Call) -> tuple[Demand, ...]:
    """On `*`: the action has no resource."""
    return (_demand(call, "*"),)


def on_new_policy(call: Call) -> tuple[Demand, ...]:
    """On the managed policy that will be created."""
    path, name = call.input.get("Path", "/"), call.input["PolicyName"]
    demands = _new(call, _own_arn(call, POLICY.noun, path, name), "iam:TagPolicy")
    return tuple(replace(each, called=_called(POLICY, name)) for each in demands)


def on_new_device(call: Call) -> tuple[Demand, ...]:
    """On the virtual MFA device that will be created."""
    path, name = call.input.get("Path", "/"), call.input["VirtualMFADeviceName"]
    return _new(call, _own_arn(call, MFA.noun, path, name), "iam:TagMFADevice")


def on_device(call: Call) -> tuple[Demand, ...]:
    """On the MFA device whose serial number the input has; one that is no ARN is of the caller's account."""
    serial = call.input["SerialNumber"]
    arn, device = EntityArn.parse(serial, MFA.noun), MFA.resolve(call, serial)
    held = call.world.facts.need(TAGS, MFA.noun, device.id) if device else {}
    if arn is None:
        return (_demand(call, _own_arn(call, MFA.noun, "/", serial)),)
    return (_demand(call, serial, held, account=arn.account),)


def on_service_role(call: Call, path: str, name: str) -> tuple[Demand, ...]:
    """On a service-linked role of the caller's account, whether it exists or not."""
    return (replace(_demand(call, _own_arn(call, ROLE.noun, path, name)), called=_called(ROLE, name)),)


def on_policy(call: Call) -> tuple[Demand, ...]:
    """On a managed policy, to read it."""
    return on_policy_of(call, given_policy_arn(call.input["PolicyArn"], call.partition))


def on_policy_of(call: Call, arn: EntityArn) -> tuple[Demand, ...]:
    """On the managed policy of that ARN, to read it. Policies of AWS count as the caller's own."""
    return (_on_policy(call, arn, call.account if arn.account == OWNER else arn.account),)


def on_provider(kind: AnyEntityType) -> Demands:
    """On the identity provider whose ARN the input has."""

    def demands(call: Call) -> tuple[Demand, ...]:
        arn = given_arn(call.input[kind.member], kind.noun, call.partition)
        return (_on_arn(call, kind, arn, arn.account),)

    return demands


def on_new_provider(kind: AnyEntityType, name: Callable[[Call], str], tagging: str) -> Demands:
    """On the identity provider that will be created; `name` is how its ARN ends."""
    return lambda call: _new(call, _own_arn(call, kind.noun, "/", name(call)), tagging)


def on_own_policy(call: Call) -> tuple[Demand, ...]:
    """On a managed policy, to change it. Policies of AWS belong to another account."""
    arn = given_policy_arn(call.input["PolicyArn"], call.partition)
    return (_on_policy(call, arn, arn.account),)


def _on_entity(call: Call, kind: AnyEntityType, name: str, *, bounded: bool = False) -> Demand:
    entity = kind.resolve(call, name)
    keys: Context = {"iam:PolicyARN": call.input["PolicyArn"]} if "PolicyArn" in call.input else {}
    if entity is None:
        missing = _demand(call, _own_arn(call, kind.noun, "/", name), more=keys)
        return replace(missing, called=_called(kind, name))
    held = call.world.facts.need(TAGS, kind.noun, entity.id) if kind.tagged else {}
    boundary = getattr(entity, "boundary", None) if bounded else None
    own = of_entity(call.account, kind.noun, held, boundary)
    demand = own.demand(f"iam:{call.name}", entity.arn, {**keys, **_input_keys(call.input)})
    return replace(demand, called=_called(kind, name))


def _on_user(call: Call, user: User) -> Demand:
    held = call.world.facts.need(TAGS, USER.noun, user.unique_id)
    keys = tags.as_condition_keys(RESOURCE_TAG, held.items())
    return replace(_demand(call, user.arn, held, keys), called=_called(USER, user.name))


def _called(kind: AnyEntityType, name: str) -> str:
    """What AWS's refusals call an entity."""
    return f"{kind.noun.replace('-', ' ')} {name}"


def _on_policy(call: Call, arn: EntityArn, account: str) -> Demand:
    return replace(_on_arn(call, POLICY, arn, account), called=_called(POLICY, str(arn)))


def _on_arn(call: Call, kind: AnyEntityType, arn: EntityArn, account: str) -> Demand:
    entity = kind.resolve(call, str(arn))
    held = call.world.facts.need(TAGS, kind.noun, entity.id) if entity else {}
    return _demand(call, str(arn), held, account=account)


def _own_arn(call: Call, noun: str, path: str, name: str) -> str:
    """The ARN that an entity of the caller's account would have."""
    return str(EntityArn(call.partition, call.account, noun, path, name))


def _new(call: Call, arn: str, tagging: str) -> tuple[Demand, ...]:
    creation = _demand(call, arn)
    if not call.input.get("Tags"):
        return (creation,)
    return creation, Demand(tagging, arn, call.account, _tag_keys(call.input["Tags"]))


def _demand(
    call: Call,
    resource: str,
    tags: Mapping[str, str] | None = None,
    more: Context | None = None,
    account: str = "",
) -> Demand:
    return Demand(
        action=f"iam:{call.name}",
        resource=resource,
        account=account or call.account,
        context={**(more or {}), **_input_keys(call.input)},
        resource_tags=tags or {},
    )


def _input_keys(given: Mapping[str, object]) -> Context:
    """The condition keys that come from the input."""
    context: Context = {}
    asked, keys = given.get("Tags"), given.get("TagKeys")
    if isinstance(asked, Sequence) and asked:
        context.update(_tag_keys(asked))
    if isinstance(keys, Sequence):
        context["aws:TagKeys"] = tuple(keys)
    for member, key in _ONE_TO_ONE.items():
        if member in given:
            context[key] = str(given[member])
    return context


def _tag_keys(asked: Sequence[Mapping[str, str]]) -> Context:
    """Tags that can't be given together are refused later, by the operation."""
    given = [(tag["Key"], tag["Value"]) for tag in asked]
    keys = tuple(key for key, _ in given)
    return {"aws:TagKeys": keys, **tags.as_condition_keys("aws:RequestTag", given)}
