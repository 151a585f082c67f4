"""Floor 1: the vocabulary: ARNs, principals, identifiers, errors, and an HTTP request."""

from watchword.names.arn import Arn
from watchword.names.errors import AwsError, fault
from watchword.names.http import Body, HttpRequest, HttpResponse
from watchword.names.principal import Principal

__all__ = ["Arn", "AwsError", "Body", "HttpRequest", "HttpResponse", "Principal", "fault"]
