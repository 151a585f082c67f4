"""Virtual MFA devices: made, proved, assigned, set right, taken away; their seeds, tags and lists."""

import base64
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import segno
from tests.services.iam.authenticator import Authenticator, later
from tests.services.iam.harness import A, B, Iam, refused

from watchword.facts.credentials import KEYRING
from watchword.identity import seeds
from watchword.identity.attempts import FIRST, FREE
from watchword.installation.administrator import rotate_keyring
from watchword.names import Arn, AwsError
from watchword.names.moment import iso
from watchword.names.principal import RoleSession, User
from watchword.proofs.keyring import Unopenable
from watchword.proofs.mfa import STEP_SECONDS
from watchword.services.iam.attached import attached
from watchword.services.iam.credentials import mfa_devices as operations
from watchword.services.resources import Attached
from watchword.store.iam import failed_attempts, mfa_devices

SERIAL = f"arn:aws:iam::{A}:mfa/phone"
GONE = f"VirtualMFADevice with serial number {SERIAL} doesn't exist."
NOT_THEIRS = "MFA Device invalid for user."
WRONG = "Authentication code for device is not valid."
ANN: dict[str, Any] = {"UserName": "ann"}


@pytest.fixture
def phone(iam: Iam) -> Authenticator:
    """A device of nobody's, and a user."""
    iam("CreateUser", **ANN)
    return Authenticator.enrol(iam)


@pytest.fixture
def enabled(iam: Iam, phone: Authenticator) -> Authenticator:
    """The user's device."""
    assert iam("EnableMFADevice", **ANN, **phone.pair(iam)) == {}
    return phone


def test_a_device_is_made_and_its_seed_is_shown_once(iam: Iam) -> None:
    tags = [{"Key": "k", "Value": "v"}]
    made = iam("CreateVirtualMFADevice", VirtualMFADeviceName="phone", Path="/staff/", Tags=tags)
    device = made["VirtualMFADevice"]
    serial = f"arn:aws:iam::{A}:mfa/staff/phone"
    assert list(device) == ["SerialNumber", "Base32StringSeed", "QRCodePNG", "Tags"]
    assert (device["SerialNumber"], device["Tags"]) == (serial, tags)
    assert len(device["Base32StringSeed"]) == 64
    assert len(base64.b32decode(device["Base32StringSeed"])) == 40
    assert iam("ListVirtualMFADevices") == {
        "VirtualMFADevices": [{"SerialNumber": serial}],
        "IsTruncated": False,
    }


def test_the_seed_rests_sealed(iam: Iam, phone: Authenticator) -> None:
    ring = iam.world.facts.need(KEYRING)
    with iam.world.database.read() as tx:
        stored = mfa_devices.by_serial(tx, A, phone.serial)
    assert stored is not None
    assert phone.seed not in stored.seed
    assert "seed" not in repr(stored).replace("sealing_key", "")
    assert seeds.open(stored, ring) == phone.seed


def test_a_rotated_keyring_seals_seeds_again(iam: Iam, enabled: Authenticator) -> None:
    newest, resealed = rotate_keyring(later(iam, 1).world)
    assert resealed == 1
    with iam.world.database.read() as tx:
        stored = mfa_devices.by_serial(tx, A, enabled.serial)
    assert stored is not None
    assert stored.sealing_key == newest
    assert seeds.open(stored, iam.world.keyring()) == enabled.seed


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_seed_opens_only_as_its_own_devices(iam: Iam, phone: Authenticator) -> None:
    other = Authenticator.enrol(iam, "other")
    with iam.world.database.read() as tx:
        stored, another = (mfa_devices.by_serial(tx, A, each.serial) for each in (phone, other))
    assert stored is not None
    assert another is not None
    with pytest.raises(Unopenable):
        seeds.open(replace(stored, seed=another.seed), iam.world.keyring())


