"""A request goes through the first door that is for its path and host, and to a service otherwise."""

import pytest

from watchword.gateway.control import control
from watchword.gateway.doors import Door, act_for
from watchword.gateway.journey import journey
from watchword.names import HttpRequest, HttpResponse
from watchword.world import World


def console(world: World, request: HttpRequest) -> HttpResponse:
    raise AssertionError("only found")


def metadata(world: World, request: HttpRequest) -> HttpResponse:
    raise AssertionError("only found")


DOORS = (
    Door("/latest/", metadata, host="169.254.169.254"),
    Door("/_watchword/", control),
    Door("/console", console),
)


@pytest.mark.parametrize(
    ("host", "path", "act"),
    [
        ("169.254.169.254", "/latest/meta-data", metadata),
        ("169.254.169.254:80", "/latest/meta-data", metadata),
        ("localhost", "/latest/meta-data", journey),
        ("localhost", "/_watchword/health", control),
        ("169.254.169.254", "/console/", console),
        ("localhost", "/", journey),
        ("localhost", "/bucket/_watchword/", journey),
    ],
)
def test_a_door_is_found_by_path_and_host(host: str, path: str, act: object) -> None:
    assert act_for(HttpRequest("GET", path, headers=(("host", host),)), DOORS) is act
