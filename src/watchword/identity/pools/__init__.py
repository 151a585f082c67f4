"""The rules of identity pools that need no decision: who logs in, with which role, and what tokens say."""
