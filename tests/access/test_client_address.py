"""Where a request came from: what proxies are believed, and what nobody is."""

import http.client
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.harness import Running, journal, serve, watchword

from watchword.access.client_address import as_sent
from watchword.installation.settings import networks
from watchword.names import AwsError, HttpRequest

PROXIES = networks("10.0.0.0/8, 2001:db8:ffff::/48")


def seen(peer: str, *headers: tuple[str, str], secure: bool = False) -> tuple[str, bool]:
    request = as_sent(HttpRequest("GET", headers=headers, peer=peer, secure=secure), PROXIES)
    return request.peer, request.secure


def forwarded(*values: str, peer: str = "10.0.0.1") -> str:
    return seen(peer, *(("x-forwarded-for", value) for value in values))[0]


@pytest.mark.parametrize("peer", ["192.0.2.7", "11.0.0.1", "2001:db8::1", "127.0.0.1"])
def test_n14_nobody_else_is_believed(peer: str) -> None:
    """N13, N14: a client that isn't a trusted proxy says nothing about where it is."""
    told = (("x-forwarded-for", "10.0.0.9"), ("x-forwarded-proto", "https"), ("x-forwarded-for", "rubbish"))
    assert seen(peer, *told) == (peer, False)
    assert seen(peer, ("x-forwarded-proto", "http"), secure=True) == (peer, True)


@pytest.mark.parametrize(
    ("values", "client"),
    [
        (("198.51.100.1",), "198.51.100.1"),
        (("203.0.113.9, 198.51.100.1",), "198.51.100.1"),
        (("203.0.113.9, 198.51.100.1, 10.1.1.1, 10.2.2.2",), "198.51.100.1"),
        (("10.9.9.9, 198.51.100.1, 10.1.1.1",), "198.51.100.1"),
        (("rubbish, , 198.51.100.1",), "198.51.100.1"),
        (("203.0.113.9", "198.51.100.1", "10.1.1.1"), "198.51.100.1"),
        (("203.0.113.9,198.51.100.1\t,\t10.1.1.1 ",), "198.51.100.1"),
        (("198.51.100.1:50123",), "198.51.100.1"),
        (("2001:DB8::0:1",), "2001:db8::1"),
        (("[2001:db8::1]",), "2001:db8::1"),
        (("[2001:db8::1]:443",), "2001:db8::1"),
        (("2001:db8::1, 2001:db8:ffff::5",), "2001:db8::1"),
        (("::ffff:198.51.100.1",), "198.51.100.1"),
        (("198.51.100.1, ::ffff:10.1.1.1",), "198.51.100.1"),
        (("10.3.3.3, 10.1.1.1",), "10.3.3.3"),
    ],
)
def test_the_first_from_the_right_that_is_no_proxy(values: tuple[str, ...], client: str) -> None:
    assert forwarded(*values) == client


def test_n14_what_a_client_adds_itself_stays_left_of_it() -> None:
    """Lesson N14: spoofed entries, even of proxies' addresses, aren't reached."""
    for spoofed in ("127.0.0.1", "10.0.0.1", "127.0.0.1, 10.0.0.1", "unix:", "0.0.0.0", "a" * 5000, ","):
        assert forwarded(f"{spoofed}, 198.51.100.1") == "198.51.100.1"
        assert forwarded(spoofed, "198.51.100.1", "10.1.1.1") == "198.51.100.1"


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        ",",
        "198.51.100.1,",
        "198.51.100.1, unknown",
        "198.51.100.1, unix:",
        "198.51.100.1, _hidden",
        "198.51.100.256",
        "198.51.100",
        "198.051.100.1",
        "3325256705",
        "0x7f000001",
        "198.51.100.1:",
        "198.51.100.1:1234567",
        "198.51.100.1 10.1.1.1",
        "[2001:db8::1",
        "2001:db8::1]:80",
        "[198.51.100.1:80",
        "fe80::1%eth0",
        '"198.51.100.1"',
        "for=198.51.100.1",
        "١٩٨.51.100.1",
        "198.51.100.1\x0b",
    ],
)
def test_what_a_proxy_sends_and_cannot_be_read_is_refused(value: str) -> None:
    with pytest.raises(AwsError, match=r"ValidationError: A proxy's x-forwarded-for header can't be read\."):
        forwarded(value)


