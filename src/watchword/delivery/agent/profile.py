"""Prints the credentials of an SDK's profile, as a process of its own: botocore is gone when it ends.

    python -m watchword.delivery.agent.profile NAME

The form is that of `credential_process`.
"""

import json
import sys
from typing import Any

from botocore.exceptions import BotoCoreError
from botocore.session import Session

from watchword.names.moment import iso


def credentials(profile: str) -> dict[str, Any]:
    """What botocore finds. Raises BotoCoreError, LookupError."""
    found = Session(profile=profile).get_credentials()
    if found is None:
        raise LookupError(f"profile {profile} has no credentials")
    frozen = found.get_frozen_credentials()
    ends = getattr(found, "_expiry_time", None)  # botocore has no other way to tell it
    return {
        "Version": 1,
        "AccessKeyId": frozen.access_key,
        "SecretAccessKey": frozen.secret_key,
        **({"SessionToken": frozen.token} if frozen.token else {}),
        **({"Expiration": iso(ends)} if ends else {}),
    }


if __name__ == "__main__":
    try:
        print(json.dumps(credentials(sys.argv[1])))  # noqa: T201 to the agent
    except (BotoCoreError, LookupError) as error:
        sys.exit(" ".join(str(error).split()))
