"""IAM's errors and their messages. Other files decide when they are raised.

The messages are AWS's, because scripts parse them.
Source: IAM API Reference, "Errors" of each operation (codes and statuses); IAM's answers, as users of
terraform and the aws CLI report them (messages).
"""

from datetime import datetime

from watchword.names import AwsError, fault, nouns
from watchword.names.moment import iso

STATUS = {
    "AccountNotManagementOrDelegatedAdministratorException": 400,
    "CallerIsNotManagementAccountException": 400,
    "DeleteConflict": 409,
    "DuplicateCertificate": 409,
    "DuplicateSSHPublicKey": 400,
    "EntityAlreadyExists": 409,
    "EntityTemporarilyUnmodifiable": 409,
    "FeatureDisabled": 404,
    "FeatureEnabled": 409,
    "InvalidAuthenticationCode": 403,
    "InvalidCertificate": 400,
    "InvalidInput": 400,
    "InvalidPublicKey": 400,
    "InvalidUserType": 400,
    "KeyPairMismatch": 400,
    "LimitExceeded": 409,
    "MalformedCertificate": 400,
    "MalformedPolicyDocument": 400,
    "NoSuchEntity": 404,
    "NotSupportedService": 404,
    "OrganizationNotFoundException": 400,
    "OrganizationNotInAllFeaturesModeException": 400,
    "PasswordPolicyViolation": 400,
    "PolicyEvaluation": 500,
    "PolicyNotAttachable": 400,
    "ReportExpired": 410,
    "ReportNotPresent": 410,
    "ServiceAccessNotEnabledException": 400,
    "UnmodifiableEntity": 400,
    "UnrecognizedPublicKeyEncoding": 400,
}
_MISSING = {
    nouns.INSTANCE_PROFILE: "Instance Profile {name} cannot be found.",
    nouns.MFA: "VirtualMFADevice with serial number {name} doesn't exist.",
    nouns.POLICY: "Policy {name} was not found.",
    nouns.OIDC_PROVIDER: "OpenIDConnect Provider not found for arn {name}",
    nouns.SAML_PROVIDER: "Manifest not found for arn {name}",
    nouns.SERVER_CERTIFICATE: "The Server Certificate with name {name} cannot be found.",
}
_TAKEN = {
    nouns.INSTANCE_PROFILE: "Instance Profile {name} already exists.",
    nouns.OIDC_PROVIDER: "Provider with url {name} already exists.",
    nouns.SAML_PROVIDER: "SAMLProvider with name {name} already exists.",
    nouns.SERVER_CERTIFICATE: "The Server Certificate with name {name} already exists.",
}


def refusal(code: str, said: str, meant: str = "") -> AwsError:
    """An error of IAM's own model."""
    return AwsError(code, STATUS[code], said, meant)


def missing(noun: str, name: str) -> AwsError:
    """There is no such entity; `name` is its name, or the ARN of a managed policy or provider.

    `noun` can also be an inline policy, such as "user policy". A managed policy that isn't attached to an
    entity is missing too.
    """
    said = _MISSING.get(noun, "The {noun} with name {name} cannot be found.")
    return refusal("NoSuchEntity", said.format(noun=noun, name=name))


def taken(noun: str, name: str) -> AwsError:
    """There is an entity of that name, whatever the case; or an OIDC provider of that URL."""
    said = _TAKEN.get(noun, f"{noun.capitalize()} with name {{name}} already exists.")
    return refusal("EntityAlreadyExists", said.format(name=name))


def missing_key(access_key_id: str) -> AwsError:
    """There is no such access key, or another user has it."""
    return refusal("NoSuchEntity", f"The Access Key with id {access_key_id} cannot be found.")


def missing_certificate(certificate_id: str) -> AwsError:
    """There is no such signing certificate, or another user has it."""
    return refusal("NoSuchEntity", f"The Certificate with id {certificate_id} cannot be found.")


def missing_ssh_key(key_id: str) -> AwsError:
    """There is no such SSH public key, or another user has it."""
    return refusal("NoSuchEntity", f"The Public Key with id {key_id} cannot be found.")


def missing_service_credential(credential_id: str) -> AwsError:
    """There is no such service-specific credential, or another user has it."""
    return refusal(
        "NoSuchEntity", f"The service-specific credential with id {credential_id} cannot be found."
    )


def missing_alias(alias: str) -> AwsError:
    """The account doesn't have that alias."""
    return refusal("NoSuchEntity", f"The account alias {alias} cannot be found.")


def taken_alias(alias: str) -> AwsError:
    """An account has that alias already."""
    return refusal("EntityAlreadyExists", f"The account alias {alias} already exists.")


def missing_password_policy(account: str) -> AwsError:
    """The account has no password policy."""
    return refusal("NoSuchEntity", f"The Password Policy with domain name {account} cannot be found.")


def missing_login_profile(user: str) -> AwsError:
    """The user has no password."""
    return refusal("NoSuchEntity", f"Login Profile for User {user} cannot be found.")


def taken_login_profile(user: str) -> AwsError:
    """The user has a password already."""
    return refusal("EntityAlreadyExists", f"Login Profile for user {user} already exists.")


def changing_login_profile(user: str) -> AwsError:
    """The password was set by another call in the same moment."""
    said = f"Login Profile for User {user} cannot be modified while login profile is being updated."
    return refusal("EntityTemporarilyUnmodifiable", said)


