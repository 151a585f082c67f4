"""A caller: a principal and the credentials it showed.

Made only by `authenticate`; every floor above may rely on it.
"""

from dataclasses import dataclass

from watchword.names import Principal
from watchword.names.principal import Anonymous
from watchword.sessions import Session


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, by which access key, within which session."""

    principal: Principal
    access_key_id: str = ""
    session: Session | None = None

    @property
    def account(self) -> str:
        return self.principal.account

    @property
    def anonymous(self) -> bool:
        return isinstance(self.principal, Anonymous)


NOBODY = Caller(Anonymous())
