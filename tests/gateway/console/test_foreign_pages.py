"""Lesson N43: an object that is shown as a page has neither scripts nor the console's origin."""

from collections.abc import Callable

import pytest

from watchword.gateway.journey import journey
from watchword.names import HttpRequest
from watchword.world import World

Signed = Callable[..., HttpRequest]
PAGE = b"<script>fetch('/console')</script>"


@pytest.fixture
def put(world: World, signed: Signed) -> Callable[[str], None]:
    assert journey(world, signed("PUT", "/pages")).status == 200

    def make(media: str) -> None:
        assert journey(world, signed("PUT", "/pages/a", PAGE, **{"content-type": media})).status == 200

    return make


@pytest.mark.parametrize(
    "media", ["text/html", "image/svg+xml", "application/xml", "application/pdf, text/html", "text/plain"]
)
def test_an_object_is_shown_in_a_sandbox(
    world: World, signed: Signed, put: Callable[[str], None], media: str
) -> None:
    put(media)
    for path in ("/pages/a", "/pages/a?response-content-type=text%2Fhtml"):
        headers = dict(journey(world, signed("GET", path)).headers)
        assert headers["content-security-policy"] == "sandbox"


def test_a_pdf_is_shown_without(world: World, signed: Signed, put: Callable[[str], None]) -> None:
    put("application/pdf")
    assert "content-security-policy" not in dict(journey(world, signed("GET", "/pages/a")).headers)
    headers = dict(journey(world, signed("GET", "/pages/a?response-content-type=text%2Fhtml")).headers)
    assert headers["content-security-policy"] == "sandbox"


def test_a_host_name_of_a_bucket_is_an_origin_of_its_own(
    world: World, signed: Signed, put: Callable[[str], None]
) -> None:
    put("text/html")
    headers = dict(journey(world, signed("GET", "/a", host="pages.s3.localhost")).headers)
    assert headers["content-type"] == "text/html"
    assert "content-security-policy" not in headers
