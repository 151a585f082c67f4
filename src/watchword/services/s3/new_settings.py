"""What a new bucket is: who owns its objects, its ACL, and that public access to it is blocked.

1. Public access is blocked, so a public ACL is refused.
2. The object ownership is BucketOwnerEnforced, unless another is asked for, which needs
   s3:PutBucketOwnershipControls. With it, no ACL may grant anything to others.
3. An ACL that grants anything to others needs s3:PutBucketAcl.
Source: Amazon S3 API Reference, CreateBucket, "Permissions"; User Guide, "Blocking public access", "Setting
Object Ownership when you create a bucket".
"""

from watchword.access import Demand
from watchword.facts.buckets import ACL, OWNERSHIP, PUBLIC_ACCESS_BLOCK
from watchword.policy.buckets.governing import ENFORCED
from watchword.policy.buckets.public import SETTINGS
from watchword.services.operation import Call
from watchword.services.s3.access.grants import given_acl, is_given
from watchword.services.s3.attached import of_account
from watchword.services.s3.errors import s3_error
from watchword.services.s3.keys import keys_of


def new_settings(call: Call) -> dict[str, str]:
    """The settings of the bucket that the call makes: name -> document."""
    settings, owner = {PUBLIC_ACCESS_BLOCK: " ".join(SETTINGS)}, call.account
    ownership = call.input.get("ObjectOwnership", ENFORCED)
    if ownership != ENFORCED:
        settings[OWNERSHIP] = ownership
    acl = given_acl(call, owner, owner)
    if acl.beyond(owner):
        if ownership == ENFORCED:
            raise s3_error("InvalidBucketAclWithObjectOwnership")  # 2.
        if acl.public:
            raise s3_error("InvalidBucketAclWithBlockPublicAccessError")  # 1.
        settings[ACL] = str(acl)
    return settings


def to_set(call: Call, arn: str) -> tuple[Demand, ...]:
    """Rules 2 and 3."""
    actions = ["s3:PutBucketOwnershipControls"] if "ObjectOwnership" in call.input else []
    if is_given(call) and call.input.get("ACL") != "private":
        actions.append("s3:PutBucketAcl")
    owner = of_account(call.account)
    return tuple(owner.demand(action, arn, keys_of(call, action)) for action in actions)
