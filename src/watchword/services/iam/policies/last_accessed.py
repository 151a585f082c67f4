"""Reports on services last accessed: which services an entity may use, and when they were last used.

1. The services are those that its policies grant (`granting`). Those of a group or managed policy count for
   all users and roles that have them.
2. A use is the last call of an operation that is noted (`watchword.access.last_use`), allowed or not, within
   TRACKED. Uses by root users aren't reported.
3. An action is told apart if it is no operation on data. Only actions that were used are listed.

A job ends at once, and nothing is kept of it. The report is as of the moment in which it is read.

Sources: IAM API Reference, GenerateServiceLastAccessedDetails, GetServiceLastAccessedDetails,
GetServiceLastAccessedDetailsWithEntities; IAM User Guide, "Refine permissions in AWS using last accessed
information" (400 days; entities and what they report).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from watchword.access import Demand
from watchword.identity import aws_managed
from watchword.identity.refusals import missing, missing_job
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.ids import Prefix
from watchword.proofs.access_report import AccessReport
from watchword.services.iam import demands, pages
from watchword.services.iam.entity_types import POLICY, Entity, named_by
from watchword.services.iam.policies.granting import Grant, grants_of, grants_of_policy
from watchword.services.iam.shapes import Shape, present, second
from watchword.services.operation import Call, Operation, Output, reads
from watchword.store import Transaction
from watchword.store.iam import accesses, groups, policies, roles, users
from watchword.store.iam.accesses import Access, Principal
from watchword.store.iam.entitled import Source
from watchword.store.iam.policies import Policy

if TYPE_CHECKING:
    from watchword.policy.checking.catalogue import Catalogue

TRACKED = timedelta(days=400)
SERVICE_LEVEL, ACTION_LEVEL = "SERVICE_LEVEL", "ACTION_LEVEL"
_SEVERAL = ("Analytics", "IntelligentTiering", "Inventory", "Metrics")
ACTIONS: Mapping[str, str] = {
    "access-analyzer:ExplainAccess": "iam:SimulatePrincipalPolicy",
    "access-analyzer:ExplainCase": "iam:SimulateCustomPolicy",
    "access-analyzer:ExplainEvent": "cloudtrail:LookupEvents",
    "access-analyzer:ExplainMessage": "sts:DecodeAuthorizationMessage",
    "s3:DeleteBucketCors": "s3:PutBucketCORS",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "s3:DeleteBucketReplication": "s3:PutReplicationConfiguration",
    "s3:DeleteBucketTagging": "s3:PutBucketTagging",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:PutBucketAccelerateConfiguration": "s3:PutAccelerateConfiguration",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "s3:PutObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    **{f"s3:DeleteBucket{noun}Configuration": f"s3:Put{noun}Configuration" for noun in _SEVERAL},
    **{f"s3:GetBucket{noun}Configuration": f"s3:Get{noun}Configuration" for noun in _SEVERAL},
    **{f"s3:ListBucket{noun}Configurations": f"s3:Get{noun}Configuration" for noun in _SEVERAL},
}
"""Actions whose operation has another name."""
_BY_ID: Mapping[str, tuple[str, Callable[[Transaction, str], Entity | None]]] = {
    Prefix.USER: (nouns.USER, users.by_id),
    Prefix.GROUP: (nouns.GROUP, groups.by_id),
    Prefix.ROLE: (nouns.ROLE, roles.by_id),
    Prefix.MANAGED_POLICY: (
        nouns.POLICY,
        lambda tx, policy_id: policies.by_id(tx, policy_id) or aws_managed.by_id(policy_id),
    ),
}


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was asked for, and what it is about."""

    job: AccessReport
    source: Source
    grants: list[Grant]

    def grants_access(self, service: str) -> bool:
        return any(grant.reaches(service) for grant in self.grants)


def generate_details(call: Call) -> Output:
    """GenerateServiceLastAccessedDetails."""
    wants_actions = call.input.get("Granularity", SERVICE_LEVEL) == ACTION_LEVEL
    job = AccessReport(_subject(call).id, wants_actions, call.now)
    return {"JobId": job.job_id(call.account, call.caller.principal.unique_id, _root(call))}


def get_details(call: Call) -> Output:
    """GetServiceLastAccessedDetails: services sorted by namespace."""
    report = _report(call)
    services = filter(report.grants_access, _catalogue().services)
    shown, end = pages.page(call, services, str)
    since = call.now - TRACKED
    counts = accesses.counts(call.tx, report.source, since)
    latest = accesses.latest(call.tx, report.source, since)
    arns = {each.principal_id: _arn(call.tx, each.principal_id) for each in latest}
    listed = []
    for service in shown:
        used = [each for each in latest if each.service == service]
        actions = _actions(used, arns) if report.job.actions else []
        total = {"TotalAuthenticatedEntities": counts.get(service, 0)}
        listed.append(_service(service, used, arns) | total | present("TrackedActionsLastAccessed", actions))
    return {
        "JobStatus": "COMPLETED",
        "JobType": ACTION_LEVEL if report.job.actions else SERVICE_LEVEL,
        "JobCreationDate": report.job.created,
        "ServicesLastAccessed": listed,
        "JobCompletionDate": report.job.created,
        **end,
    }


