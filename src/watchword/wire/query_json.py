"""The answers of query services in JSON, for clients that ask for it.

1. IAM and STS answer in JSON where `Accept` names application/json with a higher quality than XML (RFC 9110,
   section 12.5.1). `*/*` asks for nothing in particular: the answer is XML.
2. The document has the structure of the XML: {"GetUserResponse": {"GetUserResult": {...},
   "ResponseMetadata": {...}}}. Lists are arrays, maps are objects, timestamps are seconds since 1970. An
   absent member is null.
3. An error is {"Error": {"Code", "Message", "Type"}, "RequestId"} (`error_writers`).

AWS doesn't document this, but clients depend on it. aws-iam-authenticator verifies the tokens of EKS
(`k8s-aws-v1.`), which are presigned GetCallerIdentity requests, and it reads nothing but JSON.
Source: aws-iam-authenticator, pkg/token/token.go; recorded answers of IAM, STS and SQS.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from watchword.names import HttpRequest, HttpResponse
from watchword.wire import json_body
from watchword.wire.answers import answer
from watchword.wire.model import Spec

JSON = "application/json"
XML = ("text/xml", "application/xml")

_QUALITY = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


def asked(request: HttpRequest) -> bool:
    """Whether the client asks for JSON (1.)."""
    if request.header("accept") is None:
        return False
    accepted = _qualities(",".join(value for name, value in request.headers if name == "accept"))
    return accepted.get(JSON, 0.0) > max(accepted.get(xml, 0.0) for xml in XML)


def _qualities(accept: str) -> dict[str, float]:
    """The media ranges of an Accept header, with their qualities. One that can't be read counts as 0."""
    found = {}
    for item in accept.lower().split(","):
        media_range, *parameters = (part.strip() for part in item.split(";"))
        weight = next((each for each in parameters if each.startswith("q=")), "q=1")
        read = _QUALITY.fullmatch(weight)
        found[media_range] = float(read[1]) if read else 0.0
    return found


def writer(spec: Spec) -> Callable[[Mapping[str, Any], str], HttpResponse]:
    """A function from the operation's output and a request id to the response."""
    write = json_body.writers(nulls=True)(spec.output) if spec.output else None

    def write_answer(output: Mapping[str, Any], request_id: str) -> HttpResponse:
        if write is None and output:
            raise KeyError(*output)
        result = {spec.result_wrapper: write(output)} if write and spec.result_wrapper else {}
        document = {f"{spec.name}Response": result | {"ResponseMetadata": {"RequestId": request_id}}}
        headers = [*spec.row.dialect.request_id_headers(request_id), ("content-type", JSON)]
        return answer(spec.status, headers, json_body.write_text(document))

    return write_answer
