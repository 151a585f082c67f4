"""An object store elsewhere, by its URL: S3 and what speaks it, Google Cloud Storage, Azure; or memory.

1. Credentials are never in the URL. They come from the settings (`config`, which no repr shows); for S3 else
   from where every AWS SDK looks (botocore: environment, profiles, containers, instances), for Google and
   Azure from where theirs do (obstore).
2. A request is tried again a few times, but not for long: a client of ours waits for it, which tries again
   itself.
3. An answer may take as long as a slow client of ours takes to read it, as long as bytes come.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from obstore.store import ObjectStore, S3Credential

SCHEMES = ("s3", "gs", "az", "memory")
_RENEWED = timedelta(minutes=1)
"""So often botocore is asked whether credentials are still the same."""
_CLIENT: Any = {"allow_http": True, "connect_timeout": "5s", "read_timeout": "30s", "timeout": "1day"}
_RETRIES: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}


class BadPlace(ValueError):  # noqa: N818 its message is the line that the operator reads
    """A URL or a setting that no store has."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A store's URL and its settings, by the names that obstore has for them."""

    url: str
    config: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Raises BadPlace."""
        url = urlsplit(self.url)
        if url.scheme not in SCHEMES:
            raise BadPlace(f"its URL begins with {', '.join(f'{each}://' for each in SCHEMES)} or file://")
        if "@" in url.netloc or url.query or url.fragment:
            raise BadPlace("its URL has a scheme, a bucket and a prefix, and no credentials or parameters")

    def store(self) -> "ObjectStore":
        """Opens the store. Raises BadPlace. Nothing is sent yet."""
        from obstore.exceptions import BaseError  # noqa: PLC0415 see the head of `blobs`
        from obstore.store import from_url  # noqa: PLC0415

        scheme = urlsplit(self.url).scheme
        if scheme == "memory":
            return from_url(self.url)
        config: Any = dict(self.config)  # whose names obstore checks
        more: Any = {"credential_provider": _as_sdks_do()} if self._asks_botocore(scheme) else {}
        try:
            return from_url(self.url, config=config, client_options=_CLIENT, retry_config=_RETRIES, **more)
        except (BaseError, ValueError) as error:
            raise BadPlace(" ".join(str(error).partition("Debug source:")[0].split())) from None

    def _asks_botocore(self, scheme: str) -> bool:
        names = {name.lower().removeprefix("aws_") for name in self.config}
        return scheme == "s3" and names.isdisjoint(
            {"access_key_id", "skip_signature", "web_identity_token_file"}
        )


def _as_sdks_do() -> "Callable[[], S3Credential]":
    """What gives credentials where AWS's SDKs look for them. Raises BadPlace when there are none."""
    from botocore.session import Session  # noqa: PLC0415 only this place needs it, and it is large

    found = Session().get_credentials()
    if found is None:
        raise BadPlace("no credentials for it: AWS's SDKs would find none here, and the settings have none")

    def current() -> "S3Credential":
        frozen = found.get_frozen_credentials()
        return {
            "access_key_id": frozen.access_key,
            "secret_access_key": frozen.secret_key,
            "token": frozen.token,
            "expires_at": datetime.now(UTC) + _RENEWED,
        }

    return current
