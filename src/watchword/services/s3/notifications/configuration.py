"""The notification configuration of a bucket: put and get. What it says is in `notification_rules`.

1. S3 must be allowed to run each function that is named: the function's policy allows it to the principal
   s3.amazonaws.com, for this bucket and its account. Otherwise: InvalidArgument. A request can leave this out
   (x-amz-skip-destination-validation); then notifications are dropped until it is allowed.
2. A document without configurations ends all notifications.

Source: Amazon S3 API Reference, PutBucketNotificationConfiguration, GetBucketNotificationConfiguration; User
Guide, "Granting permissions to publish event notification messages to a destination".
"""

import msgspec

from watchword.names import AwsError
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.demands import bucket_of, on_bucket
from watchword.services.s3.errors import invalid_argument
from watchword.services.s3.integrity import check_body
from watchword.services.s3.notifications.notifying import ask, bucket_arn
from watchword.services.s3.notifications.rules import SETTING, Rule, read_rules, rules_of
from watchword.store.s3 import bucket_settings

_UNABLE = "Unable to validate the following destination configurations"


def checked_rules(call: Call) -> tuple[Rule, ...]:
    """The rules of the request, after the functions' policies were asked: rule 1."""
    check_body(call.request, required=False)
    rules = read_rules(call.input["NotificationConfiguration"], call.world.randomness)
    if not call.input.get("SkipDestinationValidation", False):
        bucket = bucket_of(call).bucket
        for function in dict.fromkeys(rule.function for rule in rules):
            try:
                ask(call.world, function, bucket_arn(bucket), bucket.account, {"InvocationType": "DryRun"})
            except AwsError as refused:
                error = invalid_argument(_UNABLE, function, refused.said)
                error.meant = f"{refused.code}: {refused.said}"
                raise error from refused
    return rules


def put_bucket_notification_configuration(call: Call) -> Output:
    """PutBucketNotificationConfiguration."""
    rules = call.prepared
    document = msgspec.json.encode(rules).decode() if rules else None
    bucket_settings.put(call.tx, bucket_of(call).bucket, SETTING, document)
    return {}


def get_bucket_notification_configuration(call: Call) -> Output:
    """GetBucketNotificationConfiguration."""
    rules = rules_of(bucket_of(call).settings)
    return {"LambdaFunctionConfigurations": [rule.configuration for rule in rules]}


OPERATIONS: dict[str, Operation] = {
    "PutBucketNotificationConfiguration": writes(
        put_bucket_notification_configuration, on_bucket("s3:PutBucketNotification"), prepare=checked_rules
    ),
    "GetBucketNotificationConfiguration": reads(
        get_bucket_notification_configuration, on_bucket("s3:GetBucketNotification")
    ),
}
