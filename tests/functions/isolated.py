"""Whether functions run on this host: where no form of isolation works, tests do without them."""

from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter

ISOLATED = strongest(Interpreter.own()) is not None
OPTIONS = ("--functions",) if ISOLATED else ()
"""Of a server in tests of all services."""
