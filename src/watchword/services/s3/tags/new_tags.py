"""The tags that a put, a copy or an upload gives its object, and the permissions that this needs.

1. Tags of the header x-amz-tagging need s3:PutObjectTagging besides s3:PutObject.
2. A copy has the tags of its source, unless x-amz-tagging-directive is REPLACE. To copy tags needs
   s3:GetObjectTagging for the source and s3:PutObjectTagging for the copy.
3. Conditions see the tags that the object will have (s3:RequestObjectTag), wherever they come from. So a
   caller who may set certain tags only can't get others by copying.

Source: Amazon S3 User Guide, "Categorizing your objects using tags", "API operations related to object
tagging" and "Object tagging and access control policies".
"""

from collections.abc import Mapping

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.identity.tags import as_condition_keys
from watchword.services.operation import Call
from watchword.services.s3.demands import bucket_of, object_demand
from watchword.services.s3.sources import stored_source, to_read_source
from watchword.services.s3.tags.tag_sets import Tags, tags_of_header


def new_tags(call: Call) -> Tags:
    """The tags that the object will have."""
    if _copies_tags(call):
        row = stored_source(call)
        return dict(row.tags) if row else {}
    return tags_of_header(call.input.get("Tagging", ""))


def to_tag(call: Call) -> tuple[Demand, ...]:
    """What the tags need: rules 1 and 2."""
    tags = new_tags(call)
    if not tags:
        return ()
    fact, key = bucket_of(call), call.input["Key"]
    puts = object_demand(call, fact, "s3:PutObjectTagging", key, request_tags(tags))
    if not _copies_tags(call):
        return (puts,)
    return to_read_source(call, "s3:GetObjectTagging"), puts


def request_tags(tags: Mapping[str, str]) -> dict[str, ContextValue]:
    """The condition keys s3:RequestObjectTag/<key> and s3:RequestObjectTagKeys: rule 3."""
    if not tags:
        return {}
    return as_condition_keys("s3:RequestObjectTag", tags.items()) | {"s3:RequestObjectTagKeys": tuple(tags)}


def _copies_tags(call: Call) -> bool:
    return "CopySource" in call.input and call.input.get("TaggingDirective", "COPY") == "COPY"
