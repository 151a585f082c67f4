"""The console on a running server: the command that prints a link, and a sign-in over HTTP."""

import http.client
import re
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from tests.gateway.console.browser import Page
from tests.server.harness import FORM, client, credentials, serve, watchword
from tests.server.test_sessions import listed

PASSWORD = "Correct1horse!"


class Browser:
    """A browser, over HTTP."""

    def __init__(self, endpoint: str) -> None:
        self.origin = endpoint
        self._place = endpoint.partition("://")[2]
        self.cookie = ""

    def ask(self, method: str, path: str, **fields: str) -> tuple[int, str, str]:
        """Status, where to go, and the page."""
        headers = {"Origin": self.origin, "Content-Type": FORM} if method == "POST" else {}
        with closing(http.client.HTTPConnection(self._place, timeout=60)) as line:
            line.request(method, path, urlencode(fields) or None, {**headers, "Cookie": self.cookie})
            response = line.getresponse()
            page = response.read().decode()
        self.cookie = response.headers.get("Set-Cookie", self.cookie).partition(";")[0]
        return response.status, response.headers.get("Location", ""), page

    def fields(self, page: str, action: str) -> dict[str, str]:
        """Those of the form of a page that goes there."""
        return Page("", 200, {}, page).forms[action].fields


def test_an_operators_link_then_a_users_password(tmp_path: Path) -> None:
    with serve(tmp_path / "data") as server:
        line = Browser(server.endpoint)
        link = watchword("console", "--data", str(server.data)).stdout.strip()
        assert re.fullmatch(re.escape(server.endpoint) + r"/signin/link\?secret=[\w-]{43}", link)
        secret = link.partition("secret=")[2]
        assert line.ask("POST", "/signin/link", secret=secret)[:2] == (303, "/console")
        assert "assumed-role/WatchwordAdministrator/" in line.ask("GET", "/console")[2]
        administrator = credentials(server.data)
        iam = client("iam", server.endpoint, administrator)
        iam.create_user(UserName="ann")
        iam.create_login_profile(UserName="ann", Password=PASSWORD)
        given = {"account": administrator["AccountId"], "user": "ann", "password": PASSWORD}
        assert line.ask("POST", "/signin", **given)[:2] == (303, "/console")
        assert ":user/ann" in line.ask("GET", "/console")[2]
        mine = [each for each in listed(server) if each["Arn"].endswith(":user/ann")]
        assert len(mine) == 1
        iam.update_login_profile(UserName="ann", Password="Battery2staple!")
        assert line.ask("GET", "/console")[:2] == (303, "/signin")
        assert PASSWORD not in server.said
        assert secret not in server.said


def test_a_session_of_a_browser_is_ended_by_its_key(tmp_path: Path) -> None:
    with serve(tmp_path / "data") as server:
        data = ("--data", str(server.data))
        line = Browser(server.endpoint)
        secret = watchword("console", *data).stdout.strip().partition("secret=")[2]
        line.ask("POST", "/signin/link", secret=secret)
        (session,) = listed(server)
        watchword("session", "revoke", session["AccessKeyId"], *data)
        assert line.ask("GET", "/console")[:2] == (303, "/signin")


def test_an_account_that_isnt_there(tmp_path: Path) -> None:
    with serve(tmp_path / "data") as server:
        refused = watchword("console", "--account", "111111111111", "--data", str(server.data))
        assert "no such account: 111111111111" in refused.output
