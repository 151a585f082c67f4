"""The agent beside the workloads of a host: it serves credentials of their roles where SDKs look.

`written` is its file, `state` what follows from it, `sts` asks the server, `sources` says by what credentials
of its own, `workloads` knows who asks, `metrics` tells how it goes, and `running` puts them together.
"""
