"""What follows from the agent's file. When the file changes, another state takes the place of this one.

What is asked for as before keeps its supply, with the credentials that it holds. Another server, or another
source of the agent's own credentials, begins with nothing.
"""

import platform
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from watchword.delivery.agent.groups import Groups
from watchword.delivery.agent.pods import PodTokens
from watchword.delivery.agent.sources import Source, source
from watchword.delivery.agent.sts import INSTANCE, Server, Wanted
from watchword.delivery.agent.workloads import Workloads
from watchword.delivery.agent.written import File, Pods
from watchword.delivery.metadata.endpoint import Told
from watchword.delivery.metadata.instance import Instance
from watchword.delivery.metadata.tree import Tree
from watchword.delivery.supply import Issued, Supply

Now = Callable[[], datetime]


@dataclass(frozen=True)
class Asking:
    """The server that the agent asks, and by which credentials."""

    server: Server
    source: Source

    def supply(self, wanted: Wanted, now: Now) -> Supply:
        issue = partial(self.source.issue, wanted)
        return Supply(issue, now, alive=self.server.check, chance=random.random)


@dataclass(frozen=True)
class State:
    """What the agent serves at present."""

    file: File
    asking: Asking
    supplies: Mapping[Wanted, Supply]
    told: Told | None
    workloads: Workloads
    pods: PodTokens | None


def state_of(file: File, now: Now, before: State | None = None) -> State:
    """The state that follows from the file. Raises ValueError."""
    wanted = {
        name: Wanted(workload.role, name, workload.seconds) for name, workload in file.workloads.items()
    }
    instance = file.instance
    of_instance = _of_instance(instance) if instance and instance.role else None
    same = before is not None and (before.file.server, before.file.host) == (file.server, file.host)
    asking = before.asking if before and same else _asking(file, now)
    kept = before.supplies if before and same else {}
    of_node = _of_node(file.pods) if file.pods else None
    every = {*wanted.values(), *filter(None, (of_instance, of_node))}
    supplies = {each: kept.get(each) or asking.supply(each, now) for each in every}
    told = None
    if instance:
        region, architecture = file.server.region, _ARCHITECTURES.get(platform.machine(), platform.machine())
        tree = Tree(instance, region=region, architecture=architecture, now=now())
        told = Told(instance, tree, supplies[of_instance] if of_instance else None)
    by_name = {name: supplies[each] for name, each in wanted.items()}
    groups = Groups(workload.cgroup for workload in file.workloads.values() if workload.cgroup)
    pods = before.pods if before and same and before.file.pods == file.pods else None
    if pods is None and of_node and file.pods:
        pods = _pods(file.pods.cluster, supplies[of_node], asking.server, now)
    return State(file, asking, supplies, told, Workloads(file.workloads, by_name, groups), pods)


def _of_instance(instance: Instance) -> Wanted:
    return Wanted(instance.role, instance.id, instance.seconds, INSTANCE)


def _of_node(pods: Pods) -> Wanted:
    return Wanted(pods.role, pods.node, 3600, INSTANCE)


def _pods(cluster: str, node: Supply, server: Server, now: Now) -> PodTokens:
    def exchange(token: str) -> Issued:
        return server.assume_role_for_pod(cluster, token, node.get())

    return PodTokens(exchange, now, alive=server.check)


_ARCHITECTURES = {"aarch64": "arm64"}
"""As EC2 calls it, where that is another name than the kernel's."""


def _asking(file: File, now: Now) -> Asking:
    server = Server(file.server)
    return Asking(server, source(file.host, server, now))
