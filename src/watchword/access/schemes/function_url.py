"""A request to a function's URL, made into the Invoke that it stands for.

Everything above sees one way to run a function and one decision on it. In this order:

1. the host names the URL, so all of path, query and headers is the function's: none of them is read here, but
   for a signature. What Invoke would read in its own headers isn't taken over;
2. a URL that isn't there is refused like a caller who may not call;
3. with AWS_IAM, the request must be signed, for Lambda and the URL's region;
4. with NONE, anybody calls, whatever else is in the request: `authorization` is the function's too. The
   function's policy decides on everybody;
5. the answer of the function becomes the response. Its request id is this server's.

Source: AWS Lambda Developer Guide, "Control access to Lambda function URLs", "Invoking Lambda function URLs".
"""

from dataclasses import dataclass, field

import msgspec
from msgspec import structs

from watchword.access.caller import NOBODY, ByUrl, Caller, Proven
from watchword.access.schemes import signature
from watchword.access.schemes.signature import Signature
from watchword.facts.functions import FUNCTION_URL, UrlFact
from watchword.functions import cors, url_payload
from watchword.functions.cors import Cors
from watchword.installation.settings import Settings
from watchword.names import AwsError, Body, HttpRequest, HttpResponse, fault
from watchword.sigv4.replay import Trace
from watchword.wire import Operation
from watchword.wire.addressing import function_url
from watchword.world import World

AWS_IAM, NONE = "AWS_IAM", "NONE"
MAX_BODY = 6 << 20
_FAILED = "x-amz-function-error"
_REQUEST_ID = "x-amzn-requestid"
_PLACEHOLDER = "url"
_NO_URL = "There is no function URL of this name."


@dataclass(slots=True)
class FunctionUrl:
    """A request to a URL; which function that is, is known once it is proved."""

    sent: HttpRequest
    url_id: str
    region: str
    signed: Signature | AwsError | None
    """What it would prove, or why that can't be read. With NONE, neither says anything."""
    service: str | None = "lambda"
    found: UrlFact | None = field(default=None, init=False)

    @property
    def request(self) -> HttpRequest:
        return self._invoke(_PLACEHOLDER)

    @property
    def access_key_id(self) -> str:
        return self.signed.access_key_id if isinstance(self.signed, Signature) else ""

    @property
    def version(self) -> str:
        return self.signed.version if isinstance(self.signed, Signature) else ""

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:  # noqa: ARG002 the face
        found = self._find(world)
        if found.url.auth_type == NONE:
            caller, sent = NOBODY, self.sent
        else:
            proven = self._signature().prove(world, operation, anonymous=False)
            caller, sent = proven.caller, proven.request
        return self._proven(found, caller, sent)

    def admit(self, world: World, operation: Operation) -> Proven:
        unknown, announced = self.sent.header("transfer-encoding"), self.sent.header("content-length")
        if unknown or int(announced or 0) > MAX_BODY:
            raise fault("RequestTooLarge", f"The request body exceeds {MAX_BODY} bytes.")
        found = self._find(world)
        caller = NOBODY if found.url.auth_type == NONE else self._signature().admit(world, operation).caller
        return self._proven(found, caller, self.sent)

    def trace(self, service: str) -> Trace | None:
        open_to_all = self.found is None or self.found.url.auth_type == NONE
        return None if open_to_all else self._signature().trace(service)

    def answer(self, response: HttpResponse) -> HttpResponse:
        """Rule 5."""
        is_head, body = self.sent.method == "HEAD", response.body
        assert isinstance(body, bytes), "an answer of a function is in memory"
        failed = any(name == _FAILED for name, _ in response.headers)
        answer = url_payload.failed() if failed else url_payload.answer(body, head=is_head)
        kept = tuple(each for each in response.headers if each[0] == _REQUEST_ID)
        given = tuple(each for each in answer.headers if each[0] != _REQUEST_ID)
        shared = cors_of(self.found) if self.found else None
        if shared:
            given = tuple(each for each in given if not each[0].startswith(cors.PREFIX))
            kept += shared.after(self.sent)
        return structs.replace(answer, headers=(*given, *kept))

    def _find(self, world: World) -> UrlFact:
        """Rule 2."""
        self.found = world.facts.get(FUNCTION_URL, self.url_id)
        if self.found is None or self.found.function.region != self.region:
            raise AwsError("AccessDeniedException", 403, _NO_URL)
        return self.found

    def _signature(self) -> Signature:
        """Rule 3."""
        if self.signed is None:
            raise fault("MissingAuthenticationToken")
        if isinstance(self.signed, AwsError):
            raise self.signed
        if self.region not in (self.signed.claim.region_set or (self.signed.claim.scope.region,)):
            raise fault("ScopeMismatch", f"Credential should be scoped to the region '{self.region}'.")
        return self.signed

    def _proven(self, found: UrlFact, caller: Caller, sent: HttpRequest) -> Proven:
        function, url = found.function, found.url
        name = f"{function.account}:function:{function.name}"
        invoke = self._invoke(name, f"Qualifier={url.qualifier}" if url.qualifier else "")
        return Proven(structs.replace(caller, by_url=ByUrl(found, sent)), invoke)

    def _invoke(self, name: str, query: str = "") -> HttpRequest:
        """Rule 1."""
        agent = self.sent.header("user-agent")
        return structs.replace(
            self.sent,
            method="POST",
            path=f"/2015-03-31/functions/{name}/invocations",
            query=query,
            headers=(("user-agent", agent),) if agent else (),
            body=Body(),
        )


def read(settings: Settings, request: HttpRequest) -> FunctionUrl | None:
    """Raises nothing: what is wrong with a signature matters only where one is needed."""
    named = function_url(request.header("host") or "", settings.hosts)
    if named is None:
        return None
    try:
        signed: Signature | AwsError | None = signature.read(settings, request)
    except AwsError as unreadable:
        signed = unreadable
    return FunctionUrl(request, *named, signed)


def cors_of(found: UrlFact) -> Cors | None:
    """What is set for browsers."""
    return msgspec.json.decode(found.url.cors, type=Cors) if found.url.cors else None
