"""Service-specific credentials of users. No service here takes them yet.

A secret is shown once: in the answer to CreateServiceSpecificCredential or ResetServiceSpecificCredential.
Source: IAM API Reference, CreateServiceSpecificCredential and its siblings; Service Authorization Reference,
iam:ServiceSpecificCredentialServiceName and iam:ServiceSpecificCredentialAgeDays.
"""

from functools import partial

from msgspec.structs import replace

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.facts.credentials import SERVICE_CREDENTIAL
from watchword.facts.entities import NO_NAME
from watchword.identity import service_credentials as rules
from watchword.identity.quotas import check_quota
from watchword.identity.refusals import missing_service_credential
from watchword.names import fault
from watchword.names.ids import Prefix, new_access_key_id
from watchword.names.principal import User as UserPrincipal
from watchword.services.iam import demands, pages, shapes
from watchword.services.iam.credentials.status import wanted_status
from watchword.services.iam.entity_types import USER
from watchword.services.iam.users import user_or_root
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.iam import service_credentials, users
from watchword.store.iam.service_credentials import ServiceCredential
from watchword.store.iam.users import User

SERVICE_NAME = "iam:ServiceSpecificCredentialServiceName"
AGE_DAYS = "iam:ServiceSpecificCredentialAgeDays"


def create_service_credential(call: Call) -> Output:
    """CreateServiceSpecificCredential."""
    user, service = USER.of(call), call.input["ServiceName"]
    rules.check_service(service)
    expires = rules.expiry(service, call.input.get("CredentialAgeDays"), call.now)
    held = [each for each in service_credentials.of_user(call.tx, user.id) if each.service == service]
    check_quota("ServiceSpecificCredentialsPerUser", len(held) + 1)
    name = _free_name(call, user, service)
    secret = rules.new_secret(service, name, call.world.randomness)
    credential = ServiceCredential(
        id=new_access_key_id(Prefix.SERVICE_CREDENTIAL, call.account, call.world.randomness),
        account=call.account,
        user_id=user.id,
        service=service,
        name=name,
        secret_digest=rules.digest(secret),
        created=call.now,
        expires=expires,
    )
    service_credentials.insert(call.tx, credential)
    return {"ServiceSpecificCredential": _shape(call, credential, user.name) | _secret(credential, secret)}


def list_service_credentials(call: Call) -> Output:
    """ListServiceSpecificCredentials: of a user, or of all users."""
    service = call.input.get("ServiceName", "")
    if service:
        rules.check_service(service)
    if call.input.get("AllUsers"):
        return _of_all_users(call, service)
    user = user_or_root(call)
    held = service_credentials.of_user(call.tx, user.id) if user else []
    wanted = [each for each in held if service in ("", each.service)]
    shown, end = pages.page(call, wanted, lambda each: each.id)
    name = user.name if user else ""
    return {"ServiceSpecificCredentials": [_shape(call, each, name) for each in shown], **end}


def update_service_credential(call: Call) -> Output:
    """UpdateServiceSpecificCredential."""
    status = wanted_status(call, partial(fault, "ValidationError"))
    credential, _ = _credential_named(call)
    service_credentials.set_status(call.tx, credential, status)
    return {}


def reset_service_credential(call: Call) -> Output:
    """ResetServiceSpecificCredential: another secret, and the old one is worth nothing from now on."""
    credential, user = _credential_named(call)
    secret = rules.new_secret(credential.service, credential.name, call.world.randomness)
    service_credentials.set_secret(call.tx, credential, rules.digest(secret))
    return {"ServiceSpecificCredential": _shape(call, credential, user.name) | _secret(credential, secret)}


def delete_service_credential(call: Call) -> Output:
    """DeleteServiceSpecificCredential."""
    credential, _ = _credential_named(call)
    service_credentials.remove(call.tx, credential)
    return {}


