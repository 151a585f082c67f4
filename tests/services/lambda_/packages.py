"""Packages for tests."""

import io
import zipfile
from collections.abc import Mapping
from types import MappingProxyType


def zipped(files: Mapping[str, str] = MappingProxyType({}), **modules: str) -> bytes:
    """A package with these files, which may be executed; `app` stands for app.py."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (*files.items(), *((f"{name}.py", text) for name, text in modules.items())):
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o100755 << 16
            archive.writestr(info, text)
    return target.getvalue()


ECHO = zipped(app="def handler(event, context):\n    return event\n")
