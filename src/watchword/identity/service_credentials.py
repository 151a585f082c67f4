"""Service-specific credentials: for which services, what they are called, and their secrets.

1. Some services take a name and a password, others an API key, which may expire.
2. A name is the user's and the account's: `jane-at-123456789012`. The next one is `jane+1-at-123456789012`. A
   name that is in use for the service is skipped, since a user may be renamed to the former name of another.
3. A password is 256 random bits in base64. An API key is the name and as many random bits, in base64 again.
4. Of a secret only its SHA-256 is kept. Nobody can guess 256 bits, so no slow hash is needed.

Source: IAM API Reference, CreateServiceSpecificCredential and ServiceSpecificCredential; IAM User Guide, "API
keys for AWS services". AWS documents no form of passwords and API keys; this one is as long as those in its
samples.
"""

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from watchword.identity.refusals import refusal
from watchword.names import fault
from watchword.names.ids import Randomness
from watchword.store.iam.service_credentials import ServiceCredential

WITH_PASSWORD = frozenset({"cassandra.amazonaws.com", "codecommit.amazonaws.com"})
WITH_API_KEY = frozenset({"bedrock.amazonaws.com", "logs.amazonaws.com"})
EXPIRED = "Expired"
_API_KEY = "ABSK"
_SECRET_BYTES = 32


def check_service(service: str) -> None:
    """Raises NotSupportedService for a service without such credentials."""
    if service not in WITH_PASSWORD | WITH_API_KEY:
        said = f"The service {service} does not support service-specific credentials."
        raise refusal("NotSupportedService", said)


def expiry(service: str, days: int | None, now: datetime) -> datetime | None:
    """When a new credential expires, None for never. Raises ValidationError: rule 1."""
    if days is None:
        return None
    if service not in WITH_API_KEY:
        raise fault("ValidationError", f"Credentials for {service} do not expire.")
    return now + timedelta(days=days)


def names(user_name: str, account: str) -> Iterator[str]:
    """What a user's credentials for one service can be called, one after the other: rule 2."""
    yield f"{user_name}-at-{account}"
    for number in count(1):
        yield f"{user_name}+{number}-at-{account}"


def new_secret(service: str, name: str, randomness: Randomness) -> str:
    """A password or an API key: rule 3."""
    drawn = base64.b64encode(randomness(_SECRET_BYTES)).decode("ascii")
    if service in WITH_PASSWORD:
        return drawn
    return _API_KEY + base64.b64encode(f"{name}:{drawn}".encode()).decode("ascii")


def digest(secret: str) -> bytes:
    """What is kept of a secret: rule 4."""
    return hashlib.sha256(secret.encode()).digest()


def status(credential: ServiceCredential, now: datetime) -> str:
    """Active, Inactive, or Expired, whatever it was set to."""
    expired = credential.expires is not None and credential.expires <= now
    return EXPIRED if expired else credential.status
