"""What breaks below the server's own paths is said without a word of the inside."""

from datetime import UTC, datetime

import pytest

from watchword.gateway.doors import act_for
from watchword.names import Body, HttpRequest
from watchword.sigv4 import Credentials, sign
from watchword.store import Unavailable
from watchword.world import World


@pytest.mark.parametrize(
    ("broken", "status"), [(OSError("a path of the inside"), 500), (Unavailable("the inside"), 503)]
)
def test_a_reset_that_breaks(
    ephemeral: World, monkeypatch: pytest.MonkeyPatch, broken: Exception, status: int
) -> None:
    def fail(_: World) -> None:
        raise broken

    monkeypatch.setattr(World, "reset", fail)
    start = ephemeral.settings.ephemeral
    assert start
    asked = HttpRequest("POST", "/_watchword/reset", headers=(("host", "localhost"),), body=Body(b""))
    signed = sign(
        asked,
        Credentials(start.access_key_id, start.secret),
        service="watchword",
        region="us-east-1",
        now=datetime.now(UTC),
    )
    answer = act_for(signed)(ephemeral, signed)
    assert answer.status == status
    assert isinstance(answer.body, bytes)
    assert b"inside" not in answer.body
