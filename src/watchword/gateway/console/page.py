"""The frame that all pages share, and what a browser may do with them.

* No script runs on a `page`, and on one that is `scripted` only those that we built. Nothing is loaded from
  elsewhere, no other site can show a page in a frame (clickjacking), and a form goes only to this server
  (Content-Security-Policy). `sends_to` names an origin that a form of the page is redirected to as well:
  browsers apply form-action to redirects.
* No page is cached, and none tells another site where a person came from: addresses can hold secrets
  (Referrer-Policy). It is `same-origin`, since with `no-referrer` browsers send `Origin: null` with forms.
* No page of another site keeps a handle on ours (Cross-Origin-Opener-Policy).
* The style sheets are this package's. The digest of each stands in the page (Subresource Integrity).

Source: W3C, "Content Security Policy Level 3", "Subresource Integrity"; OWASP, "HTTP Security Response
Headers Cheat Sheet".
"""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from watchword.gateway.console.built import ASSETS, Built
from watchword.gateway.console.html import Child, Html, document, el, script
from watchword.names import HttpResponse

STYLE: Final = "/console/style.css"
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
_PAGES: Final = (
    "default-src 'none'; script-src {0}; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'; "
    "require-trusted-types-for 'script'; trusted-types default"
)
_HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
)


def page(
    title: str,
    *content: Child,
    top: Html | None = None,
    status: int = 200,
    sends_to: str = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> HttpResponse:
    """A page. top: what stands at its head beside the name of the product; headers: further ones."""
    text = document(
        "en",
        _head(title),
        el(
            "body",
            el("header", el("span", "Watchword", class_="product"), top),
            el("main", el("h1", title), *content),
        ),
    )
    return _answer(text, f"{_POLICY} {sends_to}".rstrip(), status, headers)


def scripted(
    origin: str, ready: Built, told: Html, top: Html | None = None, title: str = "Console"
) -> HttpResponse:
    """The page that the scripts of a build run in. origin: of this server, as the browser calls it.

    * Scripts come from ASSETS alone, so an object of S3, which has the same origin, is none.
    * No text becomes markup or a script in the browser (Trusted Types, with the one rule in start/markup.ts).
    * Styles are files. Scripts can set single properties, and no more.
    """
    files = ready.files
    text = document(
        "en",
        _head(
            title,
            _sheet(ASSETS + ready.style, files[ready.style]),
            *(
                el("link", rel="modulepreload", href=ASSETS + each, integrity=files[each])
                for each in ready.first
            ),
            script(ASSETS + ready.script, files[ready.script]),
        ),
        el("body", el("header", el("span", "Watchword", class_="product"), top), told),
    )
    # A source of a policy can't be named by an IPv6 address.
    return _answer(text, _PAGES.format("'self'" if "[" in origin else origin + ASSETS))


def redirect(to: str, *headers: tuple[str, str]) -> HttpResponse:
    """See other: the browser gets that address next."""
    always = (("location", to), ("content-length", "0"), ("cache-control", "no-store"))
    return HttpResponse(303, (*always, ("referrer-policy", "same-origin"), *headers))


def style() -> HttpResponse:
    """The style sheet."""
    headers = (
        ("content-type", "text/css; charset=utf-8"),
        ("content-length", str(len(_style()))),
        ("cache-control", "no-cache"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
    )
    return HttpResponse(200, headers, _style())


def notice(text: str, *more: Child, good: bool = False) -> Html:
    """Something to be read first: what went wrong, or well. Screen readers say it at once."""
    return el(
        "p", text, *more, class_="notice good" if good else "notice", role="status" if good else "alert"
    )


def field(label: str, name: str, *, hint: str = "", **attributes: str | bool) -> Html:
    """A labelled input."""
    described = {"aria_describedby": f"{name}-hint"} if hint else {}
    return el(
        "div",
        el("label", label, for_=name),
        el("input", id=name, name=name, **{"type": "text", "required": True, **attributes, **described}),
        el("p", hint, id=f"{name}-hint", class_="hint") if hint else None,
        class_="field",
    )


def form(action: str, button: str, *content: Child, hidden: dict[str, str]) -> Html:
    """A form with one button. hidden: fields that aren't shown."""
    kept = (el("input", type="hidden", name=name, value=value) for name, value in hidden.items())
    return el("form", *kept, *content, el("button", button, type="submit"), method="post", action=action)


def _head(title: str, *more: Html) -> Html:
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{title} · Watchword"),
        el("link", rel="icon", href="data:,"),
        _sheet(STYLE, _integrity()),
        *more,
    )


def _sheet(address: str, integrity: str) -> Html:
    return el("link", rel="stylesheet", href=address, integrity=integrity)


def _answer(
    text: bytes, policy: str, status: int = 200, headers: tuple[tuple[str, str], ...] = ()
) -> HttpResponse:
    length = ("content-length", str(len(text)))
    return HttpResponse(status, (*_HEADERS, ("content-security-policy", policy), length, *headers), text)


@cache
def _style() -> bytes:
    return files(__package__).joinpath("style.css").read_bytes()


@cache
def _integrity() -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(_style()).digest()).decode()}"
