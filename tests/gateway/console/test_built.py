"""The page that scripts run in, the files of a build, and the credentials that its pages ask for."""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.console.browser import FORM, Browser, Page
from tests.gateway.console.conftest import Site
from tests.gateway.console.test_federation import log_in, token
from tests.gateway.console.test_link import link
from tests.gateway.console.test_sign_in import set_password
from tests.gateway.console.test_switch_role import may_become, switch

from watchword.gateway.console import built, credentials
from watchword.gateway.console.browser import CSRF, posted
from watchword.gateway.journey import journey
from watchword.names import HttpRequest, HttpResponse
from watchword.names.principal import RoleSession
from watchword.sigv4 import Credentials, sign

FILES = {"main-A.js": b"start()", "main-A.css": b"p{}", "chunk-B.js": b"part()", "page-C.js": b"page()"}
MARKUP = "<script>alert(1)</script>\"'&"


def digest(data: bytes) -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(data).digest()).decode()}"


@pytest.fixture
def build(_nothing_built: None) -> Path:
    """What npm would have made."""
    folder = built.FOLDER
    folder.mkdir()
    for name, data in FILES.items():
        folder.joinpath(f"{name}.br").write_bytes(b"br:" + data)
        folder.joinpath(f"{name}.gz").write_bytes(gzip.compress(data))
    manifest = {
        "name": "first",
        "script": "main-A.js",
        "style": "main-A.css",
        "first": ["chunk-B.js"],
        "pages": {"home/page": ["page-C.js"]},
        "files": {name: digest(data) for name, data in FILES.items()},
    }
    folder.joinpath("manifest.json").write_text(json.dumps(manifest))
    return folder


def told(page: Page) -> dict[str, str | None]:
    """What the page tells its scripts."""
    return next(given for name, given in page.tags if given.get("id") == "console")


def ask(browser: Browser, token: str, **headers: str) -> tuple[int, dict[str, str]]:
    """What the scripts get when they ask for credentials."""
    sent = {"origin": browser.origin, "content-type": FORM, **headers}
    response = browser.send("POST", "/console/credentials", f"{CSRF}={token}".encode(), sent)
    assert isinstance(response.body, bytes)
    said: dict[str, str] = json.loads(response.body)
    return response.status, said


def keys(browser: Browser) -> dict[str, str]:
    status, given = ask(browser, told(browser.get("/console"))["data-token"] or "")
    assert status == 200
    return given


def call(site: Site, given: dict[str, str]) -> tuple[int, str]:
    """Who one is with these credentials, as the SDK in a browser asks."""
    sent = (
        ("host", "localhost:4566"),
        ("origin", "http://localhost:4566"),
        ("content-type", FORM),
    )
    request = HttpRequest("GET", "/", "Action=GetCallerIdentity&Version=2011-06-15", sent, peer="127.0.0.1")
    who = Credentials(given["accessKeyId"], given["secretAccessKey"], given["sessionToken"])
    signed = sign(request, who, service="sts", region="us-east-1", now=site.world.clock.wall())
    response = journey(site.world, signed)
    assert isinstance(response.body, bytes)
    return response.status, response.body.decode()


@pytest.mark.usefixtures("build")
@pytest.mark.parametrize("path", ["/console", "/console/iam/roles/%2Fa", "/console/?x=1"])
def test_every_page_is_one_page_in_which_scripts_of_the_build_run(site: Site, path: str) -> None:
    browser, _ = site.signed_in("ann")
    page = browser.get(path)
    assert page.status == 200
    scripts = [given for name, given in page.tags if name == "script"]
    assert scripts == [
        {"type": "module", "src": "/console/assets/main-A.js", "integrity": digest(FILES["main-A.js"])}
    ]
    links = {given["href"]: given.get("integrity") for name, given in page.tags if name == "link"}
    assert links["/console/assets/main-A.css"] == digest(FILES["main-A.css"])
    assert links["/console/assets/chunk-B.js"] == digest(FILES["chunk-B.js"])
    assert json.loads(told(page)["data-pages"] or "") == {
        "home/page": {"/console/assets/page-C.js": digest(FILES["page-C.js"])}
    }
    assert told(page)["data-arn"] == f"arn:aws:iam::{site.account}:user/ann"
    assert "Sign out" in page.text


