"""YAML as it is read here: every scalar is text, and nothing is given twice.

So a date in a policy's Version stays text, and a Boolean is "true". Of two equal keys, YAML's own reader
takes the last one without a word; here the second one is refused. So is an alias that contains itself, and
aliases of aliases that together stand for more than MOST_NODES ("billion laughs").
"""

from typing import Any

import yaml

from watchword.names.members import Place

MOST_NODES = 1_000_000


class Malformed(Exception):  # noqa: N818 its message is the line that a person reads
    """A text that isn't YAML, or that has a key twice."""

    def __init__(self, why: str, line: int | None = None) -> None:
        super().__init__(why)
        self.line = line


class Document:
    """A text of YAML: its value, and where in the text its parts stand."""

    def __init__(self, text: bytes) -> None:
        """Raises Malformed."""
        try:
            loader = yaml.BaseLoader(text)
            self._root = loader.get_single_node()
            _refuse_twice(self._root)
            self.value: Any = loader.construct_document(self._root) if self._root else {}
            if _size(self._root, {}) > MOST_NODES:
                raise Malformed("its aliases stand for too much")
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise Malformed(error.problem or error.context, line) from None
        except RecursionError:
            raise Malformed("it is nested too deeply") from None
        except (ValueError, yaml.YAMLError) as error:
            raise Malformed(" ".join(str(error).split())) from None

    def line(self, place: Place) -> int:
        """The line of a member or item, or of what it would stand in."""
        node, line = self._root, 1
        for step in place:
            found = _inner(node, step)
            if found is None:
                break
            key, node = found
            line = key.start_mark.line + 1
        return line


def _inner(node: Any, step: str | int) -> tuple[Any, Any] | None:  # noqa: ANN401 a node of any kind
    """What has the place of a part, and the part."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _size(node: Any, known: dict[int, int]) -> int:  # noqa: ANN401 a node of any kind
    """How many nodes it is, each alias counted as what it stands for. It doesn't contain itself."""
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) not in known:
        parts = (
            [part for pair in node.value for part in pair]
            if isinstance(node, yaml.MappingNode)
            else node.value
        )
        known[id(node)] = 1 + sum(_size(part, known) for part in parts)
    return known[id(node)]


def _refuse_twice(root: Any) -> None:  # noqa: ANN401 a node of any kind
    nodes, seen = [root], set()
    while nodes:
        node = nodes.pop()
        if id(node) in seen or not isinstance(node, yaml.CollectionNode):
            continue
        seen.add(id(node))
        if not isinstance(node, yaml.MappingNode):
            nodes += node.value
            continue
        keys = set()
        for key, value in node.value:
            if str(key.value) in keys:
                raise Malformed(f"{key.value} is given twice", key.start_mark.line + 1)
            keys.add(str(key.value))
            nodes.append(value)
