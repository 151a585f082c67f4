"""ARNs of identity pools: `arn:aws:cognito-identity:REGION:ACCOUNT:identitypool/POOL`.

Source: Service Authorization Reference, "Amazon Cognito Identity", resource types.
"""

from dataclasses import dataclass

from watchword.identity.pools.errors import error
from watchword.names import Arn
from watchword.store.cognito_identity.pools import arn_of

_NOUN = "identitypool/"


@dataclass(frozen=True, slots=True)
class PoolArn:
    """The ARN of a pool, whether it exists or not."""

    partition: str
    region: str
    account: str
    id: str

    @classmethod
    def find(cls, arn: Arn) -> "PoolArn | None":
        """None for the ARN of anything else."""
        pool_id = arn.resource.removeprefix(_NOUN)
        if arn.service != "cognito-identity" or pool_id == arn.resource or "\0" in pool_id:
            return None
        return cls(arn.partition, arn.region, arn.account, pool_id)

    @classmethod
    def parse(cls, text: str) -> "PoolArn":
        """Raises InvalidParameterException."""
        try:
            found = cls.find(Arn.parse(text))
        except ValueError:
            found = None
        if found is None:
            raise error("InvalidParameter", f"{text} is not the ARN of an identity pool.")
        return found

    def __str__(self) -> str:
        return arn_of(self.partition, self.region, self.account, self.id)
