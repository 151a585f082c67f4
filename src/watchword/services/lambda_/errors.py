"""Lambda's errors, in its words.

Source: AWS Lambda API Reference, "Errors" of each operation; the texts are those that Lambda answers.
"""

from watchword.names import AwsError

CANNOT_ASSUME = "The role defined for the function cannot be assumed by Lambda."


def invalid(said: str, meant: str = "") -> AwsError:
    return AwsError("InvalidParameterValueException", 400, said, meant)


def not_found(said: str) -> AwsError:
    return AwsError("ResourceNotFoundException", 404, said)


def no_function(arn: str) -> AwsError:
    return not_found(f"Function not found: {arn}")


def conflict(said: str) -> AwsError:
    return AwsError("ResourceConflictException", 409, said)


def changed_meanwhile() -> AwsError:
    said = (
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API "
        "to retrieve the latest Revision Id"
    )
    return AwsError("PreconditionFailedException", 412, said)


def too_large(most: int, operation: str) -> AwsError:
    said = f"Request must be smaller than {most} bytes for the {operation} operation"
    return AwsError("RequestEntityTooLargeException", 413, said)


def too_many(reason: str) -> AwsError:
    return AwsError("TooManyRequestsException", 429, "Rate Exceeded.", reason)


def off() -> AwsError:
    said = "Functions are off: this server was started without `watchword serve --functions`."
    return AwsError("NotImplemented", 501, said)