def locked_login_profile(user: str, until: datetime) -> AwsError:
    """Too many wrong passwords were given."""
    said = (
        f"Login Profile for User {user} is locked until {iso(until)}, because too many wrong passwords were "
        "given."
    )
    return refusal("EntityTemporarilyUnmodifiable", said)


def only_users() -> AwsError:
    """The caller isn't a user, so has no password to change."""
    return refusal("InvalidUserType", "Only IAM Users can change their own password")


def device_of_another() -> AwsError:
    """The MFA device isn't assigned to the user, or isn't there."""
    return refusal("NoSuchEntity", "MFA Device invalid for user.")


def taken_device() -> AwsError:
    """There is a virtual MFA device of that path and name, whatever the case."""
    said = "MFADevice entity at the same path and name already exists."
    return refusal("EntityAlreadyExists", said)


def assigned_device(serial: str) -> AwsError:
    """The MFA device is assigned to a user already."""
    return refusal("EntityAlreadyExists", f"MFA Device {serial} is already assigned to a user.")


def device_in_use() -> AwsError:
    """The MFA device is assigned to a user, so it can't be deleted."""
    return refusal("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.")


def wrong_codes() -> AwsError:
    """Two codes aren't those of the device, one after the other, or were used before."""
    return refusal("InvalidAuthenticationCode", "Authentication code for device is not valid.")


def locked_device(until: datetime) -> AwsError:
    """Too many wrong codes were given."""
    said = f"MFA Device is locked until {iso(until)}, because too many wrong codes were given."
    return refusal("InvalidAuthenticationCode", said)


def no_report() -> AwsError:
    """The account has no credential report."""
    return refusal("ReportNotPresent", "There is no credential report. GenerateCredentialReport makes one.")


def old_report() -> AwsError:
    """The account's credential report is too old to be shown."""
    said = "The credential report is more than four hours old. GenerateCredentialReport makes a new one."
    return refusal("ReportExpired", said)


def missing_version(arn: str, version: str) -> AwsError:
    """The managed policy has no such version."""
    return refusal("NoSuchEntity", f"Policy {arn} version {version} does not exist or is not attachable.")


def not_attachable(arn: str) -> AwsError:
    """There is no such managed policy to attach."""
    return refusal("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")


def of_a_service(noun: str) -> AwsError:
    """The policy is for service-linked roles, and the entity isn't one."""
    said = f"Cannot attach a Service Role Policy to a Customer {noun.capitalize()}."
    return refusal("PolicyNotAttachable", said)


def no_such_boundary(arn: str) -> AwsError:
    """There is no such managed policy to use as a permissions boundary."""
    return refusal("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.")


def not_that_arn(text: str) -> AwsError:
    """The text can't be the ARN of what the operation is about."""
    return refusal("InvalidInput", f"ARN {text} is not valid.")


def not_linked(service: str) -> AwsError:
    """The service has no service-linked role."""
    return refusal("InvalidInput", f"{service} has no service-linked role.")


def no_suffix(service: str) -> AwsError:
    """The service-linked role of that service always has the same name."""
    return refusal("InvalidInput", f"Custom suffix is not allowed for {service}")


def taken_service_role(name: str) -> AwsError:
    """There is a role with the name of the service-linked role."""
    said = f"Service role name {name} has been taken in this account, please try a different suffix."
    return refusal("InvalidInput", said)


def reserved_path(path: str) -> AwsError:
    """Only service-linked roles can have that path."""
    return refusal("InvalidInput", f"The path {path} is reserved for service-linked roles.")


def bad_deletion_task(text: str) -> AwsError:
    """The text can't be the id of a deletion task."""
    return refusal("InvalidInput", f"Invalid deletion task id: {text}")


def missing_deletion_task(task: str) -> AwsError:
    """The account was never given that id."""
    return refusal("NoSuchEntity", f"Deletion task {task} cannot be found.")


def missing_job(job_id: str) -> AwsError:
    """The caller was never given that id of a report, or what the report is about is gone."""
    return refusal("NoSuchEntity", f"Job with id {job_id} cannot be found.")


def missing_delegation_request(request_id: str) -> AwsError:
    """There is no such delegation request, or it is of another account."""
    return refusal("NoSuchEntity", f"Delegation request {request_id} cannot be found.")


def invalid_arn(text: str) -> AwsError:
    """The text is no ARN."""
    return fault("ValidationError", f"ARN {text} is not valid.")


def other_partition() -> AwsError:
    """The ARN is of another partition than the account."""
    return fault("ValidationError", "Invalid ARN partition")


def not_an_entity_arn(arn: str) -> AwsError:
    """The text can't be the ARN of a user, group or role."""
    said = f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
    return refusal("InvalidInput", said)


def limit_exceeded(quota: str, limit: int) -> AwsError:
    """The quota of that name would be exceeded."""
    return refusal("LimitExceeded", f"Cannot exceed quota for {quota}: {limit}")


def delete_conflict(what: str) -> AwsError:
    """Something must be done before the deletion; `what` is it, such as "detach all policies"."""
    return refusal("DeleteConflict", f"Cannot delete entity, must {what} first.")


def value_needed(member: str) -> AwsError:
    """The model makes a member optional that this call needs."""
    said = (
        f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
        "Member must not be null"
    )
    return fault("ValidationError", said)


def user_name_needed() -> AwsError:
    """The call names no user, and the caller isn't one."""
    return fault("ValidationError", "Must specify userName when calling with non-User credentials")
