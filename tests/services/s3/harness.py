"""A counter at which operations of S3 are called."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from tests.services.harness import call_of, carry_out

from watchword.access import Caller
from watchword.names import AwsError, Body, HttpRequest, Principal
from watchword.names.principal import Root
from watchword.services.s3 import OPERATIONS
from watchword.world import World

OWNER, OTHER = "111122223333", "444455556666"
ROOT = Root(OWNER)


@dataclass
class Counter:
    """Where S3 is called."""

    world: World
    now: datetime
    meanwhile: Callable[[], object] = str
    """What happens between the decision and the operation."""

    def __call__(
        self,
        name: str,
        *,
        by: Principal = ROOT,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        query: str = "",
        region: str = "us-east-1",
        **given: object,
    ) -> dict[str, Any]:
        """The operation's output, or its AwsError."""
        request = HttpRequest("POST", "/", query, tuple((headers or {}).items()), Body(body))
        asked = call_of(
            self.world, Caller(by), ("s3", name), given, now=self.now, request=request, region=region
        )
        return carry_out(asked, OPERATIONS[name].demands(asked), self.meanwhile)

    def code(self, name: str, **given: object) -> str:
        """The code of the error that the call must end in."""
        with pytest.raises(AwsError) as caught:
            self(name, **given)
        return caught.value.code

    def error(self, name: str, **given: object) -> AwsError:
        """The error that the call must end in."""
        with pytest.raises(AwsError) as caught:
            self(name, **given)
        return caught.value

    def put(self, bucket: str, key: str, data: bytes = b"", **given: object) -> dict[str, Any]:
        """PutObject."""
        return self("PutObject", Bucket=bucket, Key=key, Body=Body(data), **given)

    def get(self, bucket: str, key: str, **given: object) -> bytes:
        """The bytes of GetObject."""
        body = self("GetObject", Bucket=bucket, Key=key, **given)["Body"]
        return body if isinstance(body, bytes) else b"".join(body)

    def blobs(self) -> int:
        """How many blobs lie on the disk."""
        folder = self.world.objects.folder
        assert folder
        return sum(path.is_file() for path in folder.rglob("*"))