def get_details_with_entities(call: Call) -> Output:
    """GetServiceLastAccessedDetailsWithEntities: users and roles, those first that used the service last."""
    report, service = _report(call), call.input["ServiceNamespace"].lower()
    found: list[Principal] = []
    if report.grants_access(service):
        found = accesses.principals(call.tx, report.source, service, call.now - TRACKED)
    shown, end = pages.page(call, found, _newest_first)
    listed = list(map(_entity_details, shown))
    return {
        "JobStatus": "COMPLETED",
        "JobCreationDate": report.job.created,
        "JobCompletionDate": report.job.created,
        "EntityDetailsList": listed,
        **end,
    }


def to_generate(call: Call) -> tuple[Demand, ...]:
    """On the user, group, role or managed policy. Raises InvalidInput for anything else."""
    arn = EntityArn.parse(call.input["Arn"], POLICY.noun)
    return demands.on_policy_of(call, arn) if arn else demands.on_source("Arn")(call)


def _subject(call: Call) -> Entity:
    """What the report will be about, as it was decided on. Raises NoSuchEntity."""
    text = call.input["Arn"]
    if EntityArn.parse(text, POLICY.noun):
        return POLICY.resolved_entity(call, text)
    kind, arn = named_by(text)
    entity: Entity | None = kind.resolved_entity(call, arn.name) if arn.account == call.account else None
    if entity is None or entity.arn != text:
        raise missing(kind.noun, arn.name)
    return entity


def _report(call: Call) -> Report:
    """Raises NoSuchEntity."""
    job_id: str = call.input["JobId"]
    job = AccessReport.read(job_id, call.account, call.caller.principal.unique_id, _root(call))
    if job is None:
        raise missing_job(job_id)
    noun, by_id = _BY_ID[job.kind]
    subject = by_id(call.tx, job.subject)
    if subject is None:
        raise missing_job(job_id)
    if isinstance(subject, Policy):
        return Report(job, Source(noun, call.account, subject.arn), grants_of_policy(call, subject.arn))
    return Report(job, Source(noun, call.account, subject.id), grants_of(call, noun, subject))


def _root(call: Call) -> bytes:
    return call.world.root_key.material


def _catalogue() -> "Catalogue":
    from watchword.reference.actions import catalogue  # noqa: PLC0415 only these operations need it

    return catalogue()


def _service(service: str, used: list[Access], arns: Mapping[str, str]) -> Shape:
    """used: the newest first."""
    last = used[0] if used else None
    return {
        "ServiceName": _catalogue().service_names.get(service, service),
        **present("LastAuthenticated", last and second(last.at)),
        "ServiceNamespace": service,
        **present("LastAuthenticatedEntity", last and arns[last.principal_id]),
        **present("LastAuthenticatedRegion", last and last.region),
    }


def _actions(used: list[Access], arns: Mapping[str, str]) -> list[Shape]:
    """The tracked actions among them, sorted by name."""
    found = []
    for each in used:
        called = f"{each.service}:{each.operation}"
        if action := _catalogue().action(ACTIONS.get(called, called)):
            found.append(
                {
                    "ActionName": action.name.partition(":")[2],
                    "LastAccessedEntity": arns[each.principal_id],
                    "LastAccessedTime": second(each.at),
                    "LastAccessedRegion": each.region,
                }
            )
    return sorted(found, key=lambda action: action["ActionName"])


def _arn(tx: Transaction, principal_id: str) -> str:
    principal = users.by_id(tx, principal_id) or roles.by_id(tx, principal_id)
    assert principal is not None
    return principal.arn


def _entity_details(principal: Principal) -> Shape:
    info = {
        "Arn": principal.arn,
        "Name": principal.name,
        "Type": principal.noun.upper(),
        "Id": principal.id,
        "Path": principal.path,
    }
    return {"EntityInfo": info, **present("LastAuthenticated", second(principal.last))}


def _newest_first(principal: Principal) -> str:
    """A text that sorts so. It is unique, since it ends in the id."""
    age = datetime.max.replace(tzinfo=UTC) - (principal.last or datetime.min.replace(tzinfo=UTC))
    return f"{age // timedelta(microseconds=1):020} {principal.id}"


OPERATIONS: dict[str, Operation] = {
    "GenerateServiceLastAccessedDetails": reads(generate_details, to_generate),
    "GetServiceLastAccessedDetails": reads(get_details, demands.on_account),
    "GetServiceLastAccessedDetailsWithEntities": reads(get_details_with_entities, demands.on_account),
}
