"""SAML providers: organisations whose signed assertions may assume roles.

A private key, which opens encrypted assertions, is sealed and never shown. While assertions must be
encrypted, the provider has a key to open them: an operation that would leave it without one is refused.
Source: IAM API Reference, CreateSAMLProvider and its siblings.
"""

from collections.abc import Sequence
from datetime import datetime

from watchword.facts.credentials import KEYRING
from watchword.identity import private_keys
from watchword.identity.protected_roles import is_reserved
from watchword.identity.quotas import check_quota
from watchword.identity.refusals import refusal, taken
from watchword.names.ids import new_long_id
from watchword.services.iam import demands, shapes
from watchword.services.iam.entity_types import SAML_PROVIDER
from watchword.services.iam.tags import put_given
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import tags
from watchword.store.iam import saml_private_keys, saml_providers
from watchword.store.iam.saml_private_keys import SamlPrivateKey
from watchword.store.iam.saml_providers import SamlProvider

REQUIRED = "Required"


def create_provider(call: Call) -> Output:
    """CreateSAMLProvider."""
    document, name = call.input["SAMLMetadataDocument"], call.input["Name"]
    provider = SamlProvider(
        id=SAML_PROVIDER.new_id(call),
        account=call.account,
        name=name,
        created=call.now,
        valid_until=_read(call, document),
        encryption_mode=call.input.get("AssertionEncryptionMode"),
        partition=call.partition,
    )
    if is_reserved(SAML_PROVIDER.noun, name) or saml_providers.named(call.tx, call.account, name):
        raise taken(SAML_PROVIDER.noun, name)
    check_quota("SAMLProvidersPerAccount", saml_providers.count(call.tx, call.account) + 1)
    saml_providers.insert(call.tx, provider, document)
    _add_key(call, provider)
    _check_can_open(call, provider, provider.encryption_mode)
    given = put_given(SAML_PROVIDER, call, provider)
    return {"SAMLProviderArn": provider.arn} | shapes.tagged(given)


def get_provider(call: Call) -> Output:
    """GetSAMLProvider."""
    provider = SAML_PROVIDER.of(call)
    return {
        "SAMLProviderUUID": provider.id,
        "SAMLMetadataDocument": saml_providers.document_of(call.tx, provider),
        "CreateDate": shapes.second(provider.created),
        "ValidUntil": shapes.second(provider.valid_until),
        **shapes.all_tags(tags.of(call.tx, SAML_PROVIDER.noun, provider.id)),
        **shapes.present("AssertionEncryptionMode", provider.encryption_mode),
        **shapes.present("PrivateKeyList", _shown_keys(saml_private_keys.of(call.tx, provider))),
    }


def list_providers(call: Call) -> Output:
    """ListSAMLProviders."""
    found = saml_providers.of_account(call.tx, call.account)
    return {"SAMLProviderList": [_in_list(provider) for provider in found]}


def update_provider(call: Call) -> Output:
    """UpdateSAMLProvider: what is given, and nothing else, is replaced."""
    provider = SAML_PROVIDER.of(call)
    document = call.input.get("SAMLMetadataDocument")
    mode = call.input.get("AssertionEncryptionMode")
    if document is not None:
        saml_providers.set_document(call.tx, provider, document, _read(call, document))
    if mode is not None:
        saml_providers.set_encryption_mode(call.tx, provider, mode)
    _remove_key(call, provider)
    _add_key(call, provider)
    _check_can_open(call, provider, mode or provider.encryption_mode)
    return {"SAMLProviderArn": provider.arn}


def delete_provider(call: Call) -> Output:
    """DeleteSAMLProvider, with its document, keys and tags."""
    provider = SAML_PROVIDER.of(call)
    tags.remove_all(call.tx, SAML_PROVIDER.noun, provider.id)
    for key in saml_private_keys.of(call.tx, provider):
        saml_private_keys.remove(call.tx, key)
    saml_providers.remove(call.tx, provider)
    return {}


def _read(call: Call, document: str) -> datetime:
    """Until when the metadata is valid."""
    from watchword.identity import saml_metadata  # noqa: PLC0415 9 MB that few servers need

    return saml_metadata.read(document, call.now).valid_until


def _add_key(call: Call, provider: SamlProvider) -> None:
    from watchword.identity import key_material  # noqa: PLC0415 as above

    given = call.input.get("AddPrivateKey")
    if given is None:
        return
    try:
        key_material.rsa_private_key(given)
    except key_material.KeyMaterialError as problem:
        raise refusal("InvalidInput", "The private key must be an RSA key in PEM.", str(problem)) from None
    held = saml_private_keys.of(call.tx, provider)
    check_quota("PrivateKeysPerSAMLProvider", len(held) + 1)
    key_id = new_long_id(call.world.randomness)
    sealed = private_keys.seal(given, key_id, call.world.facts.need(KEYRING))
    key = SamlPrivateKey(key_id, provider.id, sealed.secret, sealed.sealing_key, call.now)
    saml_private_keys.insert(call.tx, key)


def _remove_key(call: Call, provider: SamlProvider) -> None:
    wanted = call.input.get("RemovePrivateKey")
    if wanted is None:
        return
    held = saml_private_keys.of(call.tx, provider)
    found = next((key for key in held if key.id == wanted), None)
    if found is None:
        raise refusal("NoSuchEntity", f"The private key with id {wanted} cannot be found.")
    saml_private_keys.remove(call.tx, found)


def _check_can_open(call: Call, provider: SamlProvider, mode: str | None) -> None:
    """Raises InvalidInput when assertions must be encrypted and nothing opens them."""
    if mode == REQUIRED and not saml_private_keys.of(call.tx, provider):
        said = "Assertions can't be required to be encrypted while the provider has no private key."
        raise refusal("InvalidInput", said)


def _shown_keys(keys: Sequence[SamlPrivateKey]) -> list[shapes.Shape]:
    return [{"KeyId": key.id, "Timestamp": shapes.second(key.created)} for key in keys]


def _in_list(provider: SamlProvider) -> shapes.Shape:
    return {
        "Arn": provider.arn,
        "ValidUntil": shapes.second(provider.valid_until),
        "CreateDate": shapes.second(provider.created),
    }


def _name(call: Call) -> str:
    return str(call.input["Name"])


_ON_PROVIDER = demands.on_provider(SAML_PROVIDER)

OPERATIONS: dict[str, Operation] = {
    "CreateSAMLProvider": writes(
        create_provider, demands.on_new_provider(SAML_PROVIDER, _name, tagging="iam:TagSAMLProvider")
    ),
    "GetSAMLProvider": reads(get_provider, _ON_PROVIDER),
    "ListSAMLProviders": reads(list_providers, demands.on_account),
    "UpdateSAMLProvider": writes(update_provider, _ON_PROVIDER),
    "DeleteSAMLProvider": writes(delete_provider, _ON_PROVIDER),
}
