"""The environment of a program that gets its credentials from a container endpoint, and from nowhere else.

SDKs look at the container endpoint nearly last. So whatever they would find before it is taken away: keys,
profiles, token files. The configuration files are hidden, because a default profile with keys in it would
win; what the program needs of them is given by variables.
Source: AWS SDKs and Tools Reference Guide, "Understand the credential provider chain"; botocore,
`credentials.create_credential_resolver`.
"""

import os
from collections.abc import Mapping

from watchword.delivery.assumed import Server
from watchword.delivery.endpoint import Place

REMOVED = frozenset(
    """
    AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_CREDENTIAL_EXPIRATION
    AWS_ACCOUNT_ID AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ROLE_ARN AWS_ROLE_SESSION_NAME
    AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
    AWS_CREDENTIAL_FILE AWS_LOGIN_CACHE_DIRECTORY
    WATCHWORD_DATABASE WATCHWORD_ROOT_KEY_FILE
    """.split()  # noqa: SIM905 a table of names
)
"""Other credentials, and what leads to the server's own."""
HIDDEN = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "BOTO_CONFIG"), os.devnull)
"""Files in which SDKs would find other credentials."""


def environment_of(given: Mapping[str, str], place: Place, at: Server) -> dict[str, str]:
    """The environment `given`, changed for a program that asks at this place, for this server."""
    kept = {
        name: value
        for name, value in given.items()
        if name not in REMOVED and not name.startswith("AWS_ENDPOINT_URL")
    }
    return {
        **kept,
        **HIDDEN,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": place.uri,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": place.token,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": at.endpoint,
        "AWS_REGION": at.region,
        "AWS_DEFAULT_REGION": at.region,
        **({"AWS_CA_BUNDLE": at.certificates} if at.certificates else {}),
    }