def to_create(call: Call) -> tuple[Demand, ...]:
    """On the user, with the service and the days in the request."""
    (demand,) = demands.on(USER)(call)
    keys: dict[str, ContextValue] = {SERVICE_NAME: call.input["ServiceName"]}
    if "CredentialAgeDays" in call.input:
        keys[AGE_DAYS] = str(call.input["CredentialAgeDays"])
    return (replace(demand, context={**demand.context, **keys}),)


def to_list(call: Call) -> tuple[Demand, ...]:
    """On the user, or on all users. Raises ValidationError for both."""
    if not call.input.get("AllUsers"):
        return demands.on_user_or_caller(call)
    if "UserName" in call.input:
        raise fault("ValidationError", "UserName and AllUsers cannot be specified together.")
    return demands.on_every(USER)(call)


def on_credential(call: Call) -> tuple[Demand, ...]:
    """On the user, with the service of the user's credential that the input names."""
    (demand,) = demands.on_user_or_caller(call)
    named = call.input["ServiceSpecificCredentialId"]
    found = call.resolve(SERVICE_CREDENTIAL.name, named, partial(_own, call, named))
    if found is None:
        return (demand,)
    return (replace(demand, context={**demand.context, SERVICE_NAME: found.service}),)


def _own(call: Call, credential_id: str) -> ServiceCredential | None:
    facts, principal = call.world.facts, call.caller.principal
    found = facts.get(SERVICE_CREDENTIAL, credential_id)
    if "UserName" in call.input:
        user = USER.resolve(call, call.input["UserName"])
        owner = user.id if user else ""
    else:
        owner = principal.unique_id if isinstance(principal, UserPrincipal) else ""
    if found is not None and found.user_id != owner:
        return facts.get(SERVICE_CREDENTIAL, NO_NAME)  # None, and as slow as for an id that none has
    return found


def _free_name(call: Call, user: User, service: str) -> str:
    for name in rules.names(user.name, call.account):
        if service_credentials.named(call.tx, call.account, service, name) is None:
            return name
    raise AssertionError("there is always another name")


def _credential_named(call: Call) -> tuple[ServiceCredential, User]:
    user, named = user_or_root(call), call.input["ServiceSpecificCredentialId"]
    held = service_credentials.of_user(call.tx, user.id) if user else []
    found = next((each for each in held if each.id == named), None)
    if found is None or user is None:
        raise missing_service_credential(named)
    return found, user


def _of_all_users(call: Call, service: str) -> Output:
    found, more = service_credentials.page(
        call.tx, call.account, service=service, after=pages.start_of(call), limit=pages.size_of(call)
    )
    owners = {each.user_id: users.by_id(call.tx, each.user_id) for each in found}
    names = {user_id: user.name if user else "" for user_id, user in owners.items()}
    shown = [_shape(call, each, names[each.user_id]) for each in found]
    return {"ServiceSpecificCredentials": shown, **pages.end(found[-1].id if found else "", more=more)}


def _shape(call: Call, credential: ServiceCredential, user_name: str) -> shapes.Shape:
    called = "ServiceUserName" if credential.service in rules.WITH_PASSWORD else "ServiceCredentialAlias"
    return {
        "CreateDate": shapes.second(credential.created),
        **shapes.present("ExpirationDate", shapes.second(credential.expires)),
        "ServiceName": credential.service,
        called: credential.name,
        "ServiceSpecificCredentialId": credential.id,
        "UserName": user_name,
        "Status": rules.status(credential, call.now),
    }


def _secret(credential: ServiceCredential, secret: str) -> shapes.Shape:
    member = "ServicePassword" if credential.service in rules.WITH_PASSWORD else "ServiceCredentialSecret"
    return {member: secret}


OPERATIONS: dict[str, Operation] = {
    "CreateServiceSpecificCredential": writes(create_service_credential, to_create, mints=True),
    "ListServiceSpecificCredentials": reads(list_service_credentials, to_list),
    "UpdateServiceSpecificCredential": writes(update_service_credential, on_credential),
    "ResetServiceSpecificCredential": writes(reset_service_credential, on_credential, mints=True),
    "DeleteServiceSpecificCredential": writes(delete_service_credential, on_credential),
}
