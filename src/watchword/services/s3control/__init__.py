"""The S3 Control service: what holds for all buckets of an account, and tags of resources."""

from watchword.services.operation import Operation
from watchword.services.s3control import public_access_blocks, tags

OPERATIONS: dict[str, Operation] = {**public_access_blocks.OPERATIONS, **tags.OPERATIONS}
