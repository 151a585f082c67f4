"""Sessions that are limited by a policy from the start: of a delegation, and of another account's root user.

The caller is already authorized. In this order:

1. A delegation's token is traded in for a session of who accepted it, within the request's policy, until the
   delegation is over (`identity.delegation`). So every session of it ends at the same moment.
2. A session of a root user is limited by one of TASKS, whose policies only deny: what they leave is allowed,
   as it is to a root user. It lasts MAX_ROOT_SECONDS at most, and inherits the source identity.

Sources: AWS STS API Reference, GetDelegatedAccessToken, AssumeRoot; IAM User Guide, "Perform a privileged
task on an AWS Organizations member account".
"""

from datetime import datetime, timedelta

from watchword.identity.delegation import Redeemed
from watchword.names import AwsError
from watchword.names.ids import Randomness
from watchword.names.principal import Root
from watchword.sessions.assume import Requester, check_packed_size
from watchword.sessions.session import Session, new_session

MAX_ROOT_SECONDS = 900
TASKS = frozenset(
    {
        "IAMAuditRootUserCredentials",
        "IAMCreateRootUserPassword",
        "IAMDeleteRootUserCredentials",
        "S3UnlockBucketPolicy",
        "SQSUnlockQueuePolicy",
    }
)
"""Names of the managed policies below `root-task/`."""
_ALLOW_ALL = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


def delegated_session(delegation: Redeemed, now: datetime, randomness: Randomness) -> Session:
    """GetDelegatedAccessToken. Raises ExpiredTradeInTokenException and PackedPolicyTooLarge."""
    if delegation.expires <= now:  # 1.
        said = "The trade-in token has expired and can no longer be exchanged for credentials."
        raise AwsError("ExpiredTradeInTokenException", 400, said)
    carried = delegation.carried
    session = new_session(
        delegation.principal,
        delegation.expires - now,
        now,
        randomness,
        policies=(delegation.policy,),
        tags=carried.tags,
        transitive=carried.transitive,
        source_identity=carried.source_identity,
        provider=carried.provider,
        claims=carried.claims,
        first=carried.chain,
    )
    check_packed_size(session)
    return session


def root_session(
    root: Root,
    task_policy: str,
    duration: int | None,
    requester: Requester,
    now: datetime,
    randomness: Randomness,
) -> Session:
    """AssumeRoot. `duration` is in seconds."""
    lifetime = timedelta(seconds=MAX_ROOT_SECONDS if duration is None else duration)
    before = requester.session
    return new_session(  # 2.
        root,
        min(lifetime, timedelta(seconds=MAX_ROOT_SECONDS)),
        now,
        randomness,
        policies=(_ALLOW_ALL,),
        policy_arns=(task_policy,),
        source_identity=before.source_identity if before else "",
        assumed_root=True,
        first=before.chain if before else "",
        first_expires=before.chain_expires if before else 0,
        came_of_host=before.host if before else "",
    )
