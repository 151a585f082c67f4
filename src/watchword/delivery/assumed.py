"""Credentials of a role, assumed with what an SDK finds for the user: environment, profile, container.

The server must be named: by an option, a variable or the profile. Otherwise botocore would go to AWS, and a
role of the wrong installation would be used, or nothing said of why there is none.
Source: STS API Reference, "AssumeRole".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.configprovider import ConfiguredEndpointProvider
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from watchword.delivery.supply import Issued, NotIssued, not_issued

NO_ENDPOINT = "no endpoint: give --endpoint-url, set AWS_ENDPOINT_URL or name a --profile that has one"
NO_CREDENTIALS = "no credentials to assume the role with: name a --profile (watchword configure makes one)"


@dataclass(frozen=True, slots=True)
class Server:
    """Where roles are assumed, as the user's SDK is configured."""

    endpoint: str
    region: str
    certificates: str
    """A file of the CAs that its certificate is verified by; empty for the usual ones."""
    issue: Callable[[], Issued]
    """Assumes the role. Raises NotIssued."""


def server(asked: Mapping[str, Any], *, profile: str, endpoint_url: str, region: str) -> Server:
    """The server, and how to assume the role; `asked` is the input of AssumeRole. Raises NotIssued."""
    try:
        session = Session(profile=profile or None)
        endpoint = endpoint_url or _configured_endpoint(session)
        if not endpoint:
            raise NotIssued(NO_ENDPOINT)
        region = session.get_config_variable("region") or region
        sts = session.create_client("sts", region_name=region, endpoint_url=endpoint)
        if session.get_credentials() is None:
            raise NotIssued(NO_CREDENTIALS)
    except (BotoCoreError, ValueError) as error:
        raise NotIssued(_one_line(error)) from None

    def issue() -> Issued:
        try:
            answer = sts.assume_role(**asked)
        except ClientError as error:
            raise not_issued(error.response["Error"]["Code"], _one_line(error)) from None
        except BotoCoreError as error:
            raise NotIssued(_one_line(error)) from None
        given = answer["Credentials"]
        return Issued(
            asked["RoleArn"],
            given["AccessKeyId"],
            given["SecretAccessKey"],
            given["SessionToken"],
            given["Expiration"],
        )

    return Server(endpoint, region, str(session.get_config_variable("ca_bundle") or ""), issue)


def _configured_endpoint(session: Session) -> str | None:
    configured = ConfiguredEndpointProvider(session.full_config, session.get_scoped_config(), "sts")
    found: str | None = configured.provide()
    return found


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
