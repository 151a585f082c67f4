"""The errors of EKS.

Source: Amazon EKS API Reference, the errors of each action.
"""

from watchword.names import AwsError


def invalid(said: str, meant: str = "") -> AwsError:
    return AwsError("InvalidParameterException", 400, said, meant)


def no_association(association_id: str) -> AwsError:
    said = f"The association ID '{association_id}' cannot be found."
    return AwsError("ResourceNotFoundException", 404, said)


def in_use(said: str) -> AwsError:
    return AwsError("ResourceInUseException", 409, said)
