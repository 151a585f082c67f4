"""Importing: files -> staging -> plan -> store.

1. All files are read and every entity is checked. What is wrong is collected, each with its place.
2. Each entity is compared with the store. What it refers to must be there.
3. If anything was wrong, or differs and shall not be replaced, nothing is written.
4. Entities are written in batches, each a transaction of its own with its audit event. So a crash leaves
   whole entities, each with all its policies, and the same command goes on from there: what is the same is
   left. In each transaction the batch is compared again: a server may have changed something meanwhile.

What only the store has is left alone. An account that isn't here is made; it has no root key.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from watchword.identity.aws_managed import OWNER as AWS
from watchword.installation.administrator import Refused
from watchword.installation.installation import Installation
from watchword.installation.operator_events import record_command
from watchword.names import nouns
from watchword.store import Conflict, StillReferenced, Transaction, accounts
from watchword.store.accounts import Account
from watchword.transfer import form
from watchword.transfer.checks import Found, Wrong, check
from watchword.transfer.compare import Step, left_out, steps
from watchword.transfer.references import References, see_policy_of_aws
from watchword.transfer.report import DIFFERS, MAKE, REPLACE, SAME, Report
from watchword.transfer.staging import Batch, Staging
from watchword.transfer.stream import Element, Unreadable, elements
from watchword.transfer.write import write

BATCH = 500
NAME = "imported"
"""Of an account that an import makes."""

Progress = Callable[[str, int, int], object]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import: where to, from which files, and what may be done."""

    installation: Installation
    files: Sequence[Path]
    replace: bool = False
    dry_run: bool = False
    progress: Progress = lambda *_: None

    def run(self) -> Report:
        """Raises Refused when the store was changed meanwhile, after whole batches."""
        report = Report()
        with Staging() as staging:
            for file in self.files:
                self._read(file, staging, report)
            changing = [] if report.problems else self._plan(staging, report)
            if not (report.problems or self.dry_run or (report.differences and not self.replace)):
                self._write(staging, changing)
        return report

    def _read(self, file: Path, staging: Staging, report: Report) -> None:  # 1.
        try:
            with file.open("rb") as data, TextIOWrapper(data, "utf-8") as text:
                size = file.stat().st_size
                for element in elements(text, f"{file}: $"):
                    self.progress(f"reading {file.name}", data.tell(), size)
                    _stage(element, staging, report)
                    if report.full:
                        return
        except Unreadable as error:
            report.problems.append(str(error))
        except OSError as error:
            report.problems.append(f"{file}: {error.strerror}")

    def _plan(self, staging: Staging, report: Report) -> list[bool]:  # 2.
        """Which batches change something."""
        total, done, changing = staging.count(), 0, []
        for batch in staging.batches(BATCH):
            with self.installation.database.read() as tx:
                references = References(staging, tx, report)
                taken = [
                    _outcome(each, report, replace=self.replace)
                    for each in _steps(tx, batch, references, report)
                ]
                if accounts.by_id(tx, batch.account) is None and batch.account not in report.new_accounts:
                    report.new_accounts.append(batch.account)
            changing.append(MAKE in taken or REPLACE in taken)
            done += len(batch.found)
            self.progress("comparing", done, total)
            if report.full:
                break
        return changing

    def _write(self, staging: Staging, changing: Sequence[bool]) -> None:  # 4.
        total, done = staging.count(), 0
        for batch, changes in zip(staging.batches(BATCH), changing, strict=True):
            if changes:
                self._write_batch(staging, batch)
            done += len(batch.found)
            self.progress("writing", done, total)

    def _write_batch(self, staging: Staging, batch: Batch) -> None:
        now = self.installation.clock.now()
        try:
            with self.installation.database.write(now) as tx:
                again = Report()
                references = References(staging, tx, again)
                wanted = [each for each in _steps(tx, batch, references, again) if not each.is_same]
                if again.problems or (any(each.record for each in wanted) and not self.replace):
                    raise Refused("the store was changed meanwhile; run the command again")
                self._add_account(tx, batch.account)
                write(tx, batch.noun, wanted, references)
                self._record(tx, batch, wanted)
        except (Conflict, StillReferenced):
            raise Refused("the store was changed meanwhile; run the command again") from None

    def _add_account(self, tx: Transaction, account: str) -> None:
        if accounts.by_id(tx, account) is None:
            accounts.insert(tx, Account(account, NAME, tx.at))
            record_command(
                self.installation, tx, "CreateAccount", account, {"name": NAME}, {"accountId": account}
            )

    def _record(self, tx: Transaction, batch: Batch, wanted: Sequence[Step]) -> None:
        replaced = sum(each.record is not None for each in wanted)
        given = {"files": ", ".join(file.name for file in self.files), "type": batch.noun}
        made = {"made": str(len(wanted) - replaced), "replaced": str(replaced)}
        record_command(self.installation, tx, "ImportEntities", batch.account, given, made)


def _stage(element: Element, staging: Staging, report: Report) -> None:
    for member in element.members - form.MEMBERS[element.section]:
        report.notes[f"{element.section}: the member {member} isn't known here, and is left out"] += 1
    try:
        for found in check(element):
            if found.account == AWS:
                see_policy_of_aws(found, staging, report)
            elif left_out(found):
                report.notes[f"{found.arn} is left out: each installation makes its own"] += 1
            else:
                staging.add(found)
                _note_unsaid(found, report)
    except Wrong as wrong:
        report.problems.append(str(wrong))


def _note_unsaid(found: Found, report: Report) -> None:
    if found.noun == nouns.ROLE and not found.detail.max_session_duration:
        report.notes["MaxSessionDuration of roles isn't in the files: a new role has one hour"] += 1


def _steps(tx: Transaction, batch: Batch, references: References, report: Report) -> Iterator[Step]:
    settled = []
    for found in batch.found:
        try:
            settled.append(references.settle(found))
        except Wrong as wrong:
            report.problems.append(str(wrong))
    for step in steps(tx, Batch(batch.noun, batch.account, settled)):
        if isinstance(step, Wrong):
            report.problems.append(str(step))
        else:
            yield step


def _outcome(step: Step, report: Report, *, replace: bool) -> str:
    outcome = MAKE if step.record is None else SAME if step.is_same else REPLACE if replace else DIFFERS
    found = step.wanted
    report.counts[found.account, found.noun, outcome] += 1
    if step.differing:
        report.differences.append(
            f"{found.place}: {found.arn} is here with other {', '.join(step.differing)}"
        )
    return outcome
