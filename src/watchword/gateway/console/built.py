"""What npm made of the sources in `console/`, as the server hands it out below ASSETS.

    manifest.json        what was built: its name, where it begins, and the digest of each file
    NAME-HASH.js.br      each file, packed once, when it was built; .gz for browsers that don't take Brotli

1. Only what the manifest names is handed out, so a path can't lead elsewhere.
2. A file's name has a hash of its content, so browsers keep it for good.
3. The manifest is read again each time: who builds while a server runs sees the new pages at the next load.
4. Nothing is here where npm wasn't run. The console says so then, and the rest of the server doesn't notice.

Sources: W3C, "Subresource Integrity"; RFC 8246 (immutable); RFC 9110, section 12.5.3 (Accept-Encoding).
"""

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from watchword.names import AwsError, HttpRequest, HttpResponse

ASSETS: Final = "/console/assets/"
FOLDER: Final = Path(__file__).with_name("build")
_TYPES: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_HEADERS: Final = (
    ("cache-control", "public, max-age=31536000, immutable"),
    ("vary", "accept-encoding"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
)


class Beginning(Struct, frozen=True):
    """Where a page by itself begins: its script, and what that needs first."""

    script: str
    first: tuple[str, ...]


class Built(Struct, frozen=True):
    """The manifest."""

    name: str
    """Of the whole: another build has another name."""
    script: str
    style: str
    first: tuple[str, ...]
    """What the script needs before it begins, beside itself."""
    pages: Mapping[str, tuple[str, ...]]
    """Page -> the files that it needs and that the script hasn't loaded."""
    files: Mapping[str, str]
    """File -> its digest, as Subresource Integrity writes it."""
    alone: Beginning | None = None
    """The playground without a console around it."""


def built() -> Built | None:
    """What was built; None where npm wasn't run (4.)."""
    try:
        return msgspec.json.decode(FOLDER.joinpath("manifest.json").read_bytes(), type=Built)
    except FileNotFoundError:
        return None


def asset(request: HttpRequest) -> HttpResponse:
    """GET ASSETS + the name of a file."""
    found, name = built(), request.path.removeprefix(ASSETS)
    if found is None or name not in found.files:  # 1.
        raise AwsError("NotFound", 404, "There is no such file. Was the console built again? Load the page.")
    encoding, content = _packed(FOLDER / name, request.joined("accept-encoding"))
    headers = (
        ("content-type", _TYPES[Path(name).suffix]),
        *((("content-encoding", encoding),) if encoding else ()),
        ("content-length", str(len(content))),
        *_HEADERS,
    )
    return HttpResponse(200, headers, content)


def _packed(file: Path, accepted: str) -> tuple[str, bytes]:
    """How the content is packed, and the content. The names alone are read: browsers weigh nothing here."""
    names = {each.partition(";")[0].strip().lower() for each in accepted.split(",")}
    if "br" in names:
        return "br", file.with_name(f"{file.name}.br").read_bytes()
    content = file.with_name(f"{file.name}.gz").read_bytes()
    return ("gzip", content) if "gzip" in names else ("", gzip.decompress(content))
