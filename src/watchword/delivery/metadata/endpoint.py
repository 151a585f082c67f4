"""Answers requests for instance metadata.

The order of checks:
1. It came to us by a name of ours (`link`), and through no proxy: X-Forwarded-For in any form is refused, for
   tokens and for metadata. 403
2. With a hop limit of 1 it comes from this host. On EC2, containers are one hop further away than the
   instance; here they are not, so the limit says it. 403
3. The endpoint is enabled. 403
4. PUT /latest/api/token, and no other version of that path (403), with one TTL from 1 to 21600 seconds (400),
   is answered with a token. Any other method there is 405. The packets of that connection go no further than
   the hop limit from then on.
5. GET or HEAD. 405
6. A token, where one is sent, holds; where tokens are required, one is sent. 401
7. The path is there, without a query. 404

No credentials are no error to HTTP: the document says why (200), as on EC2. Nothing is redirected, nothing
may be cached. Source: Amazon EC2 User Guide, "Use the Instance Metadata Service to access instance metadata",
"Retrieve security credentials from instance metadata".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from watchword.delivery.link import Link
from watchword.delivery.metadata.identity_document import Signatures, signed
from watchword.delivery.metadata.instance import Access, Instance, Tokens
from watchword.delivery.metadata.session_tokens import LONGEST, SessionTokens
from watchword.delivery.metadata.tree import Made, Tree, written
from watchword.delivery.supply import NotIssued, Refused, Supply
from watchword.names import HttpRequest, HttpResponse
from watchword.names.moment import iso

WELL_KNOWN = ("169.254.169.254", "[fd00:ec2::254]")
TOKEN_PATH = "/latest/api/token"  # noqa: S105 a path
_OTHER_PATH = re.compile(r"/[^/]+/api/token")
TOKEN = "x-aws-ec2-metadata-token"  # noqa: S105 a header
TTL = "x-aws-ec2-metadata-token-ttl-seconds"
_SECONDS = re.compile(r"[0-9]{1,5}", re.ASCII)
_NO_STORE = ("cache-control", "no-store")


@dataclass(frozen=True)
class Told:
    """What the metadata says at present; a change of the file replaces it."""

    instance: Instance
    tree: Tree
    supply: Supply | None

    @cached_property
    def signatures(self) -> Signatures:
        """Raises NotIssued."""
        return signed(self.tree.document, self.instance.identity_key, self.instance.identity_certificate)


class Metadata:
    """Instance metadata. For any thread."""

    def __init__(
        self, told: Callable[[], Told | None], tokens: SessionTokens, now: Callable[[], datetime]
    ) -> None:
        self._told, self._tokens, self._now = told, tokens, now

    def respond(self, request: HttpRequest, link: Link, *, wait: bool) -> HttpResponse | None:
        """The answer; None if the server must be asked first, and it may not wait."""
        told = self._told()
        if told is None:
            return _text(404, "There is no instance.")
        if refused := _unfit(request, link, told.instance):  # 1 2 3
            return refused
        if request.path == TOKEN_PATH or (request.method == "PUT" and _OTHER_PATH.fullmatch(request.path)):
            return self._token(request, link, told.instance)  # 4
        if refused := self._unproved(request, told.instance):  # 5 6
            return refused
        found = None if request.query else told.tree.find(request.path)
        if found is None:  # 7
            return _text(404, "There is nothing at this path.")
        return _text(200, found) if isinstance(found, str) else self._made(found, told, wait=wait)

    def _token(self, request: HttpRequest, link: Link, instance: Instance) -> HttpResponse:
        if request.method != "PUT":
            return _text(405, "Tokens are made with PUT.", ("allow", "PUT"))
        if request.path != TOKEN_PATH:
            return _text(403, f"Tokens are at {TOKEN_PATH}.")
        ttl = request.joined(TTL)
        if not _SECONDS.fullmatch(ttl) or not 1 <= int(ttl) <= LONGEST:
            return _text(400, f"{TTL} must be one number from 1 to {LONGEST}.")
        link.limit_hops(instance.http_put_response_hop_limit)
        return _text(200, self._tokens.issue(instance.id, int(ttl)), (TTL, ttl))

    def _unproved(self, request: HttpRequest, instance: Instance) -> HttpResponse | None:
        if request.method not in {"GET", "HEAD"}:  # 5
            return _text(405, "Metadata is read with GET.", ("allow", "GET, HEAD"))
        if request.header(TOKEN) is None:  # 6
            required = instance.http_tokens is Tokens.REQUIRED
            return _text(401, f"A token in {TOKEN} is required.") if required else None
        holds = self._tokens.holds(instance.id, request.joined(TOKEN))
        return None if holds else _text(401, "The token isn't one of this instance, or has ended.")

    def _made(self, made: Made, told: Told, *, wait: bool) -> HttpResponse | None:
        if made in {Made.CREDENTIALS, Made.CREDENTIALS_AND_ACCOUNT}:
            account = told.instance.account_id if made is Made.CREDENTIALS_AND_ACCOUNT else ""
            return self._credentials(told, account, wait=wait)
        if not wait and "signatures" not in vars(told):
            return None
        try:
            both = told.signatures
        except NotIssued as failed:
            return _text(500, str(failed))
        return _text(200, both.pkcs7 if made is Made.PKCS7 else both.signature)

    def _credentials(self, told: Told, account: str, *, wait: bool) -> HttpResponse | None:
        assert told.supply, "a role has a supply"
        issued = told.supply.at_once()
        if issued is None and not wait:
            return None
        try:
            issued = issued or told.supply.get()
        except NotIssued as failed:
            code = "AssumeRoleUnauthorizedAccess" if isinstance(failed, Refused) else "Failed"
            return _document({"Code": code, "Message": str(failed), "LastUpdated": iso(self._now())})
        return _document(
            {
                "Code": "Success",
                "LastUpdated": iso(self._now()),
                "Type": "AWS-HMAC",
                "AccessKeyId": issued.access_key_id,
                "SecretAccessKey": issued.secret,
                "Token": issued.token,
                "Expiration": iso(issued.expires),
                **({"AccountId": account} if account else {}),
            }
        )


def _unfit(request: HttpRequest, link: Link, instance: Instance) -> HttpResponse | None:
    if not link.is_direct(request):  # 1
        return _text(403, "The request came by another name or through a proxy.")
    if instance.http_put_response_hop_limit == 1 and not link.near:  # 2
        return _text(403, "The request came from further away than the hop limit.")
    if instance.http_endpoint is Access.DISABLED:  # 3
        return _text(403, "The endpoint is disabled.")
    return None


def _text(status: int, said: str, *more: tuple[str, str], kind: str = "text/plain") -> HttpResponse:
    body = said.encode()
    return HttpResponse(
        status, (("content-type", kind), _NO_STORE, *more, ("content-length", str(len(body)))), body
    )


def _document(members: dict[str, str]) -> HttpResponse:
    return _text(200, written(members))
