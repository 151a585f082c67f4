"""IAM Access Analyzer: checks of policies; and Watchword's own operations, which explain decisions."""

from watchword.services.accessanalyzer import explanations, policies
from watchword.services.operation import Operation

OPERATIONS: dict[str, Operation] = {**policies.OPERATIONS, **explanations.OPERATIONS}
