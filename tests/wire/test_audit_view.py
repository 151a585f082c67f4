"""What audit records show of every operation of every model; no secret is among it.

The judge is independent: botocore reads the models, and names are judged word by word. What sounds secret and
is shown nevertheless is listed here, once more. UPDATE_GOLDEN=1 writes golden/masked.txt and minted.txt.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from botocore.model import ServiceModel
from botocore.model import Shape as Foreign

from watchword.wire import Models
from watchword.wire.audit_text import LONGEST_TEXT, cut
from watchword.wire.audit_view import MASK, compile_view
from watchword.wire.sensitive import HARMLESS
from watchword.wire.services import SERVICES
from watchword.wire.shapes import Shape

GOLDEN = Path(__file__).parents[1] / "golden"
NOW = datetime(2026, 11, 24, 23, 12, 0, 5, timezone(timedelta(hours=2)))

SECRET_WORDS = """
secret password passwords passphrase passcode pin otp token tokens cookie jwt bearer assertion verifier
challenge seed code codes credential credentials login logins sensitive privatekey customerkey
"""
SHOWN = """
nextToken continuationToken nextContinuationToken clientToken
tokenType issuedTokenType requestedTokenType subjectTokenType tokenTypeHint tokenEndpoint
minimumSessionTokenSize sessionTokenSize sessionTokenUtilization tokenDuration
maxPasswordAge minimumPasswordLength passwordReusePrevention credentialAgeDays clientSecretExpiresAt
subjectFromWebIdentityToken webIdentityTokenAudienceStringType logins loginsToRemove
serviceCredentialAlias serviceSpecificCredentialId removePrivateKey
errorCode latestIngestionErrorCode code statusCode httpErrorCodeReturnedEquals httpRedirectCode
codeSha256 codeSize codeSizeUnzipped codeSizeZipped totalCodeSize codeSigningConfigArn codeSigningConfigId
assertionEncryptionMode globalEndpointTokenVersion lastUpdateStatusReasonCode stateReasonCode
trustedTokenIssuerType
"""
"""Members that sound secret and aren't: see HARMLESS in `sensitive`, or their model has an enum."""
SHOWN_INSIDE = """
accessKeyId grantType redirectUri expiresIn expiration clientId roleArn userName serviceName serviceUserName
issuer serialNumber arn assumedRoleId packedPolicySize sourceIdentity
"""
"""Members of structures that sound secret, which are shown nevertheless."""
HARMLESS_STRUCTURES = """
PasswordPolicy Code CodeSigningConfig CodeSigningConfigs CodeSigningPolicies
"""
MINTING = """
rolesanywhere CreateHostSession
rolesanywhere CreateSession
sts AssumeRole
sts AssumeRoleWithSAML
sts AssumeRoleWithWebIdentity
sts AssumeRoot
sts GetDelegatedAccessToken
sts GetFederationToken
sts GetSessionToken
sts GetWebIdentityToken
iam CreateAccessKey
iam CreateServiceSpecificCredential
iam ResetServiceSpecificCredential
iam CreateVirtualMFADevice
s3 CreateSession
eks-auth AssumeRoleForPodIdentity
cognito-identity GetCredentialsForIdentity
cognito-identity GetOpenIdToken
cognito-identity GetOpenIdTokenForDeveloperIdentity
sso GetRoleCredentials
sso-oidc CreateToken
sso-oidc CreateTokenWithIAM
sso-oidc RegisterClient
sso-oidc StartDeviceAuthorization
signin CreateOAuth2Token
signin CreateOAuth2TokenWithIAM
signin CreateBearerToken
signin CreateOAuth2TokenWithTokenExchange
"""
"""Operations whose answers carry credentials."""


def camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def sounds_secret(name: str) -> bool:
    words = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+", name)
    pairs = {first + second for first, second in pairwise(words)}
    folded = {word.lower() for word in [*words, *pairs]}
    return name == "MFA" or not folded.isdisjoint(SECRET_WORDS.split())


@dataclass(frozen=True)
class Leaf:
    """A single value of an input or output."""

    name: str
    sensitive: bool
    inside: bool
    """Whether a structure around it is secret."""


