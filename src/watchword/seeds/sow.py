"""Making what a seed asks for, in an empty server.

Each step is the call of an operation by the account's root user: checked by the model, decided, recorded.
"""

from watchword.access import Caller
from watchword.access.request_context import Via
from watchword.gateway.dispatch import dispatch
from watchword.installation.bootstrap import add_user_key
from watchword.names import AwsError
from watchword.names.principal import Root
from watchword.seeds.steps import Step, steps
from watchword.seeds.written import Seed
from watchword.store.iam import users
from watchword.world import World

_VIA = Via(("watchword",))


def sow(seed: Seed, world: World) -> None:
    """Raises Wrong at the first step that is refused. The server must then not be used."""
    for step in steps(seed):
        try:
            _take(step, world)
        except AwsError as refused:
            raise seed.wrong(step.place, f"{refused.code}: {refused.said or refused.meant}") from None
    with world.database.write(world.clock.now()) as tx:
        for account in seed.accounts:
            for user in account.users:
                made = users.named(tx, account.id, user.name)
                assert made, "its step was taken"
                for key in user.access_keys:
                    add_user_key(world, tx, made, key.id, key.secret)


def _take(step: Step, world: World) -> None:
    model = world.models.service(step.service).operation(step.operation)
    model.check(step.given)
    caller = Caller(Root(step.account))
    dispatch(world, caller, (step.service, step.operation), step.given, via=_VIA)
