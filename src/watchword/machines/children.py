"""The runs that work for a Parallel or a Map: how they begin, and what their results are put together to.

A Map runs at most MOST_AT_ONCE items at a time. The results of a state are at most as large as its output may
be, so they are counted as they come.
Source: Amazon States Language, "Parallel State", "Map State"; Step Functions Developer Guide, "Using Map
state in Inline mode".
"""

from watchword.machines.checkpoint import Run
from watchword.machines.data import MOST_BYTES, Json, decode, encode
from watchword.machines.definition import Map, Parallel, State, Task, Wait
from watchword.machines.errors import DATA_LIMIT_EXCEEDED, Failure
from watchword.machines.live import Live
from watchword.machines.outcome import Leave, Outcome

MOST_AT_ONCE = 40
_ABORTED: dict[type[State], str] = {
    Task: "TaskStateAborted",
    Wait: "WaitStateAborted",
    Parallel: "ParallelStateAborted",
    Map: "MapStateAborted",
}


def begin_branches(live: Live, run: Run, state: Parallel, text: str) -> Outcome:
    """All branches of a Parallel, each with the same input."""
    live.record(run, "ParallelStateStarted")
    run.phase, run.results = "children", [None] * len(state.branches)
    run.begun, run.size = len(state.branches), 0
    for index in range(len(state.branches)):
        live.begin_run(run, index, (index,), text)
    return None


def begin_items(live: Live, run: Run, state: Map) -> Outcome:
    """The first items of a Map."""
    live.forget_items(run)
    items = live.items_of(run, state)
    live.record(run, "MapStateStarted", {"length": len(items)})
    run.phase, run.results, run.begun, run.size = "children", [None] * len(items), 0, 0
    if not items:
        return _together(live, run, state)
    for _ in range(min(len(items), at_once(live, run, state))):
        _begin_item(live, run, state)
    return None


def ended(live: Live, run: Run, state: State, child: Run, output: str) -> Outcome:
    """What becomes of a run one of whose children ended well."""
    run.event = child.event
    run.results[child.index] = output
    run.size += len(output.encode()) + 1
    if isinstance(state, Map):
        live.record(run, "MapIterationSucceeded", {"name": run.state, "index": child.index})
    if run.size > MOST_BYTES:
        raise Failure(DATA_LIMIT_EXCEEDED, "The results of the branches together are too large.")
    if isinstance(state, Map) and run.begun < len(run.results):
        _begin_item(live, run, state)
    return _together(live, run, state) if all(each is not None for each in run.results) else None


def drop(live: Live, run: Run) -> None:
    """Ends what works for a run."""
    for child in [each for each in live.checkpoint.runs.values() if each.parent == run.id]:
        drop(live, child)
        aborted = _ABORTED.get(type(live.state_of(child)))
        if aborted and child.phase != "ready":
            live.record(child, aborted)
        live.forget(child)


def _together(live: Live, run: Run, state: State) -> Leave:
    kind = "Map" if isinstance(state, Map) else "Parallel"
    live.record(run, f"{kind}StateSucceeded")
    result: Json = [decode(each) for each in run.results if each is not None]
    run.results = []
    output, variables = state.flow.leave(result, live.scope(run))
    return Leave(output, variables, state.next)


def _begin_item(live: Live, run: Run, state: Map) -> None:
    index, run.begun = run.begun, run.begun + 1
    live.record(run, "MapIterationStarted", {"name": run.state, "index": index})
    child = live.begin_run(run, index, (), "null")
    item = item_of(live, run, state, child)
    live.set_input(child, encode(item), item)


def item_of(live: Live, run: Run, state: Map, child: Run) -> Json:
    """What a run for an item of a Map gets."""
    if state.selector is None:
        return live.items_of(run, state)[child.index]
    scope = live.scope(child)  # whose context object has the item
    return state.flow.item(state.selector, scope.of(state.flow.enter(live.scope(run))))


def at_once(live: Live, run: Run, state: Map) -> int:
    """How many items of a Map run at a time."""
    scope = live.scope(run)
    wanted = state.concurrency.read(state.flow, scope.of(state.flow.enter(scope)))
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 0:
        raise state.concurrency.unfit(state.flow, wanted, "integer that isn't negative")
    return min(wanted or MOST_AT_ONCE, MOST_AT_ONCE)
