"""The sandbox of an instance: what a function's process can reach (docs/functions.md, docs/decisions/0017).

`launcher` and what it imports run in the process of the instance, before any code of the function does. They
import the standard library only, and little of it: the time that they take is part of every cold start.
"""
