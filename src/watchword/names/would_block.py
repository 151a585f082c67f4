"""What ends an attempt on the event loop, which may not wait."""


class WouldBlock(Exception):  # noqa: N818 not an error: a sign to start over
    """What was asked for isn't at hand: start over where one may wait. Nothing has been done."""
