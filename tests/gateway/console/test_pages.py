"""What pages tell browsers, what isn't answered at all, and markup in names."""

import base64
import hashlib
from urllib.parse import urlencode

import pytest
from tests.gateway.console.browser import FORM, Browser
from tests.gateway.console.conftest import PASSWORD, Site

from watchword.gateway.console.browser import COOKIE, CSRF
from watchword.gateway.console.destination import HOME, destination
from watchword.gateway.console.html import Html, document, el, join
from watchword.gateway.doors import act_for
from watchword.gateway.journey import journey
from watchword.names import HttpRequest
from watchword.store.iam import users

MARKUP = "<script>alert(1)</script>\"'&"


@pytest.mark.parametrize("path", ["/signin", "/console", "/signin/link?secret=x", "/signin/nothing"])
def test_no_page_can_be_framed_cached_or_scripted(site: Site, path: str) -> None:
    browser, _ = site.signed_in("ann")
    page = browser.get(path)
    policy = page.headers["content-security-policy"]
    for part in ("default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'"):
        assert part in policy
    assert "unsafe" not in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert page.headers["x-content-type-options"] == "nosniff"
    names = {name for name, _ in page.tags}
    assert names.isdisjoint({"script", "style", "iframe", "object", "base"})
    for _, given in page.tags:
        assert not any(name.startswith("on") or name == "style" for name in given)
        for name in ("href", "src", "action"):
            assert (given.get(name) or "/").startswith(("/", "data:,")), "nothing is loaded from elsewhere"


def test_the_style_sheet_is_ours_and_whole(site: Site) -> None:
    page = site.browser().get("/signin")
    link = next(given for name, given in page.tags if name == "link" and given["rel"] == "stylesheet")
    style = site.browser().get(link["href"] or "")
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    digest = base64.b64encode(hashlib.sha384(style.body.encode()).digest()).decode()
    assert link["integrity"] == f"sha384-{digest}"
    assert "url(" not in style.body
    assert "@import" not in style.body


def test_a_form_tells_what_its_fields_are(site: Site) -> None:
    """Every field that is shown has a label; the first one has the focus."""
    for name in ("nobody", "bob", "cat"):
        page = site.browser().get("/signin") if name == "nobody" else site.signed_in(name)[1]
        labels = {given["for"] for tag, given in page.tags if tag == "label"}
        shown = [
            given
            for tag, given in page.tags
            if tag in {"input", "select"} and given.get("type") != "hidden" and "hidden" not in given
        ]
        assert {given["id"] for given in shown} == labels
        assert ["autofocus" in given for given in shown] == [True, *[False] * (len(shown) - 1)]
        assert [tag for tag, _ in page.tags].count("h1") == 1
        assert page.tags[0] == ("html", {"lang": "en"})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://localhost:4566"}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "https://localhost:4566"}, 403),
        ({"origin": "http://localhost:4567"}, 403),
        ({"origin": "http://evil.example", "sec-fetch-site": "same-origin"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
    ],
)
def test_a_form_comes_from_a_page_of_this_server(site: Site, headers: dict[str, str], status: int) -> None:
    fields = {"account": site.account, "user": "ann", "password": PASSWORD}
    body, browser = urlencode(fields).encode(), site.browser()
    sent = browser.send("POST", "/signin", body, {"content-type": FORM, **headers})
    assert sent.status == {200: 303}.get(status, status)


@pytest.mark.parametrize("path", ["/signin/out", "/signin/code", "/signin/password"])
def test_a_form_of_a_sign_in_has_its_token(site: Site, path: str) -> None:
    name = {"/signin/code": "bob", "/signin/password": "cat"}.get(path, "ann")
    browser, page = site.signed_in(name)
    for token in ("", "x", "é"):
        refused = browser.submit(page, path, **{CSRF: token})
        assert (refused.status, "another sign-in" in refused.text) == (403, True)


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"user=a&user=b", FORM),
        (b"user=%zz", FORM),
        (b"user=%00", FORM),
        (b"user=\xff", FORM),
        (b'{"user": "a"}', "application/json"),
        (b"user=" + b"a" * (64 << 10), FORM),
    ],
)
def test_a_form_is_read_strictly(site: Site, body: bytes, media: str) -> None:
    browser = site.browser()
    sent = {"origin": browser.origin, "content-type": media}
    assert browser.send("POST", "/signin", body, sent).status == 400


def test_hardly_readable_fields_are_no_defects(site: Site) -> None:
    for value in ("", "\u202e", "a" * 20_000, "é" * 3000):
        page = site.browser().post("/signin", {"account": value, "user": value, "password": value})
        assert page.status in {403, 429}
    assert site.browser().post("/signin", {}).status in {403, 429}
    assert site.browser().post("/signin/link", {}).status == 403
    assert Browser(site.world, cookies={COOKIE: "é\0"}).get("/console").url.startswith("/signin")
    doubled = Browser(site.world, cookies={COOKIE: "a", f" {COOKIE}": "b"})
    assert doubled.get("/console").url.startswith("/signin")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:4566", 200),
        ("http://127.0.0.1:4566", 200),
        ("http://[::1]:4566", 200),
        ("https://10.0.0.1", 200),
        ("http://10.0.0.1", 403),
        ("http://evil.example", 400),
        ("https://evil.example", 400),
    ],
)
def test_only_by_a_name_of_this_server_and_never_in_the_clear(site: Site, origin: str, status: int) -> None:
    page = site.browser(origin=origin).get("/signin")
    assert page.status == status
    assert COOKIE not in str(page.headers)