@dataclass
class Sample:
    """A value with a marker in every text and number, and what each marker stands for."""

    leaves: dict[Any, Leaf] = field(default_factory=dict)

    def of(
        self, shape: Foreign, name: str = "", around: tuple[str, ...] = (), *, inside: bool = False
    ) -> Any:
        sensitive = bool(shape.metadata.get("sensitive"))
        if shape.serialization.get("eventstream") or shape.metadata.get("eventstream"):
            return b"events"
        around = (*around, shape.name)
        match shape.type_name:
            case "structure":
                inside = (
                    inside or sensitive or (sounds_secret(name) and name not in HARMLESS_STRUCTURES.split())
                )
                return {
                    each: self.of(member, each, around, inside=inside)
                    for each, member in shape.members.items()
                    if around.count(member.name) < 2  # shapes that contain themselves: twice
                }
            case "list":
                nested = shape.member.type_name in {"structure", "list", "map"}
                named = name if nested or sounds_secret(name) else shape.member.name
                item = self.of(shape.member, named, around, inside=inside)
                return [item, item] if around.count(shape.member.name) < 2 else []
            case "map":
                key = self.leaf(f"marker-{len(self.leaves)}", shape.key, shape.key.name, inside=inside)
                return {key: self.of(shape.value, shape.value.name, around, inside=inside)}
        return self.leaf(self.marker(shape), shape, name, inside=inside)

    def marker(self, shape: Foreign) -> Any:
        count = len(self.leaves)
        match shape.type_name:
            case "boolean":
                return True
            case "timestamp":
                return NOW
            case "blob":
                return b"marker"
            case "integer" | "long":
                return 1_000_000 + count
            case "float" | "double":
                return 1_000_000.5 + count
        return f"marker-{count}"

    def leaf(self, marker: Any, shape: Foreign, name: str, *, inside: bool) -> Any:
        sensitive = bool(shape.metadata.get("sensitive"))
        if not isinstance(marker, bool | datetime | bytes):
            self.leaves[marker] = Leaf(camel(name), sensitive, inside and not getattr(shape, "enum", ()))
        return marker


