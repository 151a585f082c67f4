"""AWS Lambda: functions that run under roles."""

from watchword.services.lambda_ import (
    account,
    aliases,
    functions,
    invocations,
    permissions,
    tags,
    urls,
    versions,
)
from watchword.services.lambda_.events import configs as event_configs
from watchword.services.operation import Operation

OPERATIONS: dict[str, Operation] = {
    **functions.OPERATIONS,
    **invocations.OPERATIONS,
    **event_configs.OPERATIONS,
    **versions.OPERATIONS,
    **aliases.OPERATIONS,
    **permissions.OPERATIONS,
    **urls.OPERATIONS,
    **tags.OPERATIONS,
    **account.OPERATIONS,
}
