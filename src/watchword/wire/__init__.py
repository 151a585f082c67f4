"""Floor 2: AWS's protocols, from the models of its services. Bytes in, calls out; outputs in, bytes out.

`recognise` says which operation a request is for; the `Operation` parses it, and writes its output or its
error. A request that is for none raises `UnrecognisedError`; `plain_fault` says that and whatever goes wrong
before an operation is known. Models are read through a function from outside: no I/O here.
"""

from watchword.wire.operation import Models, Operation, Service
from watchword.wire.recognise import UnrecognisedError, plain_fault, recognise

__all__ = ["Models", "Operation", "Service", "UnrecognisedError", "plain_fault", "recognise"]
