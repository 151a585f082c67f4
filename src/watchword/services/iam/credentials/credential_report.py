"""The credential report: written at most every four hours, kept, and handed out until the next one is due.

It is written from one snapshot of the database before the transaction begins (`prepare`), so no change waits
for it. GenerateCredentialReport answers STARTED the first time, as AWS does, although the report is ready
when the answer comes.

Source: IAM API Reference, GenerateCredentialReport, GetCredentialReport; IAM User Guide, "Generate credential
reports for your AWS account" (four hours).
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from watchword.identity.credential_report import Held, written
from watchword.identity.refusals import no_report, old_report
from watchword.services.iam import demands, shapes
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import Transaction, accounts
from watchword.store.iam import (
    access_keys,
    credential_reports,
    login_profiles,
    mfa_devices,
    password_policies,
    signing_certificates,
    users,
)
from watchword.store.iam.access_keys import AccessKey
from watchword.store.iam.credential_reports import CredentialReport
from watchword.store.iam.signing_certificates import SigningCertificate
from watchword.store.iam.users import User

GOOD_FOR = timedelta(hours=4)
BATCH = 1000
"""Users that are read at a time."""
FIRST = "No report exists. Starting a new report generation task"


def generate_credential_report(call: Call) -> Output:
    """GenerateCredentialReport."""
    report: CredentialReport | None = call.prepared
    before = credential_reports.of(call.tx, call.account)
    if report is None or (before and _is_current(call, before)):
        return {"State": "COMPLETE"}
    credential_reports.put(call.tx, report)
    return {"State": "STARTED", **shapes.present("Description", "" if before else FIRST)}


def get_credential_report(call: Call) -> Output:
    """GetCredentialReport."""
    report = credential_reports.of(call.tx, call.account)
    if report is None:
        raise no_report()
    if not _is_current(call, report):
        raise old_report()
    return {
        "Content": report.content,
        "ReportFormat": "text/csv",
        "GeneratedTime": shapes.second(report.generated),
    }


def new_report(call: Call) -> CredentialReport | None:
    """The report as of now, None while the last one is current."""
    with call.world.database.read() as tx:
        before = credential_reports.of(tx, call.account)
        if before and _is_current(call, before):
            return None
        return CredentialReport.of_text(call.account, call.now, _text(tx, call.account))


def _is_current(call: Call, report: CredentialReport) -> bool:
    return call.now - report.generated <= GOOD_FOR


def _text(tx: Transaction, account_id: str) -> str:
    account = accounts.by_id(tx, account_id)
    assert account is not None
    root = Held(access_keys.of_root(tx, account_id), signing_certificates.of_root(tx, account_id))
    return written(account, root, _all_users(tx, account_id), password_policies.of(tx, account_id))


def _all_users(tx: Transaction, account: str) -> Iterator[tuple[User, Held]]:
    """All users of an account with their credentials, sorted by name."""
    keys: defaultdict[str | None, list[AccessKey]] = defaultdict(list)
    for key in access_keys.of_account(tx, account):
        keys[key.user_id].append(key)
    certificates: defaultdict[str | None, list[SigningCertificate]] = defaultdict(list)
    for each in signing_certificates.of_account(tx, account):
        certificates[each.user_id].append(each)
    passwords = {profile.user_id: profile for profile in login_profiles.of_account(tx, account)}
    with_devices = mfa_devices.users_with_one(tx, account)
    after, more = "", True
    while more:
        found, more = users.page(tx, account, after=after, limit=BATCH)
        for user in found:
            password, proved = passwords.get(user.id), user.id in with_devices
            yield user, Held(keys.get(user.id, ()), certificates.get(user.id, ()), password, proved)
        after = found[-1].name if found else ""


OPERATIONS: dict[str, Operation] = {
    "GenerateCredentialReport": writes(generate_credential_report, demands.on_account, prepare=new_report),
    "GetCredentialReport": reads(get_credential_report, demands.on_account),
}
