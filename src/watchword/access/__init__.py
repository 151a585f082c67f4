"""Floor 5: who is this?  may they?  write it down."""

from watchword.access.authenticate import admit, authenticate
from watchword.access.authorize import Circumstances, authorize, refusal
from watchword.access.caller import Caller
from watchword.access.claims import Shown, shown
from watchword.access.demand import Demand, Reserved
from watchword.access.forms import Upload
from watchword.access.last_use import note_use
from watchword.access.origin import as_sent
from watchword.access.record import Visit, record
from watchword.access.refused import authorization_message
from watchword.access.replays import refuse_replay

__all__ = [
    "Caller",
    "Circumstances",
    "Demand",
    "Reserved",
    "Shown",
    "Upload",
    "Visit",
    "admit",
    "as_sent",
    "authenticate",
    "authorization_message",
    "authorize",
    "note_use",
    "record",
    "refusal",
    "refuse_replay",
    "shown",
]
