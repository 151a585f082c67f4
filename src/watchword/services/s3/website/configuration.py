"""The website configuration of a bucket: put, get, delete.

1. There is RedirectAllRequestsTo and nothing else, or an index document. Otherwise: InvalidArgument.
2. The suffix of the index document has no slash and isn't empty; the key of the error document isn't empty.
   Otherwise: InvalidArgument.
3. There are up to MAX_RULES routing rules, and each says something. Otherwise: InvalidRequest or
   MalformedXML.
4. A protocol is http or https, an error 4xx or 5xx, a redirect 3xx but not 300. A rule replaces the key, or a
   prefix of it. Otherwise: InvalidRequest.
5. A host name has no character that ends it in a URL. Otherwise: InvalidRequest.

Source: Amazon S3 API Reference, PutBucketWebsite, GetBucketWebsite, DeleteBucketWebsite, RoutingRule.
"""

import re

import msgspec

from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.demands import bucket_of, on_bucket
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body
from watchword.services.s3.website.rules import SETTING, Redirect, RoutingRule, Website
from watchword.store.s3 import bucket_settings

MAX_RULES = 50
_LONGEST = 128 << 10
"""Bytes of a configuration: User Guide, "Setting a website configuration"."""
_PROTOCOLS = {"", "http", "https"}
_HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]{1,260}", re.ASCII)
_ERROR = re.compile(r"[45][0-9]{2}", re.ASCII)
_REDIRECT = re.compile(r"3(?!00)[0-9]{2}", re.ASCII)


def put_bucket_website(call: Call) -> Output:
    """PutBucketWebsite."""
    check_body(call.request, required=False)
    website = msgspec.convert(call.input["WebsiteConfiguration"], Website)
    _check_documents(website)
    if website.all:
        _check_target(website.all.host, website.all.protocol)
    if len(website.rules) > MAX_RULES:
        said = f"{len(website.rules)} routing rules provided, the number of rules is limited to {MAX_RULES}."
        raise s3_error("InvalidRequest", said)
    for rule in website.rules:
        _check_rule(rule)
    document = msgspec.json.encode(website).decode()
    if len(document) > _LONGEST:
        raise s3_error("MalformedXML")
    bucket_settings.put(call.tx, bucket_of(call).bucket, SETTING, document)
    return {}


def get_bucket_website(call: Call) -> Output:
    """GetBucketWebsite."""
    fact = bucket_of(call)
    if SETTING not in fact.settings:
        raise s3_error("NoSuchWebsiteConfiguration", BucketName=fact.bucket.name)
    output: Output = msgspec.json.decode(fact.settings[SETTING])
    return output


def delete_bucket_website(call: Call) -> Output:
    """DeleteBucketWebsite. It succeeds if there is none."""
    bucket_settings.put(call.tx, bucket_of(call).bucket, SETTING, None)
    return {}


def _check_documents(website: Website) -> None:
    """Rules 1 and 2."""
    if website.all:
        if website.index or website.error or website.rules:
            said = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules."
            raise s3_error("InvalidArgument", said)
        return
    if website.index is None:
        said = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
        raise s3_error("InvalidArgument", said)
    if not website.index.suffix or "/" in website.index.suffix:
        raise s3_error("InvalidArgument", "The IndexDocument Suffix is not well formed")
    if website.error and not website.error.key:
        raise s3_error("InvalidArgument", "The ErrorDocument Key is not well formed")


def _check_rule(rule: RoutingRule) -> None:
    """Rules 3 to 5."""
    said, when = rule.redirect, rule.condition
    if said == Redirect():
        raise s3_error("MalformedXML")
    if when.error and not _ERROR.fullmatch(when.error):
        raise _not_valid("error", when.error, "4XX or 5XX")
    if said.code and not _REDIRECT.fullmatch(said.code):
        raise _not_valid("redirect", said.code, "3XX except 300")
    if said.key is not None and said.prefix is not None:
        raise s3_error("InvalidRequest", "You can only define ReplaceKeyPrefix or ReplaceKey but not both.")
    _check_target(said.host, said.protocol)


def _check_target(host: str, protocol: str) -> None:
    """Rules 4 and 5."""
    if protocol not in _PROTOCOLS:
        raise s3_error(
            "InvalidRequest",
            "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected "
            "automatically.",
        )
    if host and not _HOST.fullmatch(host):
        raise s3_error("InvalidRequest", "The HostName of a redirect is not well formed.")


def _not_valid(kind: str, code: str, valid: str) -> Exception:
    said = f"The provided HTTP {kind} code ({code}) is not valid. Valid codes are {valid}."
    return s3_error("InvalidRequest", said)


OPERATIONS: dict[str, Operation] = {
    "PutBucketWebsite": writes(put_bucket_website, on_bucket("s3:PutBucketWebsite")),
    "GetBucketWebsite": reads(get_bucket_website, on_bucket("s3:GetBucketWebsite")),
    "DeleteBucketWebsite": writes(delete_bucket_website, on_bucket("s3:DeleteBucketWebsite")),
}
