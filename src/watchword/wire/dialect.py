"""How one service departs from its protocol, as a value on the service's row of `services`.

Every default is the protocol's own way, so most services have the default dialect. Code outside the table
reads the row and never asks which service it is. Refusals build the error for a request; where one is None or
returns None, the protocol's error is used.
What doesn't belong here: the dialects themselves (s3, iam), and what all services of a protocol share.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from watchword.names import AwsError, HttpRequest
from watchword.wire import answers, values
from watchword.wire.faults import ErrorFormat
from watchword.wire.form import FormError
from watchword.wire.shapes import Shape
from watchword.wire.validate import Violation
from watchword.wire.values import UnreadableError

Name = str


class Unmatched(NamedTuple):
    """A request that matches no operation, and what there is at its path."""

    request: HttpRequest
    path: str
    """With the bucket of the host."""
    query: Mapping[str, Sequence[str]]
    sub_resources: tuple[Name, ...]
    """Those of the request, in the order of their names."""
    methods: tuple[Name, ...]
    """The methods that operations with these sub-resources have, in the order of their names."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is peculiar to one service."""

    # --- requests
    bucket_in_host: bool = False
    """Whether the Host header can name a bucket, which then comes before the path (see `addressing`)."""
    read_path: Callable[[str], str] = str
    """The path of a request -> the path that its templates match."""
    spellings: Mapping[Name, Callable[[str], str]] = field(default_factory=dict)
    """Member of a header or query -> a function that spells its value as the model does."""
    lenient: frozenset[Name] = frozenset()
    """Members of headers that are ignored if they can't be read."""
    sub_resources: Collection[Name] | None = None
    """Query keys that choose an operation, beside those of the model's URIs (see `routes`)."""

    # --- refusals
    error_format: ErrorFormat | None = None
    malformed_uri: Callable[[FormError], AwsError] | None = None
    """For a path or query string that can't be read."""
    no_operation: Callable[[Unmatched], AwsError] | None = None
    """For a request that matches no operation."""
    unreadable: Callable[[UnreadableError], AwsError] | None = None
    """For a value that isn't of its type, or a body that isn't the expected document."""
    invalid: Callable[[Sequence[Violation], Shape], AwsError | None] | None = None
    """For values that violate the model; given all violations, in order, and the shape of the input."""
    error_fields: Mapping[Name, Mapping[Name, str]] = field(default_factory=dict)
    """Code -> what an error of the model has beside its message, unless it brings its own."""

    # --- answers
    request_id_headers: Callable[[str], answers.Headers] = answers.request_id_header
    namespace: str = ""
    """The XML namespace of answers, where it isn't the model's."""
    write_iso: Callable[[datetime], str] = values.write_iso
    """How ISO 8601 timestamps are written in XML."""
    root_element: Callable[[Name], Name] | None = None
    """Operation -> the root element of its answer; None: the output shape's own name."""
    unwrapped: Mapping[Name, Name] = field(default_factory=dict)
    """Operation -> the one member whose value is the content of the root element."""
    partial_member: Name = ""
    """The output member whose presence makes the status 206 (RFC 9110, section 15.3.7)."""


STANDARD = Dialect()
"""The protocol's own way in everything."""
