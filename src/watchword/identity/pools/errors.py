"""The errors of identity pools, in AWS's words.

Source: Amazon Cognito Identity API Reference, the errors of each action; AWS's answers, as users of its SDKs
report them.
"""

from watchword.names import AwsError

CONFIGURATION = "Invalid identity pool configuration. Check assigned IAM roles for this pool."
NO_GUESTS = "Unauthenticated access is not supported for this identity pool."
NO_CLASSIC = "Basic (classic) flow is not enabled, please use enhanced flow."
UNSUPPORTED = "Token is not from a supported provider of this identity pool."
NO_MATCH = "Logins don't match. Please include at least one valid login for this identity or identity pool."
TAKEN = "Login is already linked to another identity."


def error(code: str, said: str, meant: str = "") -> AwsError:
    """An error of the model; `code` is without "Exception", which all codes end in."""
    return AwsError(f"{code}Exception", 400, said, meant)


def no_pool(pool_id: str) -> AwsError:
    """There is no such pool in the account and region, or of an account that isn't closed."""
    return error("ResourceNotFound", f"IdentityPool '{pool_id}' not found.")


def no_identity(identity_id: str) -> AwsError:
    """There is no such identity in the pool or the account."""
    return error("ResourceNotFound", f"Identity '{identity_id}' not found.")


def forbidden(identity_id: str) -> AwsError:
    """The identity is of somebody who logs in, and the caller has proved nothing."""
    return error("NotAuthorized", f"Access to Identity '{identity_id}' is forbidden.")


def wrong_login(said: str, meant: str = "") -> AwsError:
    """A token doesn't log its caller in."""
    return error("NotAuthorized", f"Invalid login token. {said}", meant)
