"""Floor 2: the States Language. A definition in, transitions out; no I/O, no clock.

`checks` says what is wrong with a definition, `build` makes a machine of it, and the `interpreter` takes an
execution of it from one transition to the next. How data flows through a state stands in `flow`, with
`paths`, `templates`, `intrinsics` and `choices`; when a state is tried again, in `retrying`.
"""
