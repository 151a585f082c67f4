"""Bytes at rest: encrypted in chunks, so that they are written in a stream and any part is read alone.

    head      magic (16 bytes), nonce (12), the data key sealed under the master key (32 and a tag of 16)
    chunk     CHUNK bytes of plaintext, the last one fewer, encrypted; and a tag of 16 bytes

1. Each stream has its own data key, which is random. It is sealed with AES-256-GCM-SIV; the magic says what
   kind of master key that was, and is authenticated. So is what the stream is bound to, such as its name,
   which isn't in the stream.
2. Chunks are encrypted with AES-256-GCM. The nonce is the number of the chunk, and whether it is the last. No
   nonce repeats, since a data key encrypts one stream.
3. So a chunk opens only in its place: a stream that was reordered, cut short or continued is refused. An
   empty stream has one empty chunk.
4. A whole stream in the place of another one doesn't open if it is bound to something else. If neither is
   bound, it does: that is for checksums to find.

Sources: RFC 5116 and RFC 8452; Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and
its Nonce-Reuse Misuse-Resistance", section 7 (STREAM).
What doesn't belong here: files, and where master keys come from.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from watchword.names.ids import Randomness
from watchword.proofs.keyring import KEY_BYTES, Unopenable

CHUNK = 64 << 10
_NONCE, _TAG, _MAGIC = 12, 16, 16
HEAD = _MAGIC + _NONCE + KEY_BYTES + _TAG
SEALED_CHUNK = CHUNK + _TAG
"""Bytes of a chunk as it is stored; the last one has fewer."""
_PURPOSE = b"watchword object bytes 1"
_SERVERS, _BOUND = b"watchword sealed", b"watchword bound1"
"""What streams of a server's key begin with: of before they were bound, and now."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """Seals the data keys of streams."""

    magic: bytes
    material: bytes = field(repr=False)
    to: bytes = b""
    """What streams are bound to."""

    def bound(self, to: bytes) -> "MasterKey":
        """The same key for a stream that is bound to something; nothing if that is empty."""
        return replace(self, magic=_BOUND, to=to) if to else self

    def seal(self, pieces: Iterable[bytes], randomness: Randomness) -> Iterator[bytes]:
        """The stream of these pieces: its head, then its chunks."""
        data_key, nonce = randomness(KEY_BYTES), randomness(_NONCE)
        sealed = AESGCMSIV(self.material).encrypt(nonce, data_key, self.magic + self.to)
        yield self.magic + nonce + sealed
        cipher = AESGCM(data_key)
        for number, (chunk, last) in enumerate(_chunks(pieces)):
            yield cipher.encrypt(_nonce(number, last=last), chunk, None)

    def open(self, head: bytes) -> "Opened":
        """The stream with that head. Raises Unopenable."""
        if len(head) != HEAD or head[:_MAGIC] != self.magic:
            raise Unopenable
        nonce, sealed = head[_MAGIC : _MAGIC + _NONCE], head[_MAGIC + _NONCE :]
        try:
            return Opened(AESGCM(AESGCMSIV(self.material).decrypt(nonce, sealed, self.magic + self.to)))
        except InvalidTag:
            raise Unopenable from None


class Span(Struct, frozen=True):
    """Where a part of the plaintext, which isn't empty, lies in a sealed stream."""

    start: int
    end: int
    size: int
    """Bytes of the whole plaintext."""

    @property
    def numbers(self) -> range:
        """Its chunks."""
        return range(self.start // CHUNK, max(self.end - 1, 0) // CHUNK + 1)

    @property
    def sealed(self) -> tuple[int, int]:
        """The first byte of its chunks, and the byte after them."""
        numbers = self.numbers
        return self.place(numbers[0])[0], self.place(numbers[-1])[1]

    def place(self, number: int) -> tuple[int, int]:
        """The first byte of a chunk, and the byte after it."""
        first = HEAD + number * SEALED_CHUNK
        return first, min(first + SEALED_CHUNK, sealed_size(self.size))

    @property
    def final(self) -> int:
        """The last chunk of the stream."""
        return max(self.size - 1, 0) // CHUNK


class Opened:
    """A stream whose data key is known."""

    __slots__ = ("_cipher",)

    def __init__(self, cipher: AESGCM) -> None:
        self._cipher = cipher

    def chunk(self, number: int, sealed: bytes, span: Span) -> bytes:
        """The plaintext of one chunk, as far as the span has it. Raises Unopenable."""
        try:
            plain = self._cipher.decrypt(_nonce(number, last=number == span.final), sealed, None)
        except InvalidTag:
            raise Unopenable from None
        at = number * CHUNK
        return plain[max(span.start - at, 0) : span.end - at]

    def pieces(self, sealed: Iterable[bytes], span: Span) -> Iterator[bytes]:
        """The plaintext of a span, from the sealed bytes of its chunks. Raises Unopenable."""
        found = 0
        for number, chunk in enumerate(_regrouped(sealed, SEALED_CHUNK), span.numbers[0]):
            wanted = self.chunk(number, chunk, span)
            found += len(wanted)
            yield wanted
        if found != span.end - span.start:
            raise Unopenable


def of_server(root: bytes) -> MasterKey:
    """The key of an installation. root: its root key."""
    return MasterKey(_SERVERS, HKDF(SHA256(), KEY_BYTES, salt=None, info=_PURPOSE).derive(root))


def sealed_size(size: int) -> int:
    """Bytes of the stream of so many bytes."""
    chunks = max(-(-size // CHUNK), 1)
    return HEAD + size + chunks * _TAG


def plain_size(sealed: int) -> int:
    """Bytes of the plaintext of a stream with so many. Raises Unopenable where there is no such stream."""
    body = sealed - HEAD
    chunks = -(-body // SEALED_CHUNK)
    size = body - chunks * _TAG
    if body < _TAG or sealed_size(size) != sealed:
        raise Unopenable
    return size


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_NONCE - 1, "big") + bytes([last])


def _chunks(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Chunks, and whether each is the last."""
    held = None
    for chunk in _regrouped(pieces, CHUNK):
        if held is not None:
            yield held, False
        held = chunk
    yield held or b"", True


def _regrouped(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of that size, the last one fewer."""
    held = b""
    for piece in pieces:
        held = held + piece if held else piece
        at = 0
        while len(held) - at >= size:
            yield held[at : at + size]
            at += size
        held = held[at:]
    if held:
        yield held