def picture_of(png: bytes) -> list[list[bool]]:
    """The modules of a QR code, dark ones True: of a PNG with one bit a pixel."""
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (width, depth, colour) == (height, 1, 0)
    data, place = b"", 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            data += png[place + 8 : place + 8 + length]
        place += 12 + length
    raw, row = zlib.decompress(data), (width + 7) // 8 + 1
    dots, above = [], bytes(row)
    for start in range(0, len(raw), row):
        line = raw[start : start + row]
        if line[0] == 2:  # the difference to the line above
            line = bytes((one + other) % 256 for one, other in zip(line, above, strict=True))
        dots.append([not line[1 + x // 8] >> (7 - x % 8) & 1 for x in range(width)])
        above = line
    return [each[2::5] for each in dots[2::5]]


def test_the_picture_says_what_the_documentation_says(iam: Iam, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account's alias, or else its number; and it is the QR code of that text."""
    texts: list[str] = []
    draw = segno.make_qr

    def drawn(text: str) -> segno.QRCode:
        texts.append(text)
        return draw(text)

    monkeypatch.setattr(segno, "make_qr", drawn)
    for name, alias in (("phone", ""), ("a+b=c@d,e", "legion")):
        if alias:
            iam("CreateAccountAlias", AccountAlias=alias)
        made = iam("CreateVirtualMFADevice", VirtualMFADeviceName=name)["VirtualMFADevice"]
        dots = [list(map(bool, line)) for line in draw(texts[-1]).matrix_iter(border=4)]
        assert picture_of(made["QRCodePNG"]) == dots
        assert texts[-1].endswith(f"?secret={made['Base32StringSeed'].decode()}")
    assert [text.partition("?")[0] for text in texts] == [
        f"otpauth://totp/phone@{A}",
        "otpauth://totp/a%2Bb%3Dc@d%2Ce@legion",
    ]


def test_a_path_and_name_is_had_once_whatever_the_case(iam: Iam, phone: Authenticator) -> None:
    said = "MFADevice entity at the same path and name already exists."
    refused("EntityAlreadyExists", said, iam, "CreateVirtualMFADevice", VirtualMFADeviceName="Phone")
    iam("CreateVirtualMFADevice", VirtualMFADeviceName="phone", Path="/other/")
    refused("NoSuchEntity", GONE.replace("phone", "Phone"), iam, "DeleteVirtualMFADevice",
            SerialNumber=phone.serial.replace("phone", "Phone"))  # fmt: skip


@pytest.mark.parametrize(
    ("path", "name"),
    [("/", "n" * 129), (f"/{'p' * 200}/", "n" * 40), ("/", "n\u00e9"), ("/it's/", "n")],
    ids=len,
)
def test_a_serial_number_that_no_operation_takes_is_not_made(iam: Iam, path: str, name: str) -> None:
    said = f"The path and name of the device make no serial number: arn:aws:iam::{A}:mfa{path}{name}"
    given = {"Path": path, "VirtualMFADeviceName": name}
    refused("InvalidInput", said, iam, "CreateVirtualMFADevice", **given)


# --- whose it is ----------------------------------------------------------------------------------------


def test_two_codes_in_a_row_make_it_a_users(iam: Iam, enabled: Authenticator, now: datetime) -> None:
    shown = {"UserName": "ann", "SerialNumber": enabled.serial, "EnableDate": now}
    assert iam("ListMFADevices", **ANN) == {"MFADevices": [shown], "IsTruncated": False}
    assert iam("GetMFADevice", **ANN, SerialNumber=enabled.serial) == shown
    user = iam("GetUser", **ANN)["User"]
    listed = {"SerialNumber": enabled.serial, "User": user, "EnableDate": now}
    assert iam("ListVirtualMFADevices")["VirtualMFADevices"] == [listed]
    summary = iam("GetAccountSummary")["SummaryMap"]
    assert (summary["MFADevices"], summary["MFADevicesInUse"], summary["AccountMFAEnabled"]) == (1, 1, 0)


@pytest.mark.parametrize("ahead", [(0, 0), (0, -1), (1, 3)])
def test_other_codes_do_not(iam: Iam, phone: Authenticator, ahead: tuple[int, int]) -> None:
    first, second = (phone.code(iam, steps) for steps in ahead)
    given = {"SerialNumber": phone.serial, "AuthenticationCode1": first, "AuthenticationCode2": second}
    refused("InvalidAuthenticationCode", WRONG, iam, "EnableMFADevice", **ANN, **given)
    assert iam("ListMFADevices", **ANN)["MFADevices"] == []


def test_it_is_one_users_only(iam: Iam, enabled: Authenticator) -> None:
    said = f"MFA Device {SERIAL} is already assigned to a user."
    iam("CreateUser", UserName="bob")
    for name in ("ann", "bob"):
        pair = enabled.pair(iam, ahead=3)
        refused("EntityAlreadyExists", said, iam, "EnableMFADevice", UserName=name, **pair)
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "123456"}
    for operation, more in (("GetMFADevice", {}), ("DeactivateMFADevice", {}), ("ResyncMFADevice", codes)):
        given = {"UserName": "bob", "SerialNumber": enabled.serial, **more}
        refused("NoSuchEntity", NOT_THEIRS, iam, operation, **given)


def test_in_use_neither_device_nor_user_is_deleted(iam: Iam, enabled: Authenticator) -> None:
    said = "MFA VirtualDevice in use. Must deactivate first."
    refused("DeleteConflict", said, iam, "DeleteVirtualMFADevice", SerialNumber=enabled.serial)
    refused("DeleteConflict", "Cannot delete entity, must delete MFA device first.", iam, "DeleteUser", **ANN)
    assert iam("DeactivateMFADevice", **ANN, SerialNumber=enabled.serial) == {}
    assert iam("ListVirtualMFADevices")["VirtualMFADevices"] == [{"SerialNumber": SERIAL}]
    iam("DeleteUser", **ANN)
    assert iam("DeleteVirtualMFADevice", SerialNumber=enabled.serial) == {}
    refused("NoSuchEntity", GONE, iam, "DeleteVirtualMFADevice", SerialNumber=enabled.serial)


def test_no_code_is_used_again_by_another_user(iam: Iam, enabled: Authenticator) -> None:
    iam("CreateUser", UserName="bob")
    iam("DeactivateMFADevice", **ANN, SerialNumber=enabled.serial)
    bob = {"UserName": "bob"}
    refused("InvalidAuthenticationCode", WRONG, iam, "EnableMFADevice", **bob, **enabled.pair(iam))
    iam("EnableMFADevice", **bob, **enabled.pair(iam, ahead=2))


def test_a_user_has_eight_at_most(iam: Iam) -> None:
    iam("CreateUser", **ANN)
    for number in range(9):
        device = Authenticator.enrol(iam, f"phone-{number}")
        if number < 8:
            iam("EnableMFADevice", **ANN, **device.pair(iam))
    said = "Cannot exceed quota for MFADevicesPerUser: 8"
    refused("LimitExceeded", said, iam, "EnableMFADevice", **ANN, **device.pair(iam, ahead=2))
    assert [len(page) for page in iam.pages("ListMFADevices", "MFADevices", 3, **ANN)] == [3, 3, 2]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_missing_is_told(iam: Iam, phone: Authenticator) -> None:
    pair = phone.pair(iam)
    nobody = "The user with name bob cannot be found."
    for name in ("EnableMFADevice", "ResyncMFADevice"):
        refused("NoSuchEntity", nobody, iam, name, **{**pair, "UserName": "bob"})
    refused("NoSuchEntity", GONE.replace("phone", "none"), iam, "EnableMFADevice",
            **{**ANN, **pair, "SerialNumber": SERIAL.replace("phone", "none")})  # fmt: skip
    refused("NoSuchEntity", NOT_THEIRS, iam, "GetMFADevice", SerialNumber=phone.serial)
    for serial in ("GAHT12345678", f"arn:aws:iam::{A}:user/ann"):
        said = f"VirtualMFADevice with serial number {serial} doesn't exist."
        refused("NoSuchEntity", said, iam, "ListMFADeviceTags", SerialNumber=serial)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_root_has_none(iam: Iam) -> None:
    assert iam("ListMFADevices") == {"MFADevices": [], "IsTruncated": False}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_a_name_it_is_the_callers_own(iam: Iam) -> None:
    ann, _ = iam.ruler("ann")
    device = Authenticator.enrol(ann)
    ann("EnableMFADevice", **ANN, **device.pair(iam))
    assert ann("GetMFADevice", SerialNumber=device.serial)["UserName"] == "ann"
    assert len(ann("ListMFADevices")["MFADevices"]) == 1
    said = "Must specify userName when calling with non-User credentials"
    role = iam.by(RoleSession(A, "r", "AROA1", "s"))
    refused("ValidationError", said, role, "DeactivateMFADevice", SerialNumber=device.serial)
    ann("DeactivateMFADevice", SerialNumber=device.serial)


# --- its clock, and guesses -----------------------------------------------------------------------------


def test_a_clock_that_is_off_is_found_again(iam: Iam, enabled: Authenticator) -> None:
    iam = later(iam, 1000)
    assert iam("ResyncMFADevice", **ANN, **enabled.pair(iam, ahead=50)) == {}
    refused("InvalidAuthenticationCode", WRONG, iam, "ResyncMFADevice", **ANN, **enabled.pair(iam, ahead=50))
    with iam.world.database.read() as tx:
        device = mfa_devices.by_serial(tx, A, enabled.serial)
    assert device is not None
    assert device.drift == 50


def guess(iam: Iam, device: Authenticator, name: str) -> None:
    for _ in range(FREE):
        given = {**device.pair(iam), "AuthenticationCode2": device.code(iam, 5)}
        refused("InvalidAuthenticationCode", WRONG, iam, name, **ANN, **given)


def test_after_wrong_codes_not_even_right_ones_are_looked_at(iam: Iam, phone: Authenticator) -> None:
    guess(iam, phone, "EnableMFADevice")
    until = iso(iam.now + FIRST)
    said = f"MFA Device is locked until {until}, because too many wrong codes were given."
    refused("InvalidAuthenticationCode", said, iam, "EnableMFADevice", **ANN, **phone.pair(iam))
    iam = later(iam, FIRST.total_seconds() / STEP_SECONDS)
    iam("EnableMFADevice", **ANN, **phone.pair(iam))
    iam = later(iam, 5)
    guess(iam, phone, "ResyncMFADevice")
    with pytest.raises(AwsError, match="MFA Device is locked until"):
        iam("ResyncMFADevice", **ANN, **phone.pair(iam))
    iam("DeactivateMFADevice", **ANN, SerialNumber=phone.serial)
    iam("EnableMFADevice", **ANN, **phone.pair(iam))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_deleted_device_leaves_no_count(iam: Iam, phone: Authenticator) -> None:
    guess(iam, phone, "EnableMFADevice")
    with iam.world.database.read() as tx:
        device = mfa_devices.by_serial(tx, A, phone.serial)
        assert device is not None
        assert failed_attempts.of(tx, "mfa", device.id)
    iam("DeleteVirtualMFADevice", SerialNumber=phone.serial)
    with iam.world.database.read() as tx:
        assert failed_attempts.of(tx, "mfa", device.id) is None


def _replaced(iam: Iam) -> None:
    iam("DeleteVirtualMFADevice", SerialNumber=SERIAL)
    Authenticator.enrol(iam)


def _assigned(iam: Iam) -> None:
    iam("CreateUser", UserName="bob")
    with iam.world.database.write(iam.now) as tx:
        device = mfa_devices.by_serial(tx, A, SERIAL)
        assert device is not None
        mfa_devices.assign(tx, device, iam("GetUser", UserName="bob")["User"]["UserId"])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("meanwhile", "code"), [(_replaced, "InvalidAuthenticationCode"), (_assigned, "EntityAlreadyExists")]
)
def test_what_happened_since_the_codes_were_looked_at_counts(
    iam: Iam,
    phone: Authenticator,
    meanwhile: Callable[[Iam], None],
    code: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prove = operations._prove

    def then(*given: Any) -> None:
        monkeypatch.undo()
        prove(*given)
        meanwhile(iam)

    monkeypatch.setattr(operations, "_prove", then)
    with pytest.raises(AwsError, match=code):
        iam("EnableMFADevice", **ANN, **phone.pair(iam))


# --- tags, lists, other accounts ------------------------------------------------------------------------


def test_tags_differ_by_case(iam: Iam, phone: Authenticator) -> None:
    serial = {"SerialNumber": phone.serial}
    iam("TagMFADevice", **serial, Tags=[{"Key": "Team", "Value": "red"}, {"Key": "team", "Value": "blue"}])
    iam("UntagMFADevice", **serial, TagKeys=["Team"])
    assert iam("ListMFADeviceTags", **serial)["Tags"] == [{"Key": "team", "Value": "blue"}]
    iam("DeleteVirtualMFADevice", **serial)
    Authenticator.enrol(iam)
    assert iam("ListMFADeviceTags", **serial)["Tags"] == []


def test_lists_are_of_all_or_by_assignment(iam: Iam, enabled: Authenticator) -> None:
    for name in ("a", "b"):
        Authenticator.enrol(iam, name, Path="/z/")

    def names(**given: Any) -> list[list[str]]:
        pages = iam.pages("ListVirtualMFADevices", "VirtualMFADevices", 2, **given)
        return [[each["SerialNumber"].partition("mfa")[2] for each in page] for page in pages]

    assert names() == names(AssignmentStatus="Any") == [["/phone", "/z/a"], ["/z/b"]]
    assert names(AssignmentStatus="Assigned") == [["/phone"]]
    assert names(AssignmentStatus="Unassigned") == [["/z/a", "/z/b"]]
    del enabled


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_simulator_knows_its_tags(iam: Iam) -> None:
    phone = Authenticator.enrol(iam, Tags=[{"Key": "team", "Value": "red"}])
    facts, arn = iam.world.facts, Arn.parse(phone.serial)
    found = attached(facts, "iam:DeleteVirtualMFADevice", arn)
    assert found == Attached(A, tags={"team": "red"}, keys={})
    iam("DeleteVirtualMFADevice", SerialNumber=phone.serial)
    assert attached(facts, "iam:DeleteVirtualMFADevice", arn) is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_account_reaches_only_its_own(iam: Iam, other: Iam, phone: Authenticator) -> None:
    assert other("ListVirtualMFADevices")["VirtualMFADevices"] == []
    Authenticator.enrol(other)
    for name in ("DeleteVirtualMFADevice", "ListMFADeviceTags"):
        with pytest.raises(AwsError, match="AccessDenied"):
            other(name, SerialNumber=phone.serial)
    (demand,) = other.asks("DeleteVirtualMFADevice", SerialNumber=phone.serial)
    assert (demand.account, demand.resource) == (A, phone.serial)
    other("CreateUser", **ANN)
    refused("NoSuchEntity", GONE, other, "EnableMFADevice", **ANN, **phone.pair(iam))
    assert B != A


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_users_without_policies_may_nothing(iam: Iam, enabled: Authenticator) -> None:
    made = iam("GetUser", **ANN)["User"]
    ann = iam.by(User(A, "ann", made["UserId"]))
    serial = {"SerialNumber": enabled.serial}
    for name, given in (
        ("DeactivateMFADevice", {}),
        ("ResyncMFADevice", enabled.pair(iam, ahead=2)),
        ("DeleteVirtualMFADevice", serial),
        ("GetMFADevice", serial),
        ("CreateVirtualMFADevice", {"VirtualMFADeviceName": "x"}),
    ):
        members = ANN if name in ("DeactivateMFADevice", "ResyncMFADevice") else {}
        with pytest.raises(AwsError, match=f"not authorized to perform: iam:{name}"):
            ann(name, **{**serial, **given, **members} if name != "CreateVirtualMFADevice" else given)
