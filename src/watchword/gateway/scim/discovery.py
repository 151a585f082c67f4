"""What this endpoint can do: ServiceProviderConfig, ResourceTypes, Schemas.

Source: RFC 7643, sections 5, 6 and 7.
"""

from watchword.gateway.scim import groups, users
from watchword.gateway.scim.messages import MOST, Json, listed

_CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"
_NOT = {"supported": False}
_PARTS = ("value", "type", "primary")
_USER: dict[str, tuple[str, ...]] = {
    "userName": (),
    "name": ("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"),
    **dict.fromkeys(("displayName", "nickName", "profileUrl", "userType", "title", "preferredLanguage"), ()),
    **dict.fromkeys(("locale", "timezone"), ()),
    "emails": _PARTS,
    "phoneNumbers": _PARTS,
    "addresses": (
        *("formatted", "streetAddress", "locality", "region", "postalCode", "country", "type", "primary"),
    ),
    "photos": ("value", "display", "type", "primary"),
    "roles": _PARTS,
    "active": (),
}
_ENTERPRISE = ("employeeNumber", "costCenter", "organization", "division", "department")
_LISTS = {"emails", "phoneNumbers", "addresses", "photos", "roles", "members"}
_BOOLEANS = {"active", "primary"}
_NEEDED = {"userName", "displayName", "name"}


def config(url: str) -> Json:
    """ServiceProviderConfig."""
    return {
        "schemas": [_CONFIG],
        "patch": {"supported": True},
        "bulk": {**_NOT, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST},
        "changePassword": _NOT,
        "sort": _NOT,
        "etag": _NOT,
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "OAuth Bearer Token",
                "description": "A token that the administrator of the server made.",
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{url}/ServiceProviderConfig"},
    }


def resource_types(url: str) -> Json:
    """ResourceTypes."""
    extensions = [{"schema": users.EXTENSION, "required": False}]
    found = [
        _type("User", users.CORE, url) | {"schemaExtensions": extensions},
        _type("Group", groups.CORE, url),
    ]
    return listed(found, len(found), 0)


def schemas(url: str) -> Json:
    """Schemas."""
    enterprise = {**dict.fromkeys(_ENTERPRISE, ()), "manager": ("value", "$ref", "displayName")}
    group: dict[str, tuple[str, ...]] = {"displayName": (), "members": ("value", "$ref", "type")}
    found = [
        _schema(users.CORE, "User", _USER, url),
        _schema(users.EXTENSION, "EnterpriseUser", enterprise, url),
        _schema(groups.CORE, "Group", group, url),
    ]
    return listed(found, len(found), 0)


def _type(name: str, schema: str, url: str) -> Json:
    return {
        "schemas": [_TYPE],
        "id": name,
        "name": name,
        "endpoint": f"/{name}s",
        "schema": schema,
        "meta": {"resourceType": "ResourceType", "location": f"{url}/ResourceTypes/{name}"},
    }


def _schema(schema: str, name: str, attributes: dict[str, tuple[str, ...]], url: str) -> Json:
    return {
        "schemas": [_SCHEMA],
        "id": schema,
        "name": name,
        "attributes": [_attribute(each, parts) for each, parts in attributes.items()],
        "meta": {"resourceType": "Schema", "location": f"{url}/Schemas/{schema}"},
    }


def _attribute(name: str, parts: tuple[str, ...]) -> Json:
    kind = "complex" if parts else "boolean" if name in _BOOLEANS else "string"
    return {
        "name": name,
        "type": kind,
        "multiValued": name in _LISTS,
        "required": name in _NEEDED,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "server" if name == "userName" else "none",
        **({"subAttributes": [_attribute(each, ()) for each in parts]} if parts else {}),
    }