@pytest.mark.usefixtures("build")
@pytest.mark.parametrize(
    ("origin", "source"),
    [
        ("http://localhost:4566", "http://localhost:4566/console/assets/"),
        ("https://10.0.0.1", "https://10.0.0.1/console/assets/"),
        ("http://[::1]:4566", "'self'"),
    ],
)
def test_scripts_come_from_the_build_alone(site: Site, origin: str, source: str) -> None:
    """An object of S3 has the same origin, and is no script of the page."""
    browser = site.browser(origin=origin)
    site.sign_in(browser, "ann")
    page = browser.get("/console")
    policy = dict(part.partition(" ")[::2] for part in page.headers["content-security-policy"].split("; "))
    assert policy.pop("script-src") == source
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "default",
    }
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["x-content-type-options"] == "nosniff"


def test_where_nothing_was_built_the_page_says_how(site: Site) -> None:
    browser, page = site.signed_in("ann")
    assert "make console" in page.text
    assert f"user/{'ann'}" in page.text
    assert browser.get("/console/iam/roles").status == 404
    assert browser.get("/console/assets/main-A.js").status == 404


@pytest.mark.usefixtures("build")
def test_a_page_is_for_those_who_are_signed_in(site: Site) -> None:
    page = site.browser().get("/console/iam/roles?filter=a")
    assert page.url == "/signin?next=%2Fconsole%2Fiam%2Froles%3Ffilter%3Da"


def file(site: Site, name: str, accepted: str, method: str = "GET") -> HttpResponse:
    return site.browser().send(method, f"/console/assets/{name}", b"", {"accept-encoding": accepted})


@pytest.mark.usefixtures("build")
@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("", None), ("identity", None)],
)
def test_files_are_packed_and_kept_for_good(site: Site, accepted: str, encoding: str | None) -> None:
    answer = file(site, "main-A.js", accepted)
    headers = dict(answer.headers)
    assert headers.get("content-encoding") == encoding
    assert isinstance(answer.body, bytes)
    unpack = {"br": lambda packed: packed.removeprefix(b"br:"), "gzip": gzip.decompress}
    assert unpack.get(encoding or "", bytes)(answer.body) == FILES["main-A.js"]
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["vary"] == "accept-encoding"
    assert headers["x-content-type-options"] == "nosniff"
    assert dict(file(site, "main-A.css", "br").headers)["content-type"] == "text/css; charset=utf-8"
    assert file(site, "main-A.js", "br", "HEAD").body == b""


@pytest.mark.usefixtures("build")
@pytest.mark.parametrize(
    "name",
    ["manifest.json", "main-A.js.br", "../style.css", "..%2fstyle.css", "", "main-A.js/", "/etc/passwd", "é"],
)
def test_nothing_else_is_handed_out(site: Site, name: str) -> None:
    assert file(site, name, "br").status in {303, 404}


@pytest.mark.usefixtures("build")
def test_credentials_are_those_of_who_is_signed_in(site: Site) -> None:
    browser, page = site.signed_in("ann")
    assert "ASIA" not in page.body, "no key stands in a page"
    given = keys(browser)
    assert given["build"] == "first"
    assert given["seconds"] == "900"
    status, body = call(site, given)
    assert (status, f"arn:aws:iam::{site.account}:user/ann" in body) == (200, True)
    (event,) = site.events("GetConsoleCredentials")
    assert event["userIdentity"]["userName"] == "ann"
    assert event["responseElements"]["credentials"]["accessKeyId"] == given["accessKeyId"]
    assert given["secretAccessKey"] not in str(event)
    site.world.clock.advance(899)
    assert call(site, given)[0] == 200
    site.world.clock.advance(1)
    assert call(site, given)[0] == 403
    assert call(site, keys(browser))[0] == 200, "others are asked for"


@pytest.mark.usefixtures("build")
def test_they_end_with_the_sign_in(site: Site) -> None:
    browser, _ = site.signed_in("ann")
    site.world.clock.advance(12 * 3600 - 60)
    assert keys(browser)["seconds"] == "60"


@pytest.mark.usefixtures("build")
def test_signing_out_ends_what_was_handed_out(site: Site) -> None:
    other, _ = site.signed_in("ann")
    browser, page = site.signed_in("ann")
    token = told(browser.get("/console"))["data-token"] or ""
    first, second = keys(browser), keys(browser)
    assert first["accessKeyId"] == second["accessKeyId"]
    assert first["secretAccessKey"] != second["secretAccessKey"]
    elsewhere = keys(other)
    browser.submit(browser.get("/console"), "/signin/out")
    assert [call(site, each)[0] for each in (first, second, elsewhere)] == [403, 403, 200]
    assert ask(browser, token)[0] == 401
    assert page.status == 200


