"""The errors of Identity Center and of its directory, in AWS's words as far as these are known.

Source: IAM Identity Center API Reference and Identity Store API Reference, "Errors" of each operation; AWS's
answers, as users of terraform report them (messages).
"""

from watchword.names import AwsError

UNIQUE, CONCURRENT = "UNIQUENESS_CONSTRAINT_VIOLATION", "CONCURRENT_MODIFICATION"
DIRECTORY, USER, GROUP, MEMBERSHIP = "IDENTITY_STORE", "USER", "GROUP", "GROUP_MEMBERSHIP"


def invalid(said: str, meant: str = "") -> AwsError:
    return AwsError("ValidationException", 400, said, meant)


def not_found(said: str) -> AwsError:
    return AwsError("ResourceNotFoundException", 400, said)


def not_in_directory(kind: str, reference: str) -> AwsError:
    """There is no such user, group, membership or directory."""
    fields = {"ResourceType": kind, "ResourceId": reference}
    return AwsError("ResourceNotFoundException", 400, f"{kind} not found.", fields=fields)


def conflict(said: str) -> AwsError:
    return AwsError("ConflictException", 400, said)


def taken(attribute: str) -> AwsError:
    """Another user or group of the directory has that value."""
    return AwsError("ConflictException", 400, f"Duplicate {attribute}", fields={"Reason": UNIQUE})


def changed_meanwhile() -> AwsError:
    """The revision that was given isn't the current one."""
    said = "The resource was modified after the given revision."
    return AwsError("ConflictException", 400, said, fields={"Reason": CONCURRENT})


def too_many(said: str) -> AwsError:
    return AwsError("ServiceQuotaExceededException", 400, said)


def denied(said: str, meant: str = "") -> AwsError:
    """For operations whose model has no other word for what isn't there."""
    return AwsError("AccessDeniedException", 400, said, meant)
