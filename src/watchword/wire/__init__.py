"""Floor 2: AWS's protocols, from the models of its services. Bytes in, calls out; outputs in, bytes out.

`recognise` finds the operation that a request is for; the `Operation` parses the request, and writes the
output or the error. A request for no operation raises `UnrecognisedError`; `error_response` answers it, and
all that goes wrong before an operation is known. The caller passes in a function that reads models: no I/O.
"""

from watchword.wire.operation import Models, Operation, Service
from watchword.wire.recognise import UnrecognisedError, error_response, recognise

__all__ = ["Models", "Operation", "Service", "UnrecognisedError", "error_response", "recognise"]
