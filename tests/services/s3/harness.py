"""A counter at which operations of S3 are called as the journey calls them, without wire and signature."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from msgspec import structs

from watchword.access import Caller, Circumstances, Demand, Reserved, authorize, refusal
from watchword.names import AwsError, Body, HttpRequest, Principal
from watchword.names.principal import Root
from watchword.policy import Decision
from watchword.services.changes import Change, moving
from watchword.services.operation import Call, Mode, Operation
from watchword.services.s3 import OPERATIONS
from watchword.store import Transaction
from watchword.world import World

OWNER, OTHER = "111122223333", "444455556666"
ROOT = Root(OWNER)


class Fresh:
    """A watch that knows of every change: there is only this process."""

    def check(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing to end."""


def permit(call: Call, demands: tuple[Demand, ...]) -> tuple[Decision, ...]:
    """The decisions, none of which may be a refusal that counts."""
    circumstances = Circumstances(call.world, call.caller, call.request, call.region, call.now)
    decisions = authorize(circumstances, demands)
    if refused := refusal(demands, decisions):
        raise refused
    return decisions


@dataclass
class Counter:
    """Where S3 is called."""

    world: World
    now: datetime
    meanwhile: Callable[[], object] = str
    """What happens between the decision and the deed."""

    def __call__(
        self,
        name: str,
        *,
        by: Principal = ROOT,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        region: str = "us-east-1",
        **given: object,
    ) -> dict[str, Any]:
        """The operation's output, or its AwsError."""
        row = OPERATIONS[name]
        request = HttpRequest("POST", headers=tuple((headers or {}).items()), body=Body(body))
        caller = Caller(by)
        asked = Call(self.world, "s3", name, given, caller, request, region, self.now)
        decisions = permit(asked, row.demands(asked))
        self.meanwhile()
        with self._around(row) as transaction:
            try:
                return dict(row.perform(structs.replace(asked, transaction=transaction, decisions=decisions)))
            except Reserved as reserved:
                permit(asked, (reserved.demand,))
                raise reserved.error from None

    def _around(self, row: Operation) -> AbstractContextManager[Transaction | Change]:
        match row.mode:
            case Mode.READ:
                return self.world.database.read()
            case Mode.WRITE:
                return self.world.database.write(self.now)
            case _:
                return moving(self.world.database, self.now)

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