@pytest.mark.parametrize(
    ("schemes", "secure"),
    [
        (["https"], True),
        (["HTTPS"], True),
        (["http"], False),
        (["https, https"], True),
        (["https, http"], False),
        (["http, https"], False),
        (["https", "http"], False),
        ([], False),
    ],
)
@pytest.mark.parametrize("connection", [True, False])
def test_tls_is_what_every_proxy_says(schemes: list[str], *, secure: bool, connection: bool) -> None:
    headers = [("x-forwarded-for", "198.51.100.1"), *(("x-forwarded-proto", each) for each in schemes)]
    assert seen("10.0.0.1", *headers, secure=connection) == ("198.51.100.1", secure)


@pytest.mark.parametrize("scheme", ["", "wss", "https;", "on", "https,"])
def test_a_scheme_that_cannot_be_read_is_refused(scheme: str) -> None:
    with pytest.raises(AwsError, match=r"A proxy's x-forwarded-proto header can't be read\."):
        seen("10.0.0.1", ("x-forwarded-proto", scheme))


def test_the_version_of_tls_is_between_us_and_the_client() -> None:
    forwarded = (("x-forwarded-for", "198.51.100.1"), ("x-forwarded-proto", "https"))
    for peer, version in (("10.0.0.1", ""), ("192.0.2.7", "1.3")):
        request = HttpRequest("GET", headers=forwarded, peer=peer, secure=True, tls="1.3")
        assert as_sent(request, PROXIES).tls == version


def test_a_proxy_that_forwards_nothing_asks_for_itself() -> None:
    assert seen("10.0.0.1", ("x-real-ip", "1.1.1.1"), ("forwarded", "for=1.1.1.1")) == ("10.0.0.1", False)
    assert seen("10.0.0.1", secure=True) == ("10.0.0.1", True)


def test_ipv4_written_as_ipv6_is_ipv4() -> None:
    assert seen("::ffff:192.0.2.7") == ("192.0.2.7", False)
    assert forwarded("198.51.100.1", peer="::ffff:10.0.0.1") == "198.51.100.1"
    assert as_sent(HttpRequest("GET", peer="::ffff:192.0.2.7"), ()).peer == "192.0.2.7"
    assert as_sent(HttpRequest("GET", peer="a unix socket"), PROXIES).peer == "a unix socket"


@pytest.mark.parametrize("text", ["10.0.0.1/8", "proxy", "10.0.0.0/33", "*"])
def test_what_is_no_network_does_not_start(tmp_path: Path, text: str) -> None:
    result = watchword("serve", "--data", str(tmp_path), "--trusted-proxies", text)
    assert result.exit_code == 2
    assert "--trusted-proxies" in result.stderr
    assert not list(tmp_path.iterdir())


def asked(server: Running, *headers: tuple[str, str]) -> int:
    """The status of a request that nobody signed."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(server.endpoint).port, timeout=20)
    connection.putrequest("POST", "/")
    for name, value in (*headers, ("Content-Length", "0")):
        connection.putheader(name, value)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


def test_over_the_wire(tmp_path: Path) -> None:
    told = [("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "203.0.113.9, 127.0.0.1")]
    with serve(tmp_path / "a", "--trusted-proxies", "127.0.0.1,::1", "--workers", "2") as server:
        asked(server, *told)
        assert asked(server, ("X-Forwarded-For", "unknown")) == 400
        sources = [event["sourceIPAddress"] for event in journal(server.data)]
        assert sorted(sources) == ["127.0.0.1", "203.0.113.9"]
    with serve(tmp_path / "b") as server:
        asked(server, *told)
        assert [event["sourceIPAddress"] for event in journal(server.data)] == ["127.0.0.1"]


OURS = st.integers(1, 2**24 - 2).map(lambda number: str(ip_address(0x0A000000 + number)))
NOT_OURS = st.ip_addresses(v=4).filter(lambda address: address not in PROXIES[0]).map(str)


@given(st.text(st.characters(exclude_categories=["Cs"])), NOT_OURS, st.lists(OURS))
def test_n14_whatever_a_client_claims(claimed: str, client: str, proxies: list[str]) -> None:
    """However long the chain of our proxies, and whatever stood in the header before it came to them."""
    assert forwarded(", ".join((claimed, client, *proxies))) == client
