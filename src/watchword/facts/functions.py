"""What decisions and invocations need to know of a function, and of a version of it."""

from collections.abc import Mapping

from msgspec import Struct

from watchword.facts.fact import OF_A_TAG, Fact, Reading
from watchword.names import nouns
from watchword.policy import Policy
from watchword.store import Topic, tags
from watchword.store.functions import aliases, functions, permissions, urls, versions
from watchword.store.functions.aliases import Alias
from watchword.store.functions.functions import Function
from watchword.store.functions.urls import FunctionUrl
from watchword.store.functions.versions import Version


class FunctionFact(Struct, frozen=True):
    """A function, with what belongs to it and to no version."""

    function: Function
    tags: Mapping[str, str]
    aliases: Mapping[str, Alias]
    policies: Mapping[str, Policy]
    """By qualifier; empty for the function itself."""
    url_auth_types: Mapping[str, str]
    """Of its URLs, likewise."""


def _function(reading: Reading, account: str, region: str, name: str) -> FunctionFact | None:
    function = functions.named(reading.tx, account, region, name)
    if function is None:
        return None
    reading.depends_on(Topic(nouns.FUNCTION, function.id))
    found = tags.of(reading.tx, nouns.FUNCTION, function.id)
    reading.weigh(sum(OF_A_TAG + len(key) + len(value) for key, value in found.items()))
    policies = {
        each.qualifier: reading.policy(each.document) for each in permissions.of(reading.tx, function.id)
    }
    named = {alias.name: alias for alias in aliases.of(reading.tx, function.id)}
    auth_types = {each.qualifier: each.auth_type for each in urls.every(reading.tx, function.id)}
    return FunctionFact(function, found, named, policies, auth_types)


class UrlFact(Struct, frozen=True):
    """A function's URL, and the function."""

    url: FunctionUrl
    function: Function


def _url(reading: Reading, url_id: str) -> UrlFact | None:
    url = urls.by_id(reading.tx, url_id)
    function = functions.by_id(reading.tx, url.function_id) if url else None
    if url is None or function is None:
        return None
    reading.depends_on(Topic(nouns.FUNCTION, function.id))
    reading.weigh(len(url.cors))
    return UrlFact(url, function)


def _version(reading: Reading, function_id: str, number: str) -> Version | None:
    version = versions.numbered(reading.tx, function_id, int(number))
    if version is None:
        return None
    reading.depends_on(Topic(nouns.FUNCTION, function_id))
    reading.weigh(len(version.environment) + len(version.description))
    return version


FUNCTION = Fact(nouns.FUNCTION, _function)
"""By account, region and name."""
FUNCTION_VERSION = Fact("function-version", _version)
"""By the function's id and its number; 0 is $LATEST."""
FUNCTION_URL = Fact("function-url", _url)
"""By its id."""
