"""Bytes that nobody thought of, guided by what they reach: `make fuzz`.

A target is a module with two names: `seeds()`, what to start from, and `check(data)`, which returns for
whatever is read or refused as it should be, and raises for anything else. `found/TARGET/` holds inputs that
once were trouble; the tests give every target its seeds and these, without the fuzzer.
"""

TARGETS = ("sigv4_read", "canonical", "chunked", "wire", "policy", "session_token", "multipart", "saml")
