"""By which names an endpoint is ours, and who is near."""

import pytest

from watchword.delivery.link import Link
from watchword.names import HttpRequest

KNOWN = ("169.254.169.254", "[fd00:ec2::254]")


class Connection:
    """A connection as its socket tells it."""

    def __init__(self, ours: str, port: int, theirs: str) -> None:
        self.ours, self.port, self.theirs = ours, port, theirs

    def getsockname(self) -> tuple[str, int]:
        return self.ours, self.port

    def getpeername(self) -> tuple[str, int]:
        return self.theirs, 50000


def link(ours: str, port: int = 1338, theirs: str = "") -> Link:
    return Link(Connection(ours, port, theirs or ours), KNOWN)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ours", "port", "host", "direct"),
    [
        ("127.0.0.1", 1338, "127.0.0.1:1338", True),
        ("127.0.0.1", 1338, "localhost:1338", True),
        ("127.0.0.1", 1338, "LocalHost:1338", True),
        ("127.0.0.1", 1338, "127.0.0.1", False),
        ("127.0.0.1", 1338, "localhost", False),
        ("127.0.0.1", 80, "localhost", True),
        ("127.0.0.1", 1338, "169.254.169.254", True),
        ("127.0.0.1", 1338, "169.254.169.254:80", True),
        ("127.0.0.1", 1338, "[fd00:ec2::254]", True),
        ("169.254.169.254", 80, "169.254.169.254", True),
        ("169.254.169.254", 80, "localhost", False),
        ("10.0.0.1", 80, "10.0.0.1", True),
        ("10.0.0.1", 8080, "10.0.0.1:8080", True),
        ("10.0.0.1", 8080, "localhost:8080", False),
        ("::1", 1338, "[::1]:1338", True),
        ("::1", 1338, "localhost:1338", True),
        ("fd00:ec2::254", 80, "[fd00:ec2::254]", True),
        ("fd00:ec2::254", 80, "fd00:ec2::254", False),
        ("127.0.0.1", 1338, "evil.example:1338", False),
        ("127.0.0.1", 1338, "127.0.0.1:1338.evil.example", False),
        ("127.0.0.1", 1338, "", False),
    ],
)
def test_our_names(ours: str, port: int, host: str, direct: bool) -> None:
    assert link(ours, port).is_direct(HttpRequest("GET", headers=(("host", host),))) is direct


@pytest.mark.parametrize("value", ["10.0.0.1", ""])
def test_what_a_proxy_sends_is_not_direct(value: str) -> None:
    headers = (("host", "127.0.0.1:1338"), ("x-forwarded-for", value))
    assert not link("127.0.0.1").is_direct(HttpRequest("GET", headers=headers))


@pytest.mark.parametrize(
    ("ours", "theirs", "near"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", True),
        ("::1", "::1", True),
        ("169.254.169.254", "169.254.169.254", True),
        ("169.254.169.254", "172.17.0.2", False),
        ("169.254.169.254", "127.0.0.1", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
def test_who_is_near(ours: str, theirs: str, near: bool) -> None:
    assert link(ours, theirs=theirs).near is near
