"""Account properties: names and values that an account sets, in namespaces.

1. A key is `Namespace/Name`: one slash, neither first nor last.
2. All properties of a request are in one namespace.
3. An account has at most MOST.

AWS knows which properties there are, and the type of each. It doesn't publish them, so here any is taken, and
none has an effect.
Source: IAM API Reference, PutAccountProperties.
"""

from collections.abc import Iterable, Mapping

from watchword.identity.refusals import refusal

MOST = 100


def namespaces(keys: Iterable[str]) -> tuple[str, ...]:
    """The namespaces of keys, each once, sorted."""
    return tuple(sorted({key.partition("/")[0] for key in keys}))


def with_new(held: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """All properties, with those of a request. Raises InvalidInput."""
    for key in given:
        namespace, _, name = key.partition("/")
        if not namespace or not name or "/" in name:
            said = f"The property key {key} is not valid: it must have the form Namespace/PropertyName."
            raise refusal("InvalidInput", said)  # 1.
    if len(namespaces(given)) != 1:
        raise refusal("InvalidInput", "All properties must belong to the same namespace.")  # 2.
    every = {**held, **given}
    if len(every) > MOST:
        raise refusal("InvalidInput", f"An account can have at most {MOST} properties.")  # 3.
    return every
