"""Moving accounts: what `watchword import` reads and `watchword export` writes (docs/moving-in.md).

`form` is what a file may hold, as frozen values. `stream` reads a file an entity at a time, and `checks` says
what an entity must be by itself. `staging` keeps all of them until they are compared with the store
(`references`, `compare`) and written to it (`write`), which `importing` puts together. `held` reads the store
in the same form, for `exporting`.
"""

from watchword.transfer.exporting import lines
from watchword.transfer.importing import Import
from watchword.transfer.report import Report

__all__ = ["Import", "Report", "lines"]
