"""How work on the event loop stops when it would have to wait."""


class WouldBlock(Exception):  # noqa: N818 not an error: a sign to start again
    """The value isn't cached, so this would block. Nothing has been done: start again in a thread."""
