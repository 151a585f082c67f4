"""Evaluates expressions of JSONata, in a process of its own that can be stopped (decision 0018).

What is asked and answered stands in `machines.jsonata`. `process` is this end, `child` the other; what runs
there is `evaluator`, with AWS's own `functions`.
"""
