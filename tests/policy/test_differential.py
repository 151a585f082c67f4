"""The compiled engine against the naive one, on generated cases: thousands here, as many as you like by
`WATCHWORD_FUZZ=1`.
"""

import json
from random import Random

import naive
from cases import case
from hypothesis import given
from hypothesis import strategies as st

from watchword.policy.lines.decide import decide_line

CASES_PER_SEED = 50


@given(st.integers(0, 2**64))
def test_both_evaluators_agree(seed: int) -> None:
    chance = Random(seed)
    for _ in range(CASES_PER_SEED):
        line = case(chance)
        assert decide_line(line).get("decision") == naive.decide(line), json.dumps(line)
