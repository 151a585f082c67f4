"""Running functions: packages read safely, processes that can reach little, warm instances of them.

Who may run what, and under which role, doesn't belong here.
"""
