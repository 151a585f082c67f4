"""Floor 2: AWS's protocols, from the models of its services. Bytes in, calls out; outputs in, bytes out.

`recognise` says which operation a request is for; the `Operation` parses it, and writes its output or its
error. A request that is for none raises `UnrecognisedError`, which knows how to say so; `PLAIN` says an error
of which not even that is known. Models are read through a function from outside: no I/O here.
"""

from watchword.wire.operation import Models, Operation, Service
from watchword.wire.recognise import UnrecognisedError, recognise
from watchword.wire.voices import PLAIN, Voice

__all__ = ["PLAIN", "Models", "Operation", "Service", "UnrecognisedError", "Voice", "recognise"]
