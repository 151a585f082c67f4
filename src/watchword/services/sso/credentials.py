"""GetRoleCredentials: temporary credentials of a role that is assigned to a person.

1. The permission set is assigned to them in the account, and provisioned there.
2. The portal assumes its role for them, by STS like anybody else, as the SAML provider that such roles trust.
   So the role's trust policy decides, and the session is recorded and can be revoked like all others.
3. The session is named as the person is, and lasts as long as the permission set says. A name that no session
   can have gets none: another spelling could be that of another person.
4. It says whose it is (identitystore:UserId), and comes of the session in the portal: with
   `watchword session revoke --chain` it ends with it.

Source: IAM Identity Center Portal API Reference, GetRoleCredentials; IAM Identity Center User Guide, "Set
session duration".
"""

from collections.abc import Mapping
from dataclasses import replace as with_proof
from typing import Any, Final

from watchword.access.caller import Caller, InSession
from watchword.access.request_context import Via
from watchword.access.schemes import portal_token
from watchword.identity.asked import SESSION_NAME_FORM, Asked
from watchword.identity.center.durations import seconds_of
from watchword.identity.center.reserved_roles import provider_of
from watchword.identity.saml_attributes import VouchedBySaml
from watchword.names import AwsError
from watchword.names.ids import new_request_id
from watchword.names.principal import Saml
from watchword.services.operation import Call, Operation, Output, no_demands, pure
from watchword.services.sso.assigned import Assigned, roles_of
from watchword.services.sso.people import forbidden, person_of
from watchword.sessions.session import OF_IDENTITY_STORE, OF_PERSON, milliseconds
from watchword.store import Transaction
from watchword.store.identity_center import instances
from watchword.store.identity_center.instances import Instance

SERVICE: Final = "sso.amazonaws.com"
AUDIENCE: Final = "https://signin.aws.amazon.com/saml"


_NO_ASSERTION: Final = "----"
"""The input has one, but the portal is the provider itself."""
_REFUSALS: Final = {"AccessDenied", "PackedPolicyTooLarge", "ValidationError"}


def get_role_credentials(call: Call) -> Output:
    """GetRoleCredentials."""
    person = person_of(call)
    with call.world.database.read() as tx:
        assigned, instance = _assigned(tx, person, call.input["accountId"], call.input["roleName"])  # 1.
    made = _assume(call, person, assigned, instance)
    return {
        "roleCredentials": {
            "accessKeyId": made["AccessKeyId"],
            "secretAccessKey": made["SecretAccessKey"],
            "sessionToken": made["SessionToken"],
            "expiration": milliseconds(made["Expiration"]),
        }
    }


def _assigned(tx: Transaction, person: InSession, account: str, name: str) -> tuple[Assigned, Instance]:
    session = person.session
    found = roles_of(tx, session.directory, session.user_id, account)
    instance = instances.of_directory(tx, session.directory)
    for each in found if instance else ():
        if each.permission_set.name == name and instance:
            return each, instance
    raise forbidden(f"no permission set {name[:100]!r} is assigned in account {account[:20]!r}")


def _assume(call: Call, person: InSession, assigned: Assigned, instance: Instance) -> Mapping[str, Any]:
    """Rule 2."""
    role, name = assigned.role, person.user.name
    if SESSION_NAME_FORM.fullmatch(name) is None:  # 3.
        raise forbidden(f"no session can be named {name!r}")
    provider = provider_of(instance, role.account)
    vouched = _vouched(call, person, instance, provider)
    caller = Caller(Saml(provider, name, instance.directory), person.session.id, vouched=vouched)
    seconds = seconds_of(assigned.permission_set.duration)
    given = {
        "RoleArn": role.arn,
        "PrincipalArn": provider,
        "SAMLAssertion": "-" * 4,
        "DurationSeconds": seconds,
    }
    try:
        output = call.act(caller, ("sts", "AssumeRoleWithSAML"), given, Via(invoked_by=SERVICE))
    except AwsError as refused:
        if refused.code not in _REFUSALS:
            raise
        raise forbidden(f"request {refused.request_id}: {refused}") from None
    credentials: Mapping[str, Any] = output["Credentials"]  # type: ignore[assignment]  # as its model says
    return credentials


def _vouched(call: Call, person: InSession, instance: Instance, provider: str) -> VouchedBySaml:
    """What an assertion of the portal would say. Rule 4."""
    name, session = person.user.name, person.session
    keys = {
        "saml:aud": AUDIENCE,
        "saml:doc": f"{provider.split(':')[4]}/{provider.rpartition('/')[2]}",
        "saml:iss": instance.directory_arn,
        "saml:namequalifier": instance.directory,
        "saml:sub": name,
        "saml:sub_type": "persistent",
        OF_PERSON: person.user.id,
        OF_IDENTITY_STORE: instance.directory_arn,
    }
    return VouchedBySaml(
        issuer=instance.directory_arn,
        subject=name,
        subject_type="persistent",
        name_qualifier=instance.directory,
        audience=AUDIENCE,
        session_name=name,
        keys=keys,
        asked=Asked(),
        longest=12 * 3600,
        assertion_id=new_request_id(call.world.randomness),
        issued=call.world.clock.wall().timestamp(),
        first=session.id,
        first_expires=milliseconds(session.expires),
    )


OPERATIONS: dict[str, Operation] = {
    "GetRoleCredentials": with_proof(
        pure(get_role_credentials, no_demands, mints=True), proof=portal_token.read
    ),
}
