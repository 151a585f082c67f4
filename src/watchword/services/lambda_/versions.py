"""Versions that can't be changed any more.

Source: AWS Lambda API Reference, PublishVersion, ListVersionsByFunction.
"""

from dataclasses import replace

from watchword.services.lambda_ import pages
from watchword.services.lambda_.configuration import described
from watchword.services.lambda_.demands import function_of, on_function
from watchword.services.lambda_.errors import invalid, no_function
from watchword.services.lambda_.functions import check_revision, current, publish
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.functions import versions


def publish_version(call: Call) -> Output:
    """PublishVersion."""
    function = current(call)
    latest = versions.numbered(call.tx, function.id, 0)
    if latest is None:
        raise no_function(function.arn)
    check_revision(call, latest.revision)
    known = call.input.get("CodeSha256") or latest.code_sha256
    if known != latest.code_sha256:
        raise invalid(
            f"CodeSHA256 ({known}) is different from current CodeSHA256 in $LATEST ({latest.code_sha256}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )
    latest = replace(latest, description=call.input.get("Description", latest.description))
    return described(call, function, publish(call, function, latest), qualified=True)


def list_versions(call: Call) -> Output:
    """ListVersionsByFunction: $LATEST first."""
    function = function_of(call).function
    size = pages.size_of(call)
    there, more = versions.page(call.tx, function.id, after=pages.number_of(call), limit=size)
    return {
        "Versions": [described(call, function, version, qualified=True) for version in there],
        **pages.end(str(there[-1].number) if there else "", more=more),
    }


OPERATIONS: dict[str, Operation] = {
    "PublishVersion": writes(publish_version, on_function("PublishVersion")),
    "ListVersionsByFunction": reads(list_versions, on_function("ListVersionsByFunction")),
}
