"""What IAM answers when it refuses, worded once.

Sources: IAM API Reference, "Errors" of each operation (codes and statuses); the sentences are those that
AWS answers, because scripts read them. Which rule refuses what belongs to the other files.
"""

from watchword.names import AwsError, fault, nouns

STATUS = {
    "DeleteConflict": 409,
    "EntityAlreadyExists": 409,
    "InvalidInput": 400,
    "LimitExceeded": 409,
    "MalformedPolicyDocument": 400,
    "NoSuchEntity": 404,
    "UnmodifiableEntity": 400,
}
_MISSING = {
    nouns.INSTANCE_PROFILE: "Instance Profile {name} cannot be found.",
    nouns.POLICY: "Policy {name} was not found.",
}


def refusal(code: str, said: str) -> AwsError:
    """An error of IAM's own."""
    return AwsError(code, STATUS[code], said)


def missing(noun: str, name: str) -> AwsError:
    """No user, group, role, instance profile or inline policy ("user policy") of that name.

    Nor a managed policy of that ARN, or none that is attached here.
    """
    said = _MISSING.get(noun, "The {noun} with name {name} cannot be found.")
    return refusal("NoSuchEntity", said.format(noun=noun, name=name))


def taken(noun: str, name: str) -> AwsError:
    """A user, group, role or instance profile of that name, in whatever case, exists."""
    if noun == nouns.INSTANCE_PROFILE:
        return refusal("EntityAlreadyExists", f"Instance Profile {name} already exists.")
    return refusal("EntityAlreadyExists", f"{noun.capitalize()} with name {name} already exists.")


def missing_key(access_key_id: str) -> AwsError:
    """No such access key, or another user's."""
    return refusal("NoSuchEntity", f"The Access Key with id {access_key_id} cannot be found.")


def missing_alias(alias: str) -> AwsError:
    """The account isn't called so."""
    return refusal("NoSuchEntity", f"The account alias {alias} cannot be found.")


def taken_alias(alias: str) -> AwsError:
    """An account is called so already."""
    return refusal("EntityAlreadyExists", f"The account alias {alias} already exists.")


def missing_password_policy(account: str) -> AwsError:
    """The account has no rules for passwords."""
    return refusal("NoSuchEntity", f"The Password Policy with domain name {account} cannot be found.")


def missing_login_profile(user: str) -> AwsError:
    """The user has no password."""
    return refusal("NoSuchEntity", f"Login Profile for User {user} cannot be found.")


def missing_version(arn: str, version: str) -> AwsError:
    """No such version of a managed policy."""
    return refusal("NoSuchEntity", f"Policy {arn} version {version} does not exist or is not attachable.")


def unattachable(arn: str) -> AwsError:
    """No such managed policy to attach."""
    return refusal("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")


def unbounding(arn: str) -> AwsError:
    """No such managed policy to be a permissions boundary."""
    return refusal("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.")


def not_an_arn(text: str) -> AwsError:
    """An ARN that can't be a managed policy's."""
    return refusal("InvalidInput", f"ARN {text} is not valid.")


def unclear(arn: str) -> AwsError:
    """An ARN that is not a user's, group's or role's."""
    said = f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
    return refusal("InvalidInput", said)


def beyond(quota: str, limit: int) -> AwsError:
    """One more than the quota of that name lets."""
    return refusal("LimitExceeded", f"Cannot exceed quota for {quota}: {limit}")


def in_the_way(what: str) -> AwsError:
    """A deletion that something must go before, such as "detach all policies"."""
    return refusal("DeleteConflict", f"Cannot delete entity, must {what} first.")


def nobody_named() -> AwsError:
    """A call about "myself" by a caller who is not a user."""
    return fault("ValidationError", "Must specify userName when calling with non-User credentials")
