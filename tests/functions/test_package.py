"""Packages that are none, leave their folder, bomb, or have what none has: refused, and nothing is left."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from watchword.functions import package
from watchword.functions.package import BadPackageError

Fill = Callable[[zipfile.ZipFile], object]


def made(fill: Fill) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        fill(archive)
    return target


def entry(
    name: str, *, mode: int = stat.S_IFREG | 0o644, method: int = zipfile.ZIP_STORED
) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr, info.compress_type = mode << 16, method
    return info


def of(*names: str) -> Fill:
    return lambda archive: [archive.writestr(entry(name), b"x") for name in names]


GOOD = {"app.py": b"def handler(event, context): ...", "lib/a/b.py": b"", "data.bin": bytes(100_000)}


def good(archive: zipfile.ZipFile) -> None:
    for name, data in GOOD.items():
        archive.writestr(name, data)
    archive.mkdir("empty")
    archive.writestr(entry("bootstrap", mode=stat.S_IFREG | 0o755), b"#!/bin/sh\n")


def test_a_package_is_unpacked_as_it_is(tmp_path: Path) -> None:
    source, target = made(good), tmp_path / "code" / "blob"
    assert package.check(source) == sum(map(len, GOOD.values())) + len(b"#!/bin/sh\n")
    package.unpack(source, target)
    for name, data in GOOD.items():
        assert (target / name).read_bytes() == data
    assert (target / "empty").is_dir()
    assert stat.S_IMODE((target / "bootstrap").stat().st_mode) == 0o755
    assert stat.S_IMODE((target / "app.py").stat().st_mode) == 0o644
    assert [each.name for each in target.parent.iterdir()] == ["blob"]


def lies(archive: io.BytesIO, size: int) -> io.BytesIO:
    """The archive, whose first entry now says that it has so many bytes."""
    data = bytearray(archive.getvalue())
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<I", size)
    return io.BytesIO(bytes(data))


REFUSED: dict[str, tuple[io.BytesIO, str]] = {
    "no zip": (io.BytesIO(b"no zip at all"), "Could not unzip"),
    "nothing": (io.BytesIO(b""), "Could not unzip"),
    "cut short": (io.BytesIO(made(good).getvalue()[:-30]), "Could not unzip"),
    "no entries": (made(lambda _: None), "non-empty zip"),
    "above its folder": (made(of("../evil.py")), "Could not unzip"),
    "above it further down": (made(of("a/../../evil.py")), "Could not unzip"),
    "at the root": (made(of("/etc/passwd")), "Could not unzip"),
    "by a backslash": (made(of("..\\evil.py")), "Could not unzip"),
    "at a dot": (made(of("./app.py")), "Could not unzip"),
    "a name too long": (made(of("a" * 2000)), "Could not unzip"),
    "a symbolic link": (
        made(lambda archive: archive.writestr(entry("link", mode=stat.S_IFLNK | 0o777), b"/etc/passwd")),
        "Could not unzip",
    ),
    "a device": (
        made(lambda archive: archive.writestr(entry("null", mode=stat.S_IFCHR | 0o666), b"")),
        "Could not unzip",
    ),
    "a file and a directory": (made(of("a", "a/b")), "Could not unzip"),
    "a directory and a file": (made(of("a/b", "a")), "Could not unzip"),
    "a rare method": (
        made(lambda archive: archive.writestr(entry("a", method=zipfile.ZIP_LZMA), b"x")),
        "Could not unzip",
    ),
    "a bomb that says so": (
        made(lambda archive: archive.writestr("zeros", bytes(package.MOST_UNZIPPED + 1))),
        "Unzipped size must be smaller",
    ),
    "many small bombs": (
        made(lambda archive: [archive.writestr(f"zeros{number}", bytes(9 << 20)) for number in range(28)]),
        "Unzipped size must be smaller",
    ),
    "a bomb that says otherwise": (
        lies(made(lambda archive: archive.writestr("zeros", bytes(5 << 20))), 10),
        "",  # whichever is noticed first: the size or the checksum
    ),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_leaves_nothing(case: str, tmp_path: Path) -> None:
    source, said = REFUSED[case]
    with pytest.raises(BadPackageError) as refused:
        package.check(source)
    assert said in refused.value.said
    with pytest.raises(BadPackageError):
        package.unpack(source, tmp_path / "code" / "blob")
    assert not any((tmp_path / "code").glob("*"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_is_there_once() -> None:
    with pytest.raises(BadPackageError):
        package.check(made(of("app.py", "app.py")))


def test_there_are_not_too_many_entries() -> None:
    many = made(
        lambda archive: [archive.writestr(str(number), b"") for number in range(package.MOST_ENTRIES + 1)]
    )
    with pytest.raises(BadPackageError, match="65536 entries"):
        package.check(many)


def test_a_package_is_not_too_long() -> None:
    with pytest.raises(BadPackageError) as refused:
        package.check(io.BytesIO(bytes(package.MOST_ZIPPED + 1)))
    assert "Zipped size" in refused.value.said


def test_a_wrong_byte_is_noticed() -> None:
    data = bytearray(made(lambda archive: archive.writestr(entry("app.py"), b"x" * 100)).getvalue())
    data[data.index(b"xxxx")] = ord("y")
    with pytest.raises(BadPackageError, match="CRC"):
        package.check(io.BytesIO(bytes(data)))
