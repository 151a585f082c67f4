"""hatchling's hook: the pages of the console are built when a wheel is, and are part of it.

An editable installation has none of it: `make` builds the pages. A wheel that is built where npm's registry
can't be reached has no pages, and says so; with WATCHWORD_CONSOLE=required it isn't built at all.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = "src/watchword/gateway/console/build"


class Hook(BuildHookInterface[Any]):
    """Called by hatchling."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        script = Path(self.root, "scripts", "build_console.py")
        done = subprocess.run([sys.executable, str(script)], check=False)  # noqa: S603 ours
        if done.returncode and os.environ.get("WATCHWORD_CONSOLE") == "required":
            raise SystemExit("The console's pages were not built.")
        if done.returncode:
            self.app.display_warning("This wheel has no pages of the console.")
        else:
            build_data["artifacts"].append(f"{BUILT}/*")