@pytest.mark.parametrize(
    "asked",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/console\\..\\evil",
        "javascript:alert(1)",
        "/consoles",
        "/console\r\nset-cookie: a=b",
        "/signin/out",
        "/bucket/key.html",
        "",
        "/console?" + "a" * 5000,
        "/console/../bucket/key.html",
        "/console/%2E./bucket/key.html",
        "/v1/authorize/..",
        "/console/./x",
        "/console/..#x",
    ],
)
def test_nobody_is_sent_elsewhere(asked: str) -> None:
    assert destination(asked) == HOME


def test_a_sign_in_goes_on_to_a_page_of_ours(site: Site) -> None:
    fields = {"account": site.account, "user": "ann", "password": PASSWORD, "next": "//evil.example"}
    assert site.browser().post("/signin", fields).url == HOME
    assert site.events()[-1]["additionalEventData"]["LoginTo"] == "http://localhost:4566/console"


@pytest.mark.parametrize(
    "asked",
    ["/console", "/console/", "/console/roles/a..b?a=/../b", "/v1/authorize?code=%2F", "/console/..."],
)
def test_a_page_of_ours_is_a_destination(asked: str) -> None:
    assert destination(asked) == asked


def test_markup_in_what_was_typed_is_text(site: Site) -> None:
    page = site.browser().post("/signin", {"account": MARKUP, "user": MARKUP, "password": "x"})
    assert MARKUP not in page.body
    shown = [given.get("value") for tag, given in page.tags if tag == "input"]
    assert shown.count(MARKUP) == 2


def test_markup_in_a_stored_name_is_text(site: Site) -> None:
    """IAM's operations refuse such a name; an import or another version may have stored one."""
    with site.world.database.write(site.world.clock.now()) as tx:
        users.remove(tx, site.user("dan"))
        users.rename(tx, site.user("ann"), name=f"ann{MARKUP}", path="/")
    browser, page = site.signed_in(f"ann{MARKUP}")
    assert "Who you are" in page.text
    assert "<script" not in page.body
    assert browser


def test_text_is_escaped_by_construction() -> None:
    assert str(el("p", MARKUP)) == "<p>&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;</p>"
    assert str(el("a", el("strong", "a"), None, "b", href="/x?a=1&b=2", class_="c")) == (
        '<a href="/x?a=1&amp;b=2" class="c"><strong>a</strong>b</a>'
    )
    assert str(el("input", disabled=True, required=False, value=MARKUP)) == (
        '<input disabled value="&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;">'
    )
    assert join("a", Html("<b>")) == Html("a<b>")
    assert document("en", "\ud800").startswith(b"<!doctype html>\n<html lang=")
    for name in ("script", "style", "iframe"):
        with pytest.raises(ValueError, match="no element"):
            el(name)
    for address in ("javascript:alert(1)", " javascript:", "data:text/html,x", "evil.example"):
        with pytest.raises(ValueError, match="not an address"):
            el("a", "x", href=address)


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("GET", "/console/key", {"authorization": "AWS4-HMAC-SHA256 ..."}),
        ("GET", "/signin?X-Amz-Signature=abc", {}),
        ("GET", "/console?AWSAccessKeyId=a&Signature=b", {}),
        ("GET", "/consoles/key", {}),
        ("PUT", "/console/key", {}),
        ("POST", "/console", {"content-type": "multipart/form-data; boundary=a"}),
        ("GET", "/console", {"host": "s3.localhost:4566"}),
        ("GET", "/signin", {"host": f"{'a' * 32}.lambda-url.us-east-1.localhost"}),
    ],
)
def test_what_isnt_a_browsers_goes_to_a_service(method: str, target: str, headers: dict[str, str]) -> None:
    path, _, query = target.partition("?")
    given = {"host": "localhost", **headers}
    assert act_for(HttpRequest(method, path, query, tuple(given.items()))) is not act_for(
        HttpRequest("GET", "/console", headers=(("host", "localhost"),))
    )


def test_a_bucket_of_a_host_name_keeps_its_keys(site: Site) -> None:
    response = site.browser(origin="http://pages.s3.localhost:4566").send("GET", "/console", b"", {})
    assert b"<Code>" in response.body if isinstance(response.body, bytes) else False
    assert act_for(HttpRequest("GET", "/other")) is journey


def test_what_breaks_is_said_without_the_inside(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr("watchword.access.sign_ins.find", fail)
    page = site.browser().get("/console")
    assert (page.status, "Something broke" in page.text, "inside" in page.text) == (500, True, False)


def test_a_wrong_method_is_no_page(site: Site) -> None:
    assert site.browser().post("/console", {}).status == 404
    assert site.browser().get("/console/nothing").status == 404
    head = site.browser().send("HEAD", "/signin", b"", {})
    assert (head.status, head.body) == (200, b"")
