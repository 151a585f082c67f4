"""Seeds: what an ephemeral server begins with, in one YAML file (docs/seeds.md).

Accounts with their root keys, users, groups, roles, policies and buckets. A seed is read and checked before
the server starts (`written`), and made by the operations that a client would call (`steps`, `sow`): so it
can hold nothing that a client couldn't make. A seed that is wrong anywhere is refused whole.
"""

from watchword.seeds.sow import sow
from watchword.seeds.written import Seed, Wrong, read

__all__ = ["Seed", "Wrong", "read", "sow"]
