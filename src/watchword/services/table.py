"""Every operation that is served: service -> operation name -> its row.

What the models know beyond this answers NotImplemented; tests/golden/not_yet.txt lists it.
"""

from watchword.services import iam, s3, sts
from watchword.services.operation import Operation

SERVED: dict[str, dict[str, Operation]] = {
    "iam": iam.OPERATIONS,
    "s3": s3.OPERATIONS,
    "sts": sts.OPERATIONS,
}
