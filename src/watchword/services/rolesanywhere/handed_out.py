"""What CreateSession and CreateHostSession have in common: a role that was assumed, as they answer it."""

from collections.abc import Mapping
from typing import Any

from watchword.names import AwsError
from watchword.services.operation import Output
from watchword.services.rolesanywhere.errors import denied, invalid


def entry(answer: Mapping[str, Any], role: str) -> Output:
    """CredentialResponse. answer: what AssumeRole answered."""
    assumed, credentials = answer["AssumedRoleUser"], answer["Credentials"]
    found = {
        "assumedRoleUser": {"arn": assumed["Arn"], "assumedRoleId": assumed["AssumedRoleId"]},
        "credentials": {
            "accessKeyId": credentials["AccessKeyId"],
            "secretAccessKey": credentials["SecretAccessKey"],
            "sessionToken": credentials["SessionToken"],
            "expiration": credentials["Expiration"],
        },
        "packedPolicySize": answer.get("PackedPolicySize"),
        "roleArn": role,
        "sourceIdentity": answer.get("SourceIdentity"),
    }
    return {name: value for name, value in found.items() if value is not None}


def as_ours(refused: AwsError, role: str) -> AwsError:
    """A decision in AWS's one sentence, and what is wrong with the input as it is."""
    if refused.code == "AccessDenied":
        meant = f"{refused.said} (watchword explain {refused.request_id})"
        return denied(f"Unable to assume role for {role}", meant)
    if refused.code in {"ValidationError", "PackedPolicyTooLarge", "InvalidParameterValue"}:
        return invalid(refused.said, refused.meant)
    return refused