@pytest.mark.usefixtures("build")
def test_signing_out_ends_what_is_handed_out_at_the_same_time(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page asks, and its sign-in is found; a sign-out that began before ends it; the page is answered."""
    browser, _ = site.signed_in("ann")
    page = browser.get("/console")
    token = told(page)["data-token"] or ""

    def overtaken(*given: Any, **more: Any) -> Any:
        site.world.clock.advance(-1)
        browser.submit(page, "/signin/out")
        site.world.clock.advance(1)
        return posted(*given, **more)

    monkeypatch.setattr(credentials, "posted", overtaken)
    status, given = ask(browser, token)
    assert status == 401 or call(site, given)[0] == 403


@pytest.mark.usefixtures("build")
@pytest.mark.parametrize("how", ["password", "link", "federation"])
def test_signing_in_anew_ends_what_was_handed_out_before(site: Site, how: str) -> None:
    browser, _ = site.signed_in("ann")
    given = keys(browser)
    match how:
        case "password":
            site.sign_in(browser, "ann")
        case "link":
            browser.submit(browser.get(link(site)), "/signin/link")
        case _:
            log_in(browser, token(site))
    assert call(site, given)[0] == 403
    assert call(site, keys(browser))[0] == 200


@pytest.mark.usefixtures("build", "roles")
def test_switching_the_role_and_back_ends_what_was_handed_out_before(site: Site) -> None:
    browser, _ = site.signed_in("ann")
    own = keys(browser)
    switch(browser)
    in_role = keys(browser)
    assert [call(site, each)[0] for each in (own, in_role)] == [403, 200]
    assert "assumed-role/role-1" in call(site, in_role)[1]
    browser.submit(browser.get("/console"), "/console/exit-role")
    back = keys(browser)
    assert [call(site, each)[0] for each in (own, in_role, back)] == [403, 403, 200]


@pytest.fixture
def roles(site: Site) -> None:
    """A role that ann may assume."""
    may_become(site, "1")


@pytest.mark.usefixtures("build")
def test_they_are_of_the_sign_in_where_that_ends_before_its_session(site: Site) -> None:
    browser = site.browser()
    log_in(browser, token(site, SessionDuration="900"))
    site.world.clock.advance(840)
    assert keys(browser)["seconds"] == "60"


@pytest.mark.usefixtures("build")
def test_who_isnt_signed_in_any_more_is_told_so(site: Site) -> None:
    browser, _ = site.signed_in("ann")
    token = told(browser.get("/console"))["data-token"] or ""
    site.world.clock.advance(1)
    set_password(site)
    assert ask(browser, token) == (
        401,
        {"code": "SignedOut", "message": "Your sign-in has ended."},
    )


@pytest.mark.usefixtures("build")
def test_a_tab_of_somebody_else_gets_nothing(site: Site) -> None:
    browser, _ = site.signed_in("ann")
    token = told(browser.get("/console"))["data-token"] or ""
    site.sign_in(browser, "ann")
    status, said = ask(browser, token)
    assert (status, "another sign-in" in said["message"]) == (403, True)


@pytest.mark.usefixtures("build")
@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"origin": "null"}, {"content-type": "text/plain"}]
)
def test_another_site_gets_nothing(site: Site, headers: dict[str, str]) -> None:
    browser, _ = site.signed_in("ann")
    token = told(browser.get("/console"))["data-token"] or ""
    status, said = ask(browser, token, **headers)
    assert status in {400, 403}
    assert "accessKeyId" not in said
    assert browser.get("/console/credentials").status == 200, "a page of the console, which knows no such one"


@pytest.mark.usefixtures("build")
def test_markup_in_what_the_page_tells_is_text(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, _ = site.signed_in("ann")
    named = RoleSession(site.account, "r", "AROA", MARKUP, "/")
    monkeypatch.setattr(type(site.user("ann").principal), "arn", property(lambda _: named.arn))
    page = browser.get("/console")
    assert len(re.findall("<script", page.body)) == 1
    assert (told(page)["data-arn"] or "").endswith(MARKUP)
