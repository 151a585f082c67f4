"""Beside the floors: credentials, delivered where the SDKs of a workload look for them.

`supply` keeps credentials of a role and renews them, `container` answers a workload that asks for them,
`environment` tells a program where to ask, and `program` runs it. `certified` gets credentials for the holder
of a certificate. It works on hosts without a server, so it imports floors 1 and 2, and the transport.
"""
