"""The tree of instance metadata: what stands at which path.

1. A path is what was sent, byte for byte. So `//`, `%2e` and `..` lead nowhere.
2. A folder lists what is in it, a line for each, folders with a slash at their ends. It can be asked with a
   slash or without; nothing is redirected.
3. What isn't known of an instance isn't there. Without a role there is no folder `iam`.

Source: Amazon EC2 User Guide, "Instance metadata categories" and "Instance identity documents".
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum

import msgspec

from watchword.delivery.metadata.instance import Instance
from watchword.names import Arn
from watchword.names.moment import iso

ROOT = "/latest/"
_DATA = "/latest/meta-data/"
_IDENTITY = "/latest/dynamic/instance-identity/"
_SIGNATURES = ("pkcs7", "rsa2048", "signature")
DOCUMENT_VERSION = "2017-09-30"


class Made(Enum):
    """What is made when it is asked for."""

    CREDENTIALS = "credentials"
    CREDENTIALS_AND_ACCOUNT = "credentials with the account's id"
    PKCS7 = "the identity document in a PKCS #7 signature"
    SIGNATURE = "the signature of the identity document"


Leaf = str | Made


class Tree:
    """The metadata of one instance."""

    def __init__(self, instance: Instance, *, region: str, architecture: str, now: datetime) -> None:
        self.document = _document(instance, region, architecture)
        """The identity document."""
        leaves = {f"{_DATA}{name}": text for name, text in _data(instance, region, now) if text}
        leaves[f"{_IDENTITY}document"] = self.document
        if instance.identity_key:
            signatures = {name: Made.SIGNATURE if name == "signature" else Made.PKCS7 for name in _SIGNATURES}
            leaves |= {f"{_IDENTITY}{name}": made for name, made in signatures.items()}
        self._found: dict[str, Leaf] = {**_listings(leaves), **leaves}

    def find(self, path: str) -> Leaf | None:
        """What stands at a path; None for nothing."""
        return self._found.get(path)


def _data(instance: Instance, region: str, now: datetime) -> Iterator[tuple[str, Leaf]]:
    yield "instance-id", instance.id
    yield "instance-type", instance.type
    yield "ami-id", instance.image
    yield "hostname", instance.hostname
    yield "local-hostname", instance.hostname
    yield "local-ipv4", instance.private_ip
    yield "placement/region", region
    yield "placement/availability-zone", instance.availability_zone
    yield "services/partition", Arn.parse(instance.role).partition if instance.role else ""
    for name, value in instance.tags.items():
        yield f"tags/instance/{name}", value
    if instance.role:
        yield f"iam/security-credentials/{instance.role_name}", Made.CREDENTIALS
        yield f"iam/security-credentials-extended/{instance.role_name}", Made.CREDENTIALS_AND_ACCOUNT
    if instance.role and instance.profile:
        yield "iam/info", _profile(instance, now)


def _profile(instance: Instance, now: datetime) -> str:
    known = {"InstanceProfileArn": instance.profile, "InstanceProfileId": instance.profile_id}
    given = {name: value for name, value in known.items() if value}
    return written({"Code": "Success", "LastUpdated": iso(now), **given})


def _document(instance: Instance, region: str, architecture: str) -> str:
    return written(
        {
            "accountId": instance.account_id or None,
            "architecture": architecture,
            "availabilityZone": instance.availability_zone or None,
            "billingProducts": None,
            "devpayProductCodes": None,
            "marketplaceProductCodes": None,
            "imageId": instance.image or None,
            "instanceId": instance.id,
            "instanceType": instance.type or None,
            "kernelId": None,
            "pendingTime": iso(instance.launched) if instance.launched else None,
            "privateIp": instance.private_ip or None,
            "ramdiskId": None,
            "region": region,
            "version": DOCUMENT_VERSION,
        }
    )


def written(document: Mapping[str, object]) -> str:
    """A document as text."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def _listings(leaves: Mapping[str, Leaf]) -> dict[str, Leaf]:
    inside: dict[str, set[str]] = {}
    for path in leaves:
        folder, _, name = path.rpartition("/")
        while folder:
            inside.setdefault(folder, set()).add(name)
            folder, _, name = folder.rpartition("/")
            name += "/"
    found = {folder: "\n".join(sorted(names)) for folder, names in inside.items()}
    return {f"{folder}{slash}": listing for folder, listing in found.items() for slash in ("", "/")}
