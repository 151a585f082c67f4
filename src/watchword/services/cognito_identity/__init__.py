"""Amazon Cognito identity pools."""

from watchword.services.cognito_identity import (
    credentials,
    developers,
    identities,
    identity_pools,
    pool_roles,
    tag_maps,
    tags,
    tokens,
)
from watchword.services.operation import Operation

OPERATIONS: dict[str, Operation] = {
    **credentials.OPERATIONS,
    **developers.OPERATIONS,
    **identities.OPERATIONS,
    **identity_pools.OPERATIONS,
    **pool_roles.OPERATIONS,
    **tag_maps.OPERATIONS,
    **tags.OPERATIONS,
    **tokens.OPERATIONS,
}
