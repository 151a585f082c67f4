"""An error as a document of its protocol.

Rules:
1. a fault (`names.fault`) takes code, status and, unless it says something itself, its sentence from
   `faults`; any other error brings its own;
2. an error of the service's model takes code and status from there, and its fields become the members of
   the modelled shape, in their types; fields that no model asks for are shown only by S3, and by IAM and
   STS the texts that were to be signed, in their sentence;
3. a HEAD answer has no body; S3's clients then read the status alone.

Source: Smithy 2.0, AWS protocols, "Operation error serialization"; IAM User Guide, "Making query
requests" and "Troubleshoot Signature Version 4 signing for AWS API requests"; Amazon S3 API Reference,
"Error responses".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from watchword.names import AwsError, HttpResponse
from watchword.wire import json_body, rest_write, values, xml_text
from watchword.wire.answers import Headers, answer, host_id, request_id_header
from watchword.wire.faults import FAULTS, Family, Words
from watchword.wire.model import ErrorShape
from watchword.wire.shapes import Shape

_SERVER_ERROR = 500
_CLIENT_ERROR = 400

Errors = Mapping[str, ErrorShape]


@dataclass(frozen=True, slots=True)
class Spoken:
    """An error with everything decided but its form."""

    code: str
    status: int
    said: str
    fields: Mapping[str, str]
    shape: Shape | None
    """The modelled shape, where the error has one."""


@dataclass(frozen=True)
class Voice:
    """How errors are said to one caller: a protocol, and what of it depends on service or request."""

    family: Family
    request_id_headers: Callable[[str], Headers] = request_id_header
    namespace: str = ""
    json_version: str = "1.0"
    errors: Errors = field(default_factory=dict)
    silent: bool = False
    """Whether the request was HEAD (3.)."""

    def fault(self, error: AwsError, request_id: str) -> HttpResponse:
        """The answer that says `error`."""
        spoken = self._spoken(error)
        headers = self.request_id_headers(request_id)
        content_type, body = _FORMS[self.family](self, spoken, request_id, headers)
        headers.append(("content-type", content_type))
        return answer(spoken.status, headers, b"" if self.silent else body)

    def quiet(self) -> "Voice":
        """The same to a HEAD request."""
        return replace(self, silent=True)

    def _spoken(self, error: AwsError) -> Spoken:
        kinds = FAULTS.get(error.code) if not error.status else None
        words = kinds[self.family] if kinds else Words(error.code, error.status, error.said)
        said = error.said or words.said
        known = self.errors.get(words.code)  # 2.
        if known is None:
            return Spoken(words.code, words.status or _CLIENT_ERROR, said, error.fields, None)
        status = known.status or words.status or _CLIENT_ERROR
        return Spoken(known.code, status, said, error.fields, known.shape)


# --- forms: each adds its headers and gives content type and body ------------------------------------

Form = Callable[[Voice, Spoken, str, Headers], tuple[str, bytes]]


def _query(voice: Voice, spoken: Spoken, request_id: str, _headers: Headers) -> tuple[str, bytes]:
    kind = "Receiver" if spoken.status >= _SERVER_ERROR else "Sender"
    members = "".join(f"<{name}>{xml_text.text(value)}</{name}>" for name, value in _modelled(spoken).items())
    namespace = f' xmlns="{xml_text.attribute(voice.namespace)}"' if voice.namespace else ""
    root = (
        f"<ErrorResponse{namespace}><Error><Type>{kind}</Type><Code>{xml_text.text(spoken.code)}</Code>"
        f"<Message>{xml_text.text(_with_texts(spoken))}</Message>{members}</Error>"
        f"<RequestId>{xml_text.text(request_id)}</RequestId></ErrorResponse>"
    )
    return "text/xml", xml_text.document(root)


def _with_texts(spoken: Spoken) -> str:
    """Rule 2."""
    if "CanonicalRequest" not in spoken.fields:
        return spoken.said
    return (
        f"{spoken.said}\n\nThe Canonical String for this request should have been\n"
        f"'{spoken.fields['CanonicalRequest']}'\n\n"
        f"The String-to-Sign should have been\n'{spoken.fields['StringToSign']}'\n"
    )


def _json(voice: Voice, spoken: Spoken, _request_id: str, _headers: Headers) -> tuple[str, bytes]:
    name = spoken.shape.name if spoken.shape else spoken.code
    body = {"__type": name, **_json_members(spoken)}
    return f"application/x-amz-json-{voice.json_version}", json_body.write_text(body)


def _rest_json(_voice: Voice, spoken: Spoken, _request_id: str, headers: Headers) -> tuple[str, bytes]:
    headers.append(("x-amzn-errortype", spoken.shape.name if spoken.shape else spoken.code))
    if spoken.shape is not None:
        typed = {
            name: _typed(member, spoken.fields[name])
            for name, member in spoken.shape.members.items()
            if member.location and name in spoken.fields
        }
        rest_write.header_writer(spoken.shape.members)(typed, headers)
    return "application/json", json_body.write_text(_json_members(spoken))


def _rest_xml(_voice: Voice, spoken: Spoken, request_id: str, _headers: Headers) -> tuple[str, bytes]:
    fields = "".join(f"<{name}>{xml_text.text(value)}</{name}>" for name, value in spoken.fields.items())
    root = (
        f"<Error><Code>{xml_text.text(spoken.code)}</Code><Message>{xml_text.text(spoken.said)}</Message>"
        f"{fields}<RequestId>{xml_text.text(request_id)}</RequestId>"
        f"<HostId>{host_id(request_id)}</HostId></Error>"
    )
    return "application/xml", xml_text.document(root)


def _plain(_voice: Voice, spoken: Spoken, _request_id: str, _headers: Headers) -> tuple[str, bytes]:
    return "text/plain; charset=utf-8", f"{spoken.code}: {spoken.said}\n".encode("utf-8", "replace")


_FORMS: Mapping[Family, Form] = {
    "query": _query,
    "json": _json,
    "rest-json": _rest_json,
    "rest-xml": _rest_xml,
    "plain": _plain,
}


# --- members of a modelled error ---------------------------------------------------------------------


def _body_members(spoken: Spoken) -> dict[str, Shape]:
    """Members of the error's shape that stand in its body, but for its message."""
    members = spoken.shape.members if spoken.shape else {}
    return {
        name: member for name, member in members.items() if not member.location and name.lower() != "message"
    }


def _modelled(spoken: Spoken) -> dict[str, str]:
    """Wire name -> text, for XML."""
    return {
        member.wire_name(name): spoken.fields[name]
        for name, member in _body_members(spoken).items()
        if name in spoken.fields
    }


def _json_members(spoken: Spoken) -> dict[str, object]:
    """The body of a JSON error; the message goes by the name that the model gives it."""
    shape_members = spoken.shape.members if spoken.shape else {}
    message = next((name for name in shape_members if name.lower() == "message"), "message")
    name = shape_members[message].wire_name(message) if message in shape_members else message
    members = _body_members(spoken)
    typed = {
        member.wire_name(key): _typed(member, spoken.fields[key])
        for key, member in members.items()
        if key in spoken.fields
    }
    return {**typed, name: spoken.said}


def _typed(member: Shape, text: str) -> object:
    """A field, which is text, as its shape's JSON value."""
    if member.type in {"structure", "list", "map"}:
        return json_body.read_text(text.encode())
    if member.type in {"string", "timestamp", "blob"}:
        return text
    return values.reader(member, "iso8601")(text)


PLAIN = Voice("plain")
"""For a request that not even a protocol was recognised of."""
