"""Path templates of the rest protocols: `/2015-03-31/functions/{FunctionName}/code`, `/{Bucket}/{Key+}`.

Rules:
1. a label matches one segment, which isn't empty. A greedy label (`{Key+}`) matches the rest of the path,
   byte for byte: slashes, double slashes and dots have no meaning in it;
2. the matched text is unescaped once, after matching, so an escaped slash never separates segments;
3. a slash at the end of a path or template makes no difference, except in a greedy label.

Source: Smithy 2.0, "http trait"; Amazon S3 User Guide, "Naming Amazon S3 objects".
What doesn't belong here: choosing an operation (routes).
"""

import re
from functools import cached_property

from msgspec import Struct

from watchword.wire import form

_LABEL = re.compile(r"\{([^}+]+)(\+?)\}")


class Template(Struct, frozen=True, dict=True):
    """One path template; `text` has no query part."""

    text: str

    @cached_property
    def labels(self) -> tuple[str, ...]:
        return tuple(match[1] for match in _LABEL.finditer(self.text))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        pieces, end = [], 0
        for match in _LABEL.finditer(self.text):
            pieces += [re.escape(self.text[end : match.start()]), "(.+)" if match[2] else "([^/]+)"]
            end = match.end()
        tail = re.escape(self.text[end:].rstrip("/"))
        return re.compile("".join(pieces) + tail + ("" if self.greedy else "/?"), re.DOTALL)

    @property
    def greedy(self) -> bool:
        return "+}" in self.text

    @cached_property
    def rank(self) -> tuple[int, ...]:
        """Lower is more specific: literal segments before labels before a greedy label."""
        segments = self.text.strip("/").split("/")
        return tuple(0 if "{" not in part else 2 if "+}" in part else 1 for part in segments)

    def fits(self, path: str) -> bool:
        return self._pattern.fullmatch(path) is not None

    def read(self, path: str) -> dict[str, str]:
        """Label -> text. Raises FormError."""
        match = self._pattern.fullmatch(path)
        if match is None:
            raise form.FormError(f"{path[:100]!r} doesn't match {self.text}")
        return dict(zip(self.labels, map(form.unescape, match.groups()), strict=True))
