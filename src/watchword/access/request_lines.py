"""A line for each request, or for each refusal, at the server's window: who, what, and how to ask why.

A line holds names only: of the operation, the resource, the caller and the error. Neither what the caller
sent nor what was answered is in it, so no secret is. `watchword explain` shows the record, by the request id.
Where and in which form lines are shown, and how many of strangers, is the business of
`installation.operator_log`.
"""

import logging
from typing import Any

from watchword.access.request_log import RequestLog
from watchword.installation.operator_log import KNOWN, STRANGERS
from watchword.names.principal import Saml, WebIdentity

LONGEST_NAME = 256
ANSWERED, REFUSED = logging.INFO, logging.WARNING
_KNOWN, _STRANGERS = logging.getLogger(KNOWN), logging.getLogger(STRANGERS)


def tell(log: RequestLog) -> None:
    """Shows the request, once it is recorded, if such requests are shown."""
    level = REFUSED if log.error else ANSWERED
    if _KNOWN.isEnabledFor(level):
        code = log.error.code if log.error else "ok"
        (_STRANGERS if log.of_stranger else _KNOWN).log(level, code, extra=_names(log))


def _names(log: RequestLog) -> dict[str, Any]:
    action, resource = _asked(log)
    return {
        "request_id": log.request_id,
        "action": action,
        "resource": resource[:LONGEST_NAME],
        "principal": _who(log)[:LONGEST_NAME],
        "source": log.request.peer,
    }


def _asked(log: RequestLog) -> tuple[str, str]:
    """The demand that was refused, or else the first; without demands, the operation."""
    for demand, decision in zip(log.demands, log.decisions, strict=False):
        if not (decision.allowed or demand.optional):
            return demand.action, demand.resource
    if log.demands:
        return log.demands[0].action, log.demands[0].resource
    if log.console:
        return f"signin:{log.console.name}", ""
    return f"{log.operation.service.name}:{log.operation.name}" if log.operation else "unknown", ""


def _who(log: RequestLog) -> str:
    if log.caller is not None and not log.caller.anonymous:
        principal = log.caller.principal
        return principal.userid if isinstance(principal, WebIdentity | Saml) else principal.arn
    return log.access_key_id or "anonymous"
