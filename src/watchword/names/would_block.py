"""How work on the event loop stops when it would have to wait."""


class WouldBlock(Exception):  # noqa: N818 not an error: a sign to start again
    """The value isn't cached, so this would block. Nothing has been done: start again in a thread."""


class Waits(WouldBlock):
    """It would wait for a function to answer. Start again in a thread for such calls."""


class MovesBytes(WouldBlock):
    """It would block for as long as it takes to copy an object. Start again in a thread for such work."""
