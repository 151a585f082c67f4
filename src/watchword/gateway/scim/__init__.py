"""SCIM 2.0 (RFC 7643, RFC 7644): identity providers provision people and groups into a directory."""