def everything(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from everything(item)
    elif isinstance(value, list):
        for item in value:
            yield from everything(item)
    else:
        yield value


def paths(value: Any, wanted: Callable[[Any], bool], path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            name = "{}" if key.startswith("marker-") else f".{key}"
            yield from paths(item, wanted, (path + name).lstrip("."))
    elif isinstance(value, list):
        yield from paths(value[0], wanted, f"{path}[]") if value else ()
    elif wanted(value):
        yield path


Viewed = tuple[str, str, Sample, dict[str, Any], dict[str, Any]]
"""Operation, direction, sample, its value and what is shown of that."""


@pytest.fixture(scope="module")
def viewed(models: Models, foreign: Callable[[str], ServiceModel]) -> list[Viewed]:
    found: list[Viewed] = []
    for service in SERVICES:
        for name in models.service(service).operations:
            ours, theirs = models.service(service).operation(name), foreign(service).operation_model(name)
            for direction, shape in (("input", theirs.input_shape), ("output", theirs.output_shape)):
                if shape is not None:
                    value = (sample := Sample()).of(shape)
                    given = direction == "input"
                    shown = ours.audit_input(value) if given else ours.audit_output(value, mints=False)
                    found.append((f"{service} {name}", direction, sample, value, shown))
    return found


def compare_with_golden(file: str, lines: list[str]) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / file).write_text("\n".join(lines) + "\n")
    assert (GOLDEN / file).read_text().splitlines() == lines


def test_no_secret_is_shown(viewed: list[Viewed]) -> None:
    sounding, inside = set(), set()
    for operation, direction, sample, _, shown in viewed:
        for marker in set(everything(shown)) & sample.leaves.keys():
            leaf = sample.leaves[marker]
            assert not leaf.sensitive, f"{operation} {direction} {leaf.name}"
            if sounds_secret(leaf.name):
                sounding.add(leaf.name)
            elif leaf.inside:
                inside.add(leaf.name)
    assert sounding == set(SHOWN.split())
    assert inside == set(SHOWN_INSIDE.split())


def test_every_exception_is_needed(viewed: list[Viewed]) -> None:
    names = {leaf.name.lower() for _, _, sample, _, _ in viewed for leaf in sample.leaves.values()}
    names |= set(HARMLESS_STRUCTURES.lower().split())
    for harmless in HARMLESS.values():
        for name in harmless.split():
            assert name.lower().rpartition(".")[2] in names, name


def test_what_is_masked(viewed: list[Viewed]) -> None:
    compare_with_golden(
        "masked.txt",
        [
            f"{operation} {direction} {path}"
            for operation, direction, _, _, shown in viewed
            for path in paths(shown, lambda value: value == MASK)
        ],
    )


def test_what_is_not_masked_is_shown_as_it_is(viewed: list[Viewed]) -> None:
    for operation, direction, _, value, shown in viewed:
        assert shown == as_shown(value, shown), f"{operation} {direction}"


def as_shown(value: Any, shown: Any) -> Any:
    """What must be shown of a value, given what is masked of it."""
    if shown == MASK:
        return MASK
    match value:
        case dict():
            return {
                camel(key): as_shown(item, shown.get(camel(key)))
                for key, item in value.items()
                if not isinstance(item, bytes) or shown.get(camel(key)) == MASK
            }
        case list():
            return [as_shown(item, shown_item) for item, shown_item in zip(value, shown, strict=True)]
        case datetime():
            return "2026-11-24T21:12:00Z"
    return value


def test_of_minted_credentials_only_what_is_known_is_shown(
    models: Models, foreign: Callable[[str], ServiceModel]
) -> None:
    lines = []
    for operation in MINTING.strip().splitlines():
        service, name = operation.split()
        value = Sample().of(foreign(service).operation_model(name).output_shape)
        shown = models.service(service).operation(name).audit_output(value, mints=True)
        assert MASK in everything(shown), operation
        lines += [f"{operation} {path}" for path in paths(shown, lambda value: value != MASK)]
    compare_with_golden("minted.txt", lines)


def test_a_shape_inside_itself_is_masked_at_every_depth(models: Models) -> None:
    inner: dict[str, Any] = {"Value": "canary", "Type": "EMAIL"}
    for _ in range(5):
        inner = {"Value": "canary", "Type": "ACCOUNT", "Resources": [inner]}
    view = models.service("organizations").operation("DescribeHandshake")
    shown = view.audit_output({"Handshake": {"Resources": [inner]}}, mints=False)
    assert "canary" not in everything(shown)
    assert list(everything(shown)).count(MASK) == 6
    assert list(everything(shown)).count("ACCOUNT") == 5


def test_text_is_cut_and_what_a_record_cannot_hold_is_left_out(models: Models) -> None:
    put = models.service("s3").operation("PutObject")
    long, name = "k" * (LONGEST_TEXT + 1), "n" * (LONGEST_TEXT + 1)
    members = {"Key": long, "Body": object(), "Metadata": {name: "x"}, "Unknown": 1, "ACL": None}
    assert put.audit_input(members) == {"key": cut(long), "metadata": {cut(name): "x"}}


@pytest.mark.parametrize(
    ("operation", "member"),
    [("iam PutRolePolicy", "PolicyDocument"), ("s3 PutBucketPolicy", "Policy"), ("sts AssumeRole", "Policy")],
)
def test_no_blanks_hide_what_a_policy_says(models: Models, operation: str, member: str) -> None:
    service, name = operation.split()
    statement = '{"Effect":"Allow","Action":"*","Resource":"*"}'
    padded = '{"Version":"2012-10-17",' + " " * 5000 + f'"Statement":{statement}}}'
    shown = models.service(service).operation(name).audit_input({member: padded})
    assert shown[camel(member)] == f'{{"Version":"2012-10-17","Statement":{statement}}}'


def test_an_operation_without_output_shows_nothing(models: Models) -> None:
    assert models.service("iam").operation("DeleteUser").audit_output({}, mints=True) == {}


MODEL: dict[str, Any] = {
    "Top": {
        "type": "structure",
        "members": {
            "Any": {"shape": "Any"},
            "Json": {"shape": "Text", "jsonvalue": True},
            "ByPasscode": {"shape": "ByPasscode"},
            "Passcodes": {"shape": "ToPasscode"},
            "ByName": {"shape": "ToPasscode"},
            "Codes": {"shape": "Texts"},
            "Names": {"shape": "Texts"},
            "Blobs": {"shape": "Blobs"},
            "BlobsByName": {"shape": "BlobsByName"},
            "Pin": {"shape": "Pin"},
            "CodeEnabled": {"shape": "Truth"},
            "CodeCount": {"shape": "Number"},
            "Events": {"shape": "Events"},
        },
    },
    "Any": {"type": "structure", "document": True, "members": {}},
    "Text": {"type": "string"},
    "Passcode": {"type": "string"},
    "Truth": {"type": "boolean"},
    "Number": {"type": "integer"},
    "Pin": {"type": "integer", "sensitive": True},
    "Bytes": {"type": "blob"},
    "ByPasscode": {"type": "map", "key": {"shape": "Passcode"}, "value": {"shape": "Text"}},
    "ToPasscode": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Passcode"}},
    "Texts": {"type": "list", "member": {"shape": "Text"}},
    "Blobs": {"type": "list", "member": {"shape": "Bytes"}},
    "BlobsByName": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Bytes"}},
    "Events": {"type": "structure", "eventstream": True, "members": {}},
}


@pytest.mark.parametrize(
    ("member", "value", "shown"),
    [
        ("Any", {"password": "x"}, MASK),
        ("Json", {"password": "x"}, MASK),
        ("ByPasscode", {"x": "y"}, MASK),
        ("Passcodes", {"x": "y"}, MASK),
        ("ByName", {"x": "y"}, {"x": MASK}),
        ("Codes", ["x", "y"], MASK),
        ("Names", ["x", "y"], ["x", "y"]),
        ("Pin", 1234, MASK),
        ("CodeEnabled", True, True),
        ("CodeCount", 7, MASK),
    ],
)
def test_what_the_served_models_have_none_of(member: str, value: Any, shown: Any) -> None:
    view = compile_view(Shape.of({"shape": "Top"}, MODEL))
    assert view({member: value}) == {camel(member): shown}


@pytest.mark.parametrize("member", ["Blobs", "BlobsByName", "Events"])
def test_bytes_are_left_out_wherever_they_stand(member: str) -> None:
    view = compile_view(Shape.of({"shape": "Top"}, MODEL))
    assert view({member: {"x": b"y"}}) == {}
