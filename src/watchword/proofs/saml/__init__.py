"""SAML 2.0 responses: which assertion an identity provider signed, and nothing else of what was sent.

`response.verify` is the way in. What an assertion means for a session is said in `watchword.identity`.
"""
