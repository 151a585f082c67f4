"""A browser of its own: it keeps cookies, fills in the forms that a page has, follows redirects.

It obeys what pages tell a browser, so far as tests need it: `__Host-` cookies, and the Origin of forms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

from watchword.gateway.doors import act_for
from watchword.names import Body, HttpRequest, HttpResponse
from watchword.world import World

FORM = "application/x-www-form-urlencoded"


@dataclass
class Form:
    action: str
    fields: dict[str, str]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag == "form":
            assert given["method"] == "post"
            self.forms.append(Form(given["action"] or "", {}))
        if tag in {"input", "select", "button"} and given.get("name"):
            self.forms[-1].fields[given["name"] or ""] = given.get("value") or ""
        if tag == "option" and not self.forms[-1].fields.get("device"):
            self.forms[-1].fields["device"] = given["value"] or ""

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@dataclass
class Page:
    """What a browser has got, after redirects."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def _parsed(self) -> _Parser:
        parser = _Parser()
        parser.feed(self.body)
        return parser

    @property
    def forms(self) -> dict[str, Form]:
        """By where they go."""
        return {each.action: each for each in self._parsed.forms}

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._parsed.text).split())

    @property
    def tags(self) -> list[tuple[str, dict[str, str | None]]]:
        return self._parsed.tags


@dataclass
class Browser:
    """One browser of one person, at an address of the server."""

    world: World
    origin: str = "http://localhost:4566"
    peer: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, url: str, **headers: str) -> Page:
        return self._follow("GET", url, b"", headers)

    def submit(self, page: Page, action: str, *, origin: str | None = "", **given: str) -> Page:
        """Fills in the page's form that goes there, and sends it. origin: another one, or None for none."""
        return self.post(action, {**page.forms[action].fields, **given}, origin=origin)

    def post(self, url: str, fields: Mapping[str, str], *, origin: str | None = "", **headers: str) -> Page:
        sent = {} if origin is None else {"origin": origin or self.origin}
        body = urlencode(fields, quote_via=quote).encode()
        return self._follow("POST", url, body, {"content-type": FORM, **sent, **headers})

    def send(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> HttpResponse:
        """One request, its cookies kept."""
        path, _, query = url.partition("?")
        sent = {"host": self.origin.partition("://")[2], **headers}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        secure = self.origin.startswith("https")
        request = HttpRequest(
            method, path, query, tuple(sent.items()), Body(body), self.peer, secure, "1.3" if secure else ""
        )
        response = act_for(request)(self.world, request)
        for name, value in response.headers:
            if name == "set-cookie":
                self._keep(value)
        return response

    def _follow(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Page:
        for _ in range(5):
            response = self.send(method, url, body, headers)
            if response.status != 303:
                break
            method, url, body, headers = "GET", dict(response.headers)["location"], b"", {}
            if not url.startswith("/"):
                break
        assert isinstance(response.body, bytes)
        return Page(url, response.status, dict(response.headers), response.body.decode())

    def _keep(self, cookie: str) -> None:
        pair, *attributes = cookie.split("; ")
        name, _, value = pair.partition("=")
        if name.startswith("__Host-"):
            assert {"Path=/", "Secure"} <= set(attributes)
        assert {"HttpOnly", "SameSite=Lax"} <= set(attributes)
        if "Max-Age=0" in attributes:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value
