"""Deployment packages: ZIP archives, read without believing anything they say.

A package is refused, in this order of checks, when
1. it is longer than MOST_ZIPPED, or isn't a ZIP archive that can be read;
2. it has no entries, or more than MOST_ENTRIES;
3. an entry is encrypted, compressed by a rare method, has a name that leaves the package, is named twice, or
   is neither a file nor a directory: links and devices are never made;
4. its files have more than MOST_UNZIPPED bytes. They are counted while they are read, whatever the archive
   says;
5. the checksum of a file is wrong.

It is unpacked into a directory of its own that gets its name when it is whole, so readers never see a part.
Source: AWS Lambda Developer Guide, "Lambda quotas", "Working with .zip file archives"; for the texts, what
Lambda answers; PKWARE, APPNOTE.TXT.
"""

import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

MOST_ZIPPED = 50 << 20
MOST_UNZIPPED = 250 << 20
MOST_ENTRIES = 65_535
MOST_NAME = 1024
_PIECE = 1 << 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_UNREADABLE = "Could not unzip uploaded file. Please check your file, then try to upload again."
_EMPTY = "Uploaded file must be a non-empty zip"


class BadPackageError(Exception):
    """A package that is refused: what is said to the caller, and why."""

    def __init__(self, said: str, meant: str) -> None:
        super().__init__(meant)
        self.said, self.meant = said, meant


def check(source: BinaryIO) -> int:
    """Reads a package whole; the number of bytes of its files. Raises BadPackageError."""
    with _opened(source) as archive:
        return sum(len(piece) for entry in _entries(archive) for piece in _pieces(archive, entry))


def unpack(source: BinaryIO, target: Path) -> None:
    """Writes the files of a package to a directory that is there only once it is whole.

    Raises BadPackageError.
    """
    if target.exists():
        return
    partial = target.with_name(f"{target.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        partial.mkdir(parents=True)
        with _opened(source) as archive:
            for entry in _entries(archive):
                _write(archive, entry, partial)
        for folder, _, _ in os.walk(partial):
            Path(folder).chmod(0o755)
        with suppress(FileExistsError, OSError):  # another thread or process was faster
            partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _opened(source: BinaryIO) -> zipfile.ZipFile:
    if source.seek(0, os.SEEK_END) > MOST_ZIPPED:
        raise BadPackageError(f"Zipped size must be smaller than {MOST_ZIPPED} bytes", "too long")
    source.seek(0)
    try:
        return zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, OverflowError) as wrong:
        raise BadPackageError(_UNREADABLE, str(wrong)) from wrong


def _entries(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """Its files and directories: rules 2 to 4."""
    entries = archive.infolist()
    if not entries:
        raise BadPackageError(_EMPTY, "no entries")
    if len(entries) > MOST_ENTRIES:
        raise BadPackageError(_UNREADABLE, f"{len(entries)} entries")
    names = _Names()
    for entry in entries:
        if why := _wrong(entry) or names.add(entry):
            raise BadPackageError(_UNREADABLE, f"{entry.filename[:100]!r} {why}")
    if sum(entry.file_size for entry in entries) > MOST_UNZIPPED:
        raise _too_large()
    yield from entries


class _Names:
    """The names of a package: each is one file, or one directory."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def add(self, entry: zipfile.ZipInfo) -> str:
        """What is wrong with another name."""
        name = entry.filename.rstrip("/")
        above = [name[:end] for end, character in enumerate(name) if character == "/"]
        if name in self._files or not self._files.isdisjoint(above):
            return "is there twice, or is a file and a directory"
        if not entry.is_dir() and name in self._folders:
            return "is a file and a directory"
        (self._folders if entry.is_dir() else self._files).add(name)
        self._folders.update(above)
        return ""


def _wrong(entry: zipfile.ZipInfo) -> str:
    """What is wrong with an entry, by what the archive says of it. Rule 3."""
    name = entry.filename.rstrip("/")
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
        return "is encrypted, or compressed by a rare method"
    if not name or len(name) > MOST_NAME or "\\" in name or "\0" in entry.orig_filename:
        return "has a name that is empty, too long or has a backslash"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "has a name that leaves the package"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is neither a file nor a directory"
    return ""


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a file. Its announced size is a limit, so all files together have one: rules 4 and 5."""
    if entry.is_dir():
        return
    size = 0
    try:
        with archive.open(entry) as file:
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > entry.file_size:
                    raise _too_large()
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as wrong:
        raise BadPackageError(_UNREADABLE, f"{entry.filename[:100]!r}: {wrong}") from wrong


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    target = folder / entry.filename
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        for piece in _pieces(archive, entry):
            file.write(piece)
    target.chmod(0o755 if entry.external_attr >> 16 & stat.S_IXUSR else 0o644)


def _too_large() -> BadPackageError:
    return BadPackageError(f"Unzipped size must be smaller than {MOST_UNZIPPED} bytes", "too large")
