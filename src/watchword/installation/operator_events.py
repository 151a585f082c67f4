"""The audit event of what an operator did on the host, without credentials.

It has the form of CloudTrail's events, and a type of its own. It commits together with what was done; of
credentials that were handed out, it commits before that.
Source: AWS CloudTrail User Guide, "CloudTrail record contents".
"""

from collections.abc import Mapping

import msgspec

from watchword.installation.installation import Installation
from watchword.names.ids import new_request_id
from watchword.names.moment import iso
from watchword.store import Transaction, audit

EVENT_VERSION = "1.11"
OPERATORS = "OperatorCommand"
"""The type of these events."""


def record_command(
    installation: Installation,
    tx: Transaction,
    name: str,
    account: str,
    given: Mapping[str, str],
    made: Mapping[str, str],
) -> None:
    """Records a command: its name, whose account it was about, what it was given and what came of it."""
    operator, event_id = installation.operator, new_request_id(installation.randomness)
    event = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": {"type": "Operator", "principalId": f"uid:{operator.uid}", "userName": operator.name},
        "eventTime": iso(tx.at),
        "eventSource": "watchword",
        "eventName": name,
        "awsRegion": "",
        "sourceIPAddress": operator.host,
        "userAgent": "watchword",
        "requestParameters": dict(given) or None,
        "responseElements": dict(made) or None,
        "requestID": event_id,
        "eventID": event_id,
        "readOnly": False,
        "eventType": OPERATORS,
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    text = msgspec.json.encode(event).decode()
    audit.insert(tx, audit.Event(event_id, tx.at, account, event_id, text))
