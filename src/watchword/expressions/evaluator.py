"""Evaluates expressions of JSONata by the library jlens, as far as it counts what they cost.

1. An expression takes at most MOST_STEPS steps and is at most DEEPEST levels deep, as AWS's.
2. No string of an expression is larger than MOST_BYTES, no array than MOST_ITEMS, no result than MOST_BYTES.
3. $eval isn't there. $now, $millis and random numbers come from what was asked.

The library counts no backtracking of regular expressions, and looks at the size of some arrays only once they
are made. For that, and for whatever else it may not count, the process that this runs in has limits: `child`.
Source: docs.jsonata.org; Step Functions Developer Guide, "Transforming data with JSONata in Step Functions".
"""

import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import jlens
import msgspec

from watchword.expressions.functions import TooMuch, draws, functions
from watchword.machines.data import Json
from watchword.machines.jsonata import (
    DEPTH,
    MEMORY,
    STATES,
    TIMEOUT,
    UNDEFINED,
    Asked,
    Compiled,
    Evaluated,
    Found,
)

MOST_STEPS = 1_000_000
DEEPEST = 100
MOST_BYTES = 1 << 20
MOST_ITEMS = 100_000
MOST_RESULTS = 2 << 20
"""Bytes of all results together."""
REMEMBERED = 256
LONGEST = 65_536
"""Characters of an expression."""
_SAID = {"U1006": TIMEOUT, "D1011": DEPTH, "U1001": MEMORY, "D2014": MEMORY, "D2016": MEMORY}
"""Code -> AWS's words."""
_OWN = frozenset(functions(draws(b"")))
_WITHOUT = {"eval": None}


def evaluate(asked: Asked) -> Evaluated:
    """What the expressions give, up to the first that fails."""
    begun, found, size = time.process_time(), list[Found](), 0
    around = _Around(asked)
    for text in asked.texts:
        one = _evaluated(text, around)
        size += len(one.text)
        found.append(Found(problem=_threw(MEMORY)) if size > MOST_RESULTS else one)
        if found[-1].problem or (asked.until_true and one.text == "true"):
            break
    return Evaluated(found, time.process_time() - begun)


def compiled(texts: Sequence[str]) -> list[Compiled]:
    """What is wrong with expressions, or what they refer to."""
    return [_compiled(text) for text in texts]


class _Around:
    """What the expressions of a question see: each variable is read once, when the first refers to it."""

    def __init__(self, asked: Asked) -> None:
        self.now, self.draw = asked.now, draws(asked.seed)
        self.functions = functions(self.draw)
        self._texts, self._values = asked.bindings, dict[str, Json]()

    def bindings(self, expression: jlens.Expression) -> dict[str, Any]:
        """What an expression refers to; of $states, the members."""
        read: Any = expression.reads()["bindings"]
        found = {name: self._value(name) for name in read if name in self._texts}
        states = read.get(STATES)
        if isinstance(states, dict) and STATES in found:
            found[STATES] = {name: value for name, value in found[STATES].items() if name in states}
        return _WITHOUT | found

    def _value(self, name: str) -> Json:
        if name not in self._values:
            self._values[name] = msgspec.json.decode(self._texts[name])
        return self._values[name]


def _evaluated(text: str, around: _Around) -> Found:
    try:
        expression = _read(text)
        for name, function in around.functions.items():
            expression.register_function(name, function)
        result = expression.evaluate_json(
            None,
            around.bindings(expression),
            max_steps=MOST_STEPS,
            max_depth=DEEPEST,
            max_string_length=MOST_BYTES,
            max_array_length=MOST_ITEMS,
            max_result_size=MOST_BYTES,
            now=around.now,
            seed=int.from_bytes(around.draw(4)),
        )
    except jlens.JlensError as error:
        return Found(problem=_threw(_said(error)))
    except TooMuch:
        return Found(problem=_threw(MEMORY))
    except (TypeError, ValueError, OverflowError) as error:  # of AWS's functions
        return Found(problem=_threw(str(error)))
    return Found(problem=UNDEFINED) if result is None else Found(result)


def _compiled(text: str) -> Compiled:
    if len(text) > LONGEST:
        return Compiled(f"an expression has at most {LONGEST} characters")
    try:
        expression = _read(text)
    except jlens.JlensError as error:
        where = "" if error.position is None else f" at character {error.position}"
        return Compiled(f"{error.code}: {error}{where}")
    free: Any = expression.reads()["bindings"]
    # A function that isn't known could read anything, so all are given; $eval still could.
    reads: Any = expression.reads(dict.fromkeys({*free, *_OWN} - {STATES}, _nothing))
    if "everyBinding" in reads:
        return Compiled("$eval isn't there; $parse reads JSON")
    states, document = free.get(STATES, {}), reads.get("input")
    return Compiled(
        variables=frozenset(free) - _OWN - {STATES},
        states=None if states is True else frozenset(states),
        reads_input=isinstance(document, dict) and bool(document),
    )


@lru_cache(REMEMBERED)
def _read(text: str) -> jlens.Expression:
    return jlens.Expression(text)


def _nothing(*_: object) -> None:
    """In place of any function."""


def _threw(said: str) -> str:
    return f"threw an error during evaluation. {said}"


def _said(error: jlens.JlensError) -> str:
    if error.code == "U1001" and "nested" in str(error):
        return DEPTH
    return _SAID.get(error.code, f"{error.code}: {error}")
