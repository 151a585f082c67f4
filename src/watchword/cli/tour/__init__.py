"""watchword tour: one request from role to refusal, told by a real server and unmodified boto3."""

from watchword.cli.tour.command import tour

__all__ = ["tour"]
