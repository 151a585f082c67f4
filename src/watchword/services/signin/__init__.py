"""AWS Sign-In: credentials for people who signed in in a browser, and work in a terminal."""

from watchword.services.operation import Operation
from watchword.services.signin import tokens

OPERATIONS: dict[str, Operation] = {**tokens.OPERATIONS}
