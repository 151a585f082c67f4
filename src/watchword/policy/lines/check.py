"""Lines of `watchword check --json`: a policy document in; whether it may be stored, and findings, out.

`Offered` is the shape of a line; docs/check.md is its manual. A line that can't be read is answered with
`error`. `check` is the same for one document, without a line around it.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from watchword.names.members import fit
from watchword.policy.checking.catalogue import Catalogue
from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint import lint
from watchword.policy.checking.ours import ours
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.policy.language.parse import PolicyError
from watchword.policy.language.print import print_value
from watchword.policy.language.text import NAME, Path, Place, places


class Offered(Struct, rename="camel", forbid_unknown_fields=True):
    """A line for `check`."""

    kind: Literal["identity", "resource", "trust", "scp", "rcp"]
    document: Any
    encoding: Literal["base64"] | None = None
    attach_to: str | None = None
    id: Any = None


def check_line(line: dict[str, Any], catalogue: Catalogue | None = None) -> dict[str, Any]:
    """The answer to one line: `valid`, why not, and what is doubtful."""
    answer: dict[str, Any] = {"id": line.get("id")} if isinstance(line, dict) else {"id": None}
    try:
        offered = fit(line, Offered)
        kind = _kind(offered)
        document = _document_text(offered)
    except (ValueError, RecursionError) as error:
        return answer | {"error": str(error)}
    return answer | check(document, kind, catalogue)


def check(source: str | bytes, kind: DocumentKind, catalogue: Catalogue | None = None) -> dict[str, Any]:
    """Whether a document may be stored as `kind`, why not, and what is doubtful; each with its place.

    `findings` are those of Access Analyzer's checks, `ours` those of our own.
    """
    text = source if isinstance(source, str) else source.decode("utf-8", "replace")
    answer: dict[str, Any] = {"valid": True, "error": None, "findings": [], "ours": []}
    try:
        validate(source, kind, catalogue)
    except PolicyError as error:
        (at,) = _places(text, [error])
        said = {"code": error.code, "message": error.said, "reason": error.meant}
        answer |= {"valid": False, "error": said | _place_as_json(at)}
    for name, found in (
        ("findings", lint(source, kind, catalogue)),
        ("ours", ours(source, kind, catalogue)),
    ):
        answer[name] = [
            _finding_as_json(each) | _place_as_json(at)
            for each, at in zip(found, _places(text, found), strict=True)
        ]
    return answer


def _places(text: str, found: Sequence[PolicyError | Finding]) -> list[Place | None]:
    """By offset where there is no path: a text that can't be read has none."""
    paths = [_path(each) for each in found if each.offset is None]
    at_paths = iter(places(text, paths) if paths else ())
    return [next(at_paths) if each.offset is None else Place.at(text, each.offset) for each in found]


def _path(found: PolicyError | Finding) -> Path:
    named = isinstance(found, Finding) and found.named
    return (*found.path, NAME) if named else found.path


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "code": finding.code,
        "level": finding.level.value,
        "details": finding.details,
        "path": list(finding.path),
    }


def _place_as_json(at: Place | None) -> dict[str, int]:
    return {} if at is None else {"line": at.line, "column": at.column}


def _kind(offered: Offered) -> DocumentKind:
    if offered.attach_to is None or offered.kind in ("trust", "scp", "rcp"):
        return DocumentKind(offered.kind)
    kind = DocumentKind(offered.attach_to)
    if (kind is DocumentKind.S3_BUCKET) != (offered.kind == "resource"):
        raise ValueError(f"{offered.attach_to} takes no {offered.kind} policy")
    return kind


def _document_text(offered: Offered) -> str | bytes:
    if not isinstance(offered.document, str):
        return print_value(offered.document)
    if offered.encoding is None:
        return offered.document
    try:
        return base64.b64decode(offered.document, validate=True)
    except binascii.Error:
        raise ValueError("the document is not base64") from None
