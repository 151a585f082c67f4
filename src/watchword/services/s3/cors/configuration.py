"""The CORS configuration of a bucket: put, get, delete. What it says to browsers is in `cors_rules`.

1. There are 1 to 100 rules, each with a method and an origin. Otherwise: MalformedXML.
2. Methods are GET, PUT, POST, DELETE and HEAD. Otherwise: InvalidRequest.
3. An origin or an allowed header has at most one `*`, an exposed header none. Otherwise: InvalidRequest.
4. An ID has at most 255 characters; the seconds aren't negative. Otherwise: InvalidArgument, MalformedXML.
5. No text has a character that ends a header line. Otherwise: InvalidRequest.
6. All rules have 64 KiB at most, as they are stored. Otherwise: MalformedXML.

Source: Amazon S3 API Reference, PutBucketCors, GetBucketCors, DeleteBucketCors, CORSRule; User Guide,
"Elements of a CORS configuration".
"""

import re

import msgspec

from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.cors.rules import ANY, SETTING, BucketCors, CorsRule
from watchword.services.s3.demands import bucket_of, on_bucket
from watchword.services.s3.errors import invalid_argument, s3_error
from watchword.services.s3.integrity import check_body
from watchword.store.s3 import bucket_settings

METHODS = frozenset({"DELETE", "GET", "HEAD", "POST", "PUT"})
MAX_RULES = 100
_LONGEST_ID = 255
_LONGEST = 64 << 10
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]|[^\x00-\xff]")


def put_bucket_cors(call: Call) -> Output:
    """PutBucketCors."""
    check_body(call.request, required=True)
    given = call.input["CORSConfiguration"]["CORSRules"]
    if not 1 <= len(given) <= MAX_RULES:
        raise s3_error("MalformedXML")
    rules = msgspec.convert(given, tuple[CorsRule, ...])
    for rule in rules:
        _check(rule)
    document = msgspec.json.encode(BucketCors(rules)).decode()
    if len(document) > _LONGEST:
        raise s3_error("MalformedXML")
    bucket_settings.put(call.tx, bucket_of(call).bucket, SETTING, document)
    return {}


def get_bucket_cors(call: Call) -> Output:
    """GetBucketCors."""
    fact = bucket_of(call)
    if SETTING not in fact.settings:
        raise s3_error("NoSuchCORSConfiguration", BucketName=fact.bucket.name)
    return {"CORSRules": msgspec.json.decode(fact.settings[SETTING])["rules"]}


def delete_bucket_cors(call: Call) -> Output:
    """DeleteBucketCors. It succeeds if there is none."""
    bucket_settings.put(call.tx, bucket_of(call).bucket, SETTING, None)
    return {}


def _check(rule: CorsRule) -> None:
    if not rule.methods or not rule.origins or (rule.max_age or 0) < 0:
        raise s3_error("MalformedXML")
    if wrong := next((method for method in rule.methods if method not in METHODS), None):
        said = f"Found unsupported HTTP method in CORS config. Unsupported method is {wrong}"
        raise s3_error("InvalidRequest", said)
    for name, texts in (("AllowedOrigin", rule.origins), ("AllowedHeader", rule.headers)):
        if wrong := next((text for text in texts if text.count(ANY) > 1), None):
            raise s3_error("InvalidRequest", f'{name} "{wrong}" can not have more than one wildcard.')
    if wrong := next((text for text in rule.exposed if ANY in text), None):
        said = "contains wildcard. We currently do not support wildcard for ExposeHeader."
        raise s3_error("InvalidRequest", f'ExposeHeader "{wrong}" {said}')
    if wrong := next(filter(_CONTROLS.search, (*rule.origins, *rule.headers, *rule.exposed)), None):
        raise s3_error("InvalidRequest", f"{wrong!r} has a character that no header can have.")
    if len(rule.id) > _LONGEST_ID:
        raise invalid_argument("The ID of a rule is too long", "ID", rule.id)


OPERATIONS: dict[str, Operation] = {
    "PutBucketCors": writes(put_bucket_cors, on_bucket("s3:PutBucketCORS")),
    "GetBucketCors": reads(get_bucket_cors, on_bucket("s3:GetBucketCORS")),
    "DeleteBucketCors": writes(delete_bucket_cors, on_bucket("s3:PutBucketCORS")),
}
