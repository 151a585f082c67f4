"""Windows: how many bytes of the answers that are being sent are in memory, for all connections of a process.

1. An answer goes to its connection a window at a time, the next one when the client has taken the last
   (back-pressure).
2. A window is LARGEST while few clients keep us waiting. The fuller the room is that all windows have
   together, the smaller is the next one; SMALLEST it is in any case. So a thousand clients that read slowly
   hold ROOM and a thousand times SMALLEST, however large the objects are.

Only the event loop calls it.
"""

LARGEST = 1 << 20
SMALLEST = 64 << 10
ROOM = 16 << 20


class Windows:
    """The windows of all answers."""

    def __init__(self) -> None:
        self.held = 0
        """Bytes that all windows may have now."""

    def next(self, last: int) -> int:
        """The size of an answer's next window, in place of its last; 0 before the first."""
        self.held -= last
        size = max(SMALLEST, min(LARGEST, (ROOM - self.held) * LARGEST // ROOM))
        self.held += size
        return size

    def leave(self, last: int) -> None:
        """The answer has ended, or its client is gone."""
        self.held -= last
