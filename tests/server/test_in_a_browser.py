"""Signing in with a real browser, by the keyboard: what browsers make of our pages, cookies and policies."""

import base64
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.gateway.console.login import Client
from tests.server.chromium import ENTER, MISSING, TAB, Chromium, NotNowError, chromium
from tests.server.harness import Running, client, credentials, serve, watchword

from watchword.proofs.mfa import code_of, step_of

pytestmark = [pytest.mark.skipif(bool(MISSING), reason=MISSING), pytest.mark.slow]
PASSWORD = "Correct1horse!"
PATIENCE = 120
BEHIND = 4
"""Steps by which Bob's device is said to be behind, so that no code has to be waited for."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with the user bob, who has a password and a device, and may do everything."""
    with serve(tmp_path_factory.mktemp("browser") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def seed(server: Running) -> bytes:
    iam: Any = client("iam", server.endpoint, credentials(server.data))
    iam.create_account_alias(AccountAlias="example-corp")
    iam.create_user(UserName="bob")
    iam.create_login_profile(UserName="bob", Password=PASSWORD)
    iam.attach_user_policy(UserName="bob", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    found = base64.b32decode(device["Base32StringSeed"])
    first = step_of(datetime.now(UTC)) - BEHIND
    codes = {f"AuthenticationCode{number}": code_of(found, first + number - 1) for number in (1, 2)}
    iam.enable_mfa_device(UserName="bob", SerialNumber=device["SerialNumber"], **codes)
    return found


@pytest.fixture(scope="module")
def window() -> Iterator[Chromium]:
    with chromium() as found:
        yield found


def eventually(holds: Callable[[], bool], window: Chromium) -> bool:
    """Browsers load and paint when they come to it."""
    end = time.monotonic() + PATIENCE
    while True:
        with suppress(NotNowError):
            if holds():
                return True
            assert time.monotonic() < end, window.text
        time.sleep(0.1)


def shows(window: Chromium, words: str) -> bool:
    """Whether the window comes to show these words."""
    return eventually(lambda: words in window.text, window)


def type_into(window: Chromium, focused: str, *texts: str) -> None:
    """Types once the element of that id has the focus, which it gets by itself."""
    eventually(lambda: window.run("return document.activeElement.id") == focused, window)
    window.type(*texts)


def press_by_keyboard(window: Chromium) -> None:
    """Goes to the first button of the page with the tab key, and presses it."""

    def on_a_button() -> bool:
        window.type(TAB)
        return bool(window.run("return document.activeElement.tagName") == "BUTTON")

    eventually(on_a_button, window)
    window.type(ENTER)


def come_in(server: Running, window: Chromium) -> None:
    """By the operator's link."""
    window.complaints()
    window.open(watchword("console", "--data", str(server.data)).stdout.strip())
    press_by_keyboard(window)
    assert shows(window, "assumed-role/WatchwordAdministrator/")


def test_by_link_then_by_password_and_code(server: Running, seed: bytes, window: Chromium) -> None:
    come_in(server, window)
    (cookie,) = window.cookies
    assert cookie["name"] == "__Host-watchword"
    assert cookie["secure"]
    assert cookie["httpOnly"]
    assert window.run("return document.cookie") == ""
    window.press("Sign out")
    assert shows(window, "You are signed out.")
    assert window.run("return getComputedStyle(document.querySelector('main')).maxWidth") == "672px"
    assert window.cookies == []
    type_into(window, "account", "example-corp", TAB, "bob", TAB, "Wrong1horse!", ENTER)
    assert shows(window, "is wrong.")
    type_into(window, "password", PASSWORD, ENTER)
    assert shows(window, "Six digits")
    type_into(window, "code", code_of(seed, step_of(datetime.now(UTC)) - BEHIND + 2), ENTER)
    assert shows(window, "user/bob")
    refused = [each for each in window.complaints() if "403" not in each]
    assert refused == [], "the browser complains of nothing but the wrong password"


def test_a_terminal_gets_its_code(server: Running, window: Chromium) -> None:
    come_in(server, window)
    got: list[str] = []

    class Callback(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"You may close this page.")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Callback) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        login = Client(redirect_uri=f"http://127.0.0.1:{listener.server_port}/oauth/callback")
        window.open(server.endpoint + login.address())
        assert shows(window, "Sign in to the command line")
        window.press("Yes, let it")
        assert shows(window, "You may close this page.")
        listener.shutdown()
    assert urlsplit(got[0]).path == "/oauth/callback"
    assert "code=" in got[0]
    assert [each for each in window.complaints() if "favicon" not in each] == []


def test_a_page_of_another_origin_gets_nothing(server: Running, window: Chromium) -> None:
    """127.0.0.1 and localhost are two sites. The object is of the console's origin, and in a sandbox."""
    keys = credentials(server.data)
    s3: Any = client("s3", server.endpoint, keys)
    s3.create_bucket(Bucket="pages")
    page = b"<p id=a>shown</p><script>document.getElementById('a').textContent = 'ran'</script>"
    s3.put_object(Bucket="pages", Key="a.html", Body=page, ContentType="text/html")
    window.open(s3.generate_presigned_url("get_object", Params={"Bucket": "pages", "Key": "a.html"}))
    assert shows(window, "shown")
    other = server.endpoint.replace("127.0.0.1", "localhost")
    window.open(f"{other}/signin")
    script = f"const f = document.createElement('iframe'); f.src = '{server.endpoint}/console'; "
    window.run(f"{script} document.body.append(f)")
    asked = f"fetch('{server.endpoint}/console', {{credentials: 'include'}})"
    found = window.run(f"return {asked}.then(() => 'read', () => 'refused')")
    assert found == "refused"
