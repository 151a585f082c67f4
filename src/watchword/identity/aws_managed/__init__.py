"""The managed policies of AWS, all of them: read-only, the same in every account.

* `index.tsv` has a line per policy, sorted by name, and no document. One policy is found by a search in the
  text, so nothing but its own line is parsed.
* `versions.lzma` has a block per policy, from an offset in the index. A block is a stream of its own: a line
  per version, the newest first. So the version in force is read without the others.

Both are made by scripts/aws_managed_policies.py, which says where they come from. LICENSE is the data's.
Policies of customers are in `watchword.store.iam.policies`, whose records are used here too.
Source: IAM API Reference, "Policy" and "PolicyVersion".
"""

import io
import lzma
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib import resources

from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.store.iam.policies import Policy
from watchword.store.iam.policy_versions import Version

OWNER = "aws"
"""The account in the ARN of a policy of AWS."""
_ROOT = f"arn:aws:iam::{OWNER}:{nouns.POLICY}/"
_FILES = resources.files(__name__)


def find(arn: str) -> Policy | None:
    """The policy of that ARN, None when AWS has no such policy."""
    line = _line(arn.rpartition("/")[2]) if arn.startswith(_ROOT) else None
    policy = _policy(line) if line else None
    return policy if policy and policy.arn == arn else None


def by_id(policy_id: str) -> Policy | None:
    """The policy of that unique id, None when AWS has no such policy."""
    index = _index()
    place = index.find(f"\t{policy_id}\t")
    start = index.rfind("\n", 0, place) + 1
    return _policy(index[start : index.index("\n", start)]) if place >= 0 else None


def every_policy(after: str = "") -> Iterator[Policy]:
    """All of them that come after the name `after`, sorted by name."""
    for line in _index().splitlines()[1:]:
        if line.partition("\t")[0] > after:
            yield _policy(line)


def default_version(policy: Policy) -> Version:
    """The version in force."""
    return _version(policy, _block(policy).readline())


def all_versions(policy: Policy) -> list[Version]:
    """Newest first. The source of the data has missed some old ones."""
    return [_version(policy, line) for line in _block(policy)]


@cache
def _index() -> str:
    return (_FILES / "index.tsv").read_text("utf-8")


def _line(name: str) -> str | None:
    index = _index()
    start = index.find(f"\n{name}\t") + 1
    return index[start : index.index("\n", start)] if start else None


def _policy(line: str) -> Policy:
    name, path, policy_id, created, updated, number, _, _, description = line.split("\t")
    return Policy(
        id=policy_id,
        account=OWNER,
        name=name,
        path=path,
        arn=str(EntityArn("aws", OWNER, nouns.POLICY, path, name)),
        created=datetime.fromisoformat(created),
        updated=datetime.fromisoformat(updated),
        description=description,
        default_version=int(number),
        next_version=int(number) + 1,
    )


def _block(policy: Policy) -> lzma.LZMAFile:
    line = _line(policy.name)
    if line is None:
        raise LookupError(policy.arn)
    *_, offset, length, _ = line.split("\t")
    with (_FILES / "versions.lzma").open("rb") as blocks:
        blocks.seek(int(offset))
        return lzma.LZMAFile(io.BytesIO(blocks.read(int(length))))


def _version(policy: Policy, line: bytes) -> Version:
    number, created, document = line.decode().rstrip("\n").split("\t", 2)
    default = int(number) == policy.default_version
    return Version(policy.id, int(number), document, datetime.fromisoformat(created), default=default)
