"""CRC-32C and CRC-64/NVME at a usable speed, without a compiled part.

Both are CRCs in reflected form: bit i of a message, read as a little-endian number, stands for x to the
power of (length - 1 - i), so shifting a bit up by n divides its term by x^n.

Folding: where x^n is congruent to a sum of few lower powers x^a modulo the polynomial, the first bits of a
message may be moved up by each n - a and added (exclusive or) to what follows, without changing the
remainder. Squaring is linear over two elements, so the same holds for n and a doubled, any number of times:
one sparse relation folds a long message in halves, each half in a few shifts of a whole number, and leaves
a short tail for the usual table.

Joining: the CRC of two messages, one after the other, is that of the first times x to the power of the
bits of the second, plus that of the second; the ones before and after each cancel out.

`SPARSE` are the exponents n below 1,000 whose relation has the fewest terms, found by trying each.
Sources: ISO 3309 (CRC-32); RFC 3720, appendix B.4 (CRC-32C);
NVM Express NVM Command Set 1.0, 5.2.1.3.4 (CRC-64/NVME).
"""

from typing import Final

_SLICE: Final = 1 << 16
"""Bytes folded at once: a number of this size stays in the processor's cache."""
SPARSE: Final = {32: 685, 64: 865}


class Crc:
    """A running CRC of one polynomial (in reflected form), all ones before and after."""

    def __init__(self, polynomial: "Polynomial") -> None:
        self._polynomial = polynomial
        self._state = polynomial.mask

    def update(self, data: bytes) -> None:
        view = memoryview(data)
        for start in range(0, len(view), _SLICE):
            self._state = self._polynomial.advance(view[start : start + _SLICE], self._state)

    def digest(self) -> bytes:
        value = self._state ^ self._polynomial.mask
        return value.to_bytes(self._polynomial.width // 8, "big")


class Polynomial:
    """A CRC's polynomial with what is computed from it once."""

    def __init__(self, width: int, reflected: int) -> None:
        self.width = width
        self.mask = (1 << width) - 1
        self._reflected = reflected
        self._powers: dict[int, int] = {}
        self._table = [_divide(byte, reflected, 8) for byte in range(256)]
        remainder = _divide(1 << (width - 1), reflected, SPARSE[width])
        powers = (width - 1 - bit for bit in range(width) if remainder >> bit & 1)
        self._shifts = sorted(SPARSE[width] - power for power in powers)

    def advance(self, data: memoryview, state: int) -> int:
        """The state after `data`."""
        if len(data) * 8 >= self.width:
            data, state = memoryview(self._fold(data, state)), 0
        table = self._table
        for byte in data:
            state = table[(state ^ byte) & 0xFF] ^ (state >> 8)
        return state

    def join(self, first: int, second: int, size: int) -> int:
        """The CRC of two messages, one after the other; `size` is that of the second, in bytes."""
        if size not in self._powers:
            self._powers[size] = self._power(8 * size)
        return self._times(first, self._powers[size]) ^ second

    def _power(self, exponent: int) -> int:
        """The power of x."""
        power, square = 1 << (self.width - 1), 1 << (self.width - 2)
        while exponent:
            if exponent & 1:
                power = self._times(power, square)
            square = self._times(square, square)
            exponent >>= 1
        return power

    def _times(self, one: int, other: int) -> int:
        """The product of two remainders."""
        product = 0
        for bit in reversed(range(self.width)):
            if one >> bit & 1:
                product ^= other
            other = _divide(other, self._reflected, 1)
        return product

    def _fold(self, data: memoryview, state: int) -> bytes:
        """A short message of the same remainder, with the state worked in."""
        message, bits = int.from_bytes(data, "little") ^ state, 8 * len(data)
        near, far = self._shifts[0], self._shifts[-1]
        doubled = 1 << max(0, (bits // (near + far)).bit_length() - 1)
        while doubled:
            block = near * doubled & ~7
            while block + far * doubled <= bits:
                first = message & ((1 << block) - 1)
                message >>= block
                for shift in self._shifts:
                    message ^= first << (shift * doubled - block)
                bits -= block
            doubled >>= 1
        return message.to_bytes(bits // 8, "little")


def _divide(value: int, reflected: int, times: int) -> int:
    """`value` times x, `times` over, modulo the polynomial."""
    for _ in range(times):
        value = (value >> 1) ^ (reflected if value & 1 else 0)
    return value


CRC32 = Polynomial(32, 0xEDB88320)
CRC32C = Polynomial(32, 0x82F63B78)
CRC64NVME = Polynomial(64, 0x9A6C_9329_AC4B_C9B5)
