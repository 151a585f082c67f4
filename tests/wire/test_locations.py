"""A service of one row and a model of our own: every place where a member can stand, in both rest protocols.

The models that are served don't use all of them; a service that does is one row more.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from watchword.names import AwsError, Body, HttpRequest
from watchword.wire import Models, Operation, recognise
from watchword.wire.services import Row

MOMENT = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
PLACES = {
    "City": {"shape": "Text", "location": "uri", "locationName": "city"},
    "Days": {"shape": "Numbers", "location": "querystring", "locationName": "day"},
    "Rest": {"shape": "Map", "location": "querystring"},
    "Since": {"shape": "Moment", "location": "querystring", "locationName": "since"},
    "Moments": {"shape": "Moments", "location": "header", "locationName": "X-Moments"},
    "Names": {"shape": "Texts", "location": "header", "locationName": "X-Names"},
    "Any": {"shape": "Text", "location": "header", "locationName": "X-Any", "jsonvalue": True},
    "More": {"shape": "Map", "location": "headers", "locationName": "x-more-"},
    "Warm": {"shape": "Truth", "location": "header", "locationName": "X-Warm"},
    "Degrees": {"shape": "Number", "locationName": "degrees"},
    "At": {"shape": "Moment", "locationName": "at", "timestampFormat": "iso8601"},
}
ANSWERED = {
    **{
        name: member
        for name, member in PLACES.items()
        if member.get("location") not in {"uri", "querystring"}
    },
    "Status": {"shape": "Integer", "location": "statusCode"},
}
MODEL: dict[str, Any] = {
    "metadata": {"xmlNamespace": "urn:weather"},
    "operations": {
        "PutWeather": {
            "http": {"method": "PUT", "requestUri": "/weather/{city}/"},
            "input": {"shape": "In", "locationName": "Weather"},
            "output": {"shape": "Out"},
        },
        "Ping": {"http": {"method": "GET", "requestUri": "/ping"}},
        "Listen": {
            "http": {"method": "POST", "requestUri": "/listen"},
            "input": {"shape": "Listened"},
            "output": {"shape": "Heard"},
        },
    },
    "shapes": {
        "In": {"type": "structure", "members": PLACES},
        "Out": {"type": "structure", "members": ANSWERED},
        "Listened": {"type": "structure", "payload": "Events", "members": {"Events": {"shape": "Events"}}},
        "Heard": {"type": "structure", "payload": "Words", "members": {"Words": {"shape": "Text"}}},
        "Events": {"type": "structure", "eventstream": True, "members": {}},
        "Storm": {
            "type": "structure",
            "exception": True,
            "error": {"httpStatusCode": 409},
            "members": {
                "Message": {"shape": "Text"},
                "RetryAfter": {"shape": "Integer", "location": "header", "locationName": "Retry-After"},
                "Strength": {"shape": "Integer"},
                "Where": {"shape": "Texts"},
            },
        },
        "Text": {"type": "string"},
        "Texts": {"type": "list", "member": {"shape": "Text"}},
        "Map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
        "Integer": {"type": "integer"},
        "Number": {"type": "double"},
        "Numbers": {"type": "list", "member": {"shape": "Integer"}},
        "Moment": {"type": "timestamp"},
        "Moments": {"type": "list", "member": {"shape": "Moment"}},
        "Truth": {"type": "boolean"},
    },
}


@pytest.fixture(params=["rest-json", "rest-xml"])
def weather(request: pytest.FixtureRequest) -> Models:
    row = Row("weather", request.param, "weather", "2026-03-14")
    return Models(lambda _name: json.dumps(MODEL).encode(), {"weather": row})


def put(weather: Models) -> Operation:
    return weather.service("weather").operation("PutWeather")


BODIES = {
    "rest-json": b'{"degrees": -1.5, "at": "2026-03-14T15:09:26Z"}',
    "rest-xml": b"<Weather><degrees>-1.5</degrees><at>2026-03-14T15:09:26Z</at></Weather>",
}


def test_every_place_of_a_request(weather: Models) -> None:
    request = HttpRequest(
        "PUT",
        "/weather/S%C3%A3o%20Paulo%2FSP",
        "day=1&since=2026-03-14T15:09:26Z&day=2&other=x+y",
        headers=(
            ("x-moments", "Sat, 14 Mar 2026 15:09:26 GMT, Sat, 14 Mar 2026 15:09:26 GMT"),
            ("x-names", 'a, "b,c"'),
            ("x-names", "d"),
            ("x-any", "eyJhIjogWzEsIG51bGxdfQ=="),
            ("x-more-a", "1"),
            ("x-more-b", "2"),
            ("x-more-b", "3"),
            ("x-warm", "true"),
            ("x-nothing", "known"),
        ),
        body=Body(BODIES[weather.service("weather").protocol]),
    )
    operation = recognise(request, weather, scope_service="weather")
    assert operation.parse(request) == {
        "City": "São Paulo/SP",
        "Days": [1, 2],
        "Since": MOMENT,
        "Rest": {"other": "x y"},
        "Moments": [MOMENT, MOMENT],
        "Names": ["a", "b,c", "d"],
        "Any": {"a": [1, None]},
        "More": {"a": "1", "b": "2,3"},
        "Warm": True,
        "Degrees": -1.5,
        "At": MOMENT,
    }


def test_every_place_of_an_answer(weather: Models) -> None:
    output = {
        "Moments": [MOMENT],
        "Names": ["a", "b,c", 'd"'],
        "Any": {"a": 1},
        "More": {"A": "1"},
        "Warm": False,
        "Degrees": 1.5,
        "At": MOMENT,
        "Status": 202,
    }
    response = put(weather).write(output, "r")
    headers = dict(response.headers)
    assert response.status == 202
    assert headers["x-moments"] == "Sat, 14 Mar 2026 15:09:26 GMT"
    assert headers["x-names"] == 'a,"b,c","d\\""'
    assert headers["x-any"] == "eyJhIjoxfQ=="
    assert (headers["x-more-a"], headers["x-warm"]) == ("1", "false")
    json_ = b'{"degrees":1.5,"at":"2026-03-14T15:09:26Z"}'
    xml = b'<Out xmlns="urn:weather"><degrees>1.5</degrees><at>2026-03-14T15:09:26Z</at></Out>'
    assert isinstance(response.body, bytes)
    assert response.body.removeprefix(b'<?xml version="1.0" encoding="UTF-8"?>\n') in {json_, xml}


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest("PUT", "/weather/x", "since=now"),
        HttpRequest("PUT", "/weather/x", "since=%zz"),
        HttpRequest("PUT", "/weather/x", "since=1&since=2"),
        HttpRequest("PUT", "/weather/%ff"),
        HttpRequest("PUT", "/elsewhere"),
        HttpRequest("PUT", "/weather/x", headers=(("x-any", "!"),)),
        HttpRequest("PUT", "/weather/x", headers=(("x-any", "bm8="),)),
        HttpRequest("PUT", "/weather/x", headers=(("x-warm", "true"), ("x-warm", "false"))),
        HttpRequest("PUT", "/weather/x", body=Body(b"?")),
    ],
)
def test_what_does_not_fit_its_place(weather: Models, request_: HttpRequest) -> None:
    with pytest.raises(AwsError, match="MalformedInput"):
        put(weather).parse(request_)


def test_a_body_larger_than_any_model_needs(weather: Models) -> None:
    class Huge(Body):
        size = 1 << 40

    with pytest.raises(AwsError, match="RequestTooLarge"):
        put(weather).parse(HttpRequest("PUT", "/weather/x", body=Huge()))


def test_an_operation_without_members(weather: Models) -> None:
    request = HttpRequest("GET", "/ping", body=Body(b"whatever"))
    ping = recognise(request, weather, scope_service="weather")
    assert ping.parse(request) == {}
    assert ping.write({}, "r").body == b""


def test_event_streams_are_left_alone(weather: Models) -> None:
    listen = weather.service("weather").operation("Listen")
    assert listen.parse(HttpRequest("POST", "/listen", body=Body(b"\x00\x01"))) == {}
    response = listen.write({"Words": "é"}, "r")
    assert (response.body, dict(response.headers)["content-length"]) == ("é".encode(), "2")


def test_members_of_an_error_stand_in_their_places(weather: Models) -> None:
    fields = {"RetryAfter": "7", "Strength": "12", "Where": '["here"]', "Unknown": "canary"}
    response = put(weather).write_error(AwsError("Storm", 0, "blown", fields=fields), "r")
    assert response.status == 409
    if weather.service("weather").protocol == "rest-json":
        assert json.loads(response.body) == {"Message": "blown", "Strength": 12, "Where": ["here"]}  # type: ignore[arg-type]
        assert dict(response.headers)["retry-after"] == "7"
    else:
        assert b"<Strength>12</Strength>" in response.body  # type: ignore[operator]
        assert b"canary" not in response.body  # type: ignore[operator]
