"""The errors of Roles Anywhere.

Source: IAM Roles Anywhere API Reference, the errors of each action. AWS documents no sentences.
"""

from watchword.names import AwsError


def invalid(said: str, meant: str = "") -> AwsError:
    return AwsError("ValidationException", 400, said, meant)


def not_found(kind: str, reference: str) -> AwsError:
    return AwsError("ResourceNotFoundException", 404, f"There is no {kind.replace('-', ' ')} {reference}.")


def too_many_tags(most: int) -> AwsError:
    return AwsError("TooManyTagsException", 400, f"A resource has at most {most} tags.")


def denied(said: str, meant: str = "") -> AwsError:
    return AwsError("AccessDenied", 403, said, meant)
