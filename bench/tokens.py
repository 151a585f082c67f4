"""What it costs to seal and to open a session token."""

import secrets
import time
from collections.abc import Callable, Iterator

from rows import Row
from watchword.proofs import session_token
from watchword.proofs.keyring import Keyring, new_key

MANY = 400
PAYLOAD_BYTES = 300
RING = Keyring((new_key(secrets.token_bytes),), secrets.token_bytes)


def rows() -> Iterator[Row]:
    yield Row("seal a session token", _seal)
    yield Row("open a session token", _open)


def _seal() -> float:
    payloads = [secrets.token_bytes(PAYLOAD_BYTES) for _ in range(MANY)]
    return _per_second(lambda number: session_token.seal(payloads[number], RING))


def _open() -> float:
    tokens = [session_token.seal(secrets.token_bytes(PAYLOAD_BYTES), RING) for _ in range(MANY)]
    return _per_second(lambda number: session_token.open(tokens[number], RING))


def _per_second(act: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for number in range(MANY):
        act(number)
    return MANY / (time.perf_counter() - began)
