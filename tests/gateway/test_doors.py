"""A request goes through the first door that is for its path and host, and to a service otherwise."""

import pytest

from watchword.gateway.control import control
from watchword.gateway.doors import Door, act_for
from watchword.gateway.journey import journey
from watchword.gateway.scim_door import scim_door
from watchword.names import HttpRequest, HttpResponse
from watchword.world import World

PATH = "/scim/d-0123456789/scim/v2"


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


@pytest.mark.parametrize(
    ("headers", "path", "query", "act"),
    [
        ({"authorization": "Bearer x"}, f"{PATH}/Users", "", scim_door),
        ({"authorization": "bearer x"}, PATH, "", scim_door),
        ({}, f"{PATH}/Users", "", scim_door),
        ({"authorization": "AWS4-HMAC-SHA256 Credential=x"}, f"{PATH}/Users", "", journey),
        ({}, f"{PATH}/Users", "X-Amz-Signature=x", journey),
        ({}, f"{PATH}/Users", "AWSAccessKeyId=x&Signature=x", journey),
        ({"host": "s3.us-east-1.localhost"}, f"{PATH}/Users", "", journey),
        ({}, f"{PATH}x/Users", "", journey),
        ({}, "/scim/d-01234567890/scim/v2/Users", "", journey),
        ({}, "/scim/photo.png", "", journey),
    ],
)
def test_what_is_of_scim(headers: dict[str, str], path: str, query: str, act: object) -> None:
    sent = tuple({"host": "localhost", **headers}.items())
    assert act_for(HttpRequest("GET", path, query, headers=sent)) is act
