"""In a network namespace of its own: the addresses that SDKs know, and programs that are told nothing.

    python -m tests.delivery.agent.in_namespace DIRECTORY

The addresses are on its loopback already. What was found is printed as JSON; the test looks at it.
"""

import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.delivery.agent.host import Host, Running, ask

from watchword.testing import Server

IMDS, IMDS_6 = "http://169.254.169.254", "http://[fd00:ec2::254]"
PLACES = (
    *("--imds=169.254.169.254:80", "--imds=[fd00:ec2::254]:80"),
    *("--container=169.254.170.2:80", "--container=169.254.170.23:80", "--container=[fd00:ec2::23]:80"),
)
TTL = {"X_aws_ec2_metadata_token_ttl_seconds": "60"}
TOKEN = "the-token-of-shop"
_FIELDS = {4: (8, 20), 6: (7, 40)}
"""By version of IP: where a packet has its TTL or hop limit, and the port that it is from."""


def main(directory: Path) -> None:
    with Server.start() as server:
        host = Host.of(directory, server)
        found = _sources(host)
        found["hops"] = {str(hops): _hops(host, hops) for hops in (1, 3)}
        print(json.dumps(found))  # noqa: T201 for the test


def _text(host: Host, hops: int = 1) -> str:
    instance = (
        f'[instance]\nid = "i-0abc"\nrole = "{host.arn("web")}"\nhttp_put_response_hop_limit = {hops}\n'
    )
    return f'{instance}[workloads.shop]\nrole = "{host.arn("app")}"\ntoken = "{TOKEN}"\n'


def _sources(host: Host) -> dict[str, object]:
    uri = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    asked = {
        "imds": {},
        "imds over IPv6": {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"},
        "ecs": {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": f"/v2/credentials/{TOKEN}"},
        "ecs, full": {uri: "http://169.254.170.2/v1/credentials"},
        "eks": {uri: "http://169.254.170.23/v1/credentials"},
        "eks over IPv6": {uri: "http://[fd00:ec2::23]/v1/credentials"},
    }
    with host.agent(_text(host), *PLACES) as agent:
        return {
            name: _caller(agent, {"AWS_CONTAINER_AUTHORIZATION_TOKEN": TOKEN, **environment})
            for name, environment in asked.items()
        }


def _caller(agent: Running, environment: dict[str, str]) -> str:
    """boto3 without the variable that says where instance metadata is."""
    return agent.caller(AWS_EC2_METADATA_SERVICE_ENDPOINT="", **environment)


def _hops(host: Host, hops: int) -> dict[str, list[int]]:
    """How many hops the packets of answers may go, as they are on the wire: tokens, then metadata."""
    with host.agent(_text(host, hops), *PLACES):
        found = {}
        for name, url in (("IPv4", IMDS), ("IPv6", IMDS_6)):
            with _sniffing() as seen:
                _, token = ask("PUT", f"{url}/latest/api/token", **TTL)
                ask("GET", f"{url}/latest/meta-data/", X_aws_ec2_metadata_token=token)
            found[name] = seen
        return found


@contextmanager
def _sniffing() -> Iterator[list[int]]:
    """The hops that answers of HTTP may go, which pass on loopback meanwhile."""
    seen: list[int] = []
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3)) as raw:
        raw.bind(("lo", 3))
        raw.settimeout(1)

        def sniff() -> None:
            try:
                while True:
                    packet, (_, _, kind, *_) = raw.recvfrom(1 << 16)
                    hops, port = _FIELDS[packet[0] >> 4]
                    from_80 = int.from_bytes(packet[port : port + 2]) == 80
                    if kind == socket.PACKET_HOST and from_80 and b"HTTP/1.1 200" in packet:
                        seen.append(packet[hops])
            except TimeoutError:
                pass

        thread = threading.Thread(target=sniff)
        thread.start()
        yield seen
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
