"""Removing machines and executions: what belongs to them goes with them.

A machine that is being deleted starts no executions. Those that it has are removed, many at a time, so that
no other change waits for long; a job does what is left. An execution that ended 90 days ago is removed too;
of an express machine nothing is kept once it was answered, so it is removed after some minutes.
Source: Step Functions API Reference, DeleteStateMachine; Developer Guide, "Service quotas": execution history
retention.
"""

from datetime import timedelta

from watchword.services.jobs import Job
from watchword.store import Transaction
from watchword.store.machines import executions, state_machines
from watchword.store.machines.state_machines import EXPRESS, STANDARD, StateMachine
from watchword.world import World

AT_ONCE = 50
"""Each with up to 25,000 events."""
KEPT = {STANDARD: timedelta(days=90), EXPRESS: timedelta(minutes=10)}


def empty(tx: Transaction, machine: StateMachine) -> bool:
    """Removes some executions of a machine, and the machine after the last. Whether it is gone."""
    ids, more = executions.of_machine(tx, machine.id, limit=AT_ONCE)
    executions.remove(tx, ids)
    if not more:
        state_machines.remove(tx, machine)
    return not more


def sweep(world: World) -> None:
    """Removes what is to go."""
    while _sweep_once(world):
        pass


def _sweep_once(world: World) -> bool:
    with world.database.read() as tx:
        deleting = state_machines.being_deleted(tx, limit=1)
        over = [
            each
            for kind, kept in KEPT.items()
            for each in executions.stopped_before(tx, world.clock.now() - kept, kind, limit=AT_ONCE)
        ]
    if not deleting and not over:
        return False
    with world.database.write(world.clock.now()) as tx:
        executions.remove(tx, over)
        for machine in deleting:
            if state_machines.by_id(tx, machine.id):
                empty(tx, machine)
    return True


SWEEP = Job("remove state machines and executions", timedelta(minutes=1), sweep)
