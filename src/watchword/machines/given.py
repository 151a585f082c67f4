"""A state as its definition gives it, read in its language: what `build` makes machines of."""

from collections.abc import Mapping

from msgspec import Struct, structs

from watchword.machines import choices, jsonata, paths
from watchword.machines.data import Json
from watchword.machines.definition import Flow, Rule, Setting
from watchword.machines.fields import JSONATA
from watchword.machines.flow import WHOLE, PathFlow
from watchword.machines.paths import Path
from watchword.machines.query_flow import QueryFlow
from watchword.machines.retrying import Catcher

_WITH_RESULT = {"Task", "Parallel", "Map"}


class Given(Struct, frozen=True):
    """A state that has been checked, and the language of its machine."""

    state: Mapping[str, Json]
    language: str

    @property
    def in_jsonata(self) -> bool:
        return bool(self.state.get("QueryLanguage", self.language) == JSONATA)

    def flow(self) -> Flow:
        state = self.state
        if self.in_jsonata:
            return QueryFlow(_some(state, "Arguments", "Output", "Assign"), state["Type"] in _WITH_RESULT)
        return self._path_flow()

    def setting(self, field: str) -> Setting | None:
        """A field; in JSONPath also the field of that name that ends in Path."""
        if field in self.state:
            value = self.state[field]
            return Setting(value, self.in_jsonata and jsonata.is_expression(value), field)
        path = f"{field}Path"
        return Setting(self.state[path], computed=True, name=path) if path in self.state else None

    def role(self) -> Setting | None:
        """The role of a task's Credentials."""
        credentials, name = self.state.get("Credentials", {}), "Credentials/RoleArn"
        if "RoleArn" in credentials:
            value = credentials["RoleArn"]
            return Setting(value, self.in_jsonata and jsonata.is_expression(value), name)
        return Setting(credentials["RoleArn.$"], True, name) if "RoleArn.$" in credentials else None  # noqa: FBT003 whether it is computed

    def items(self) -> Setting | None:
        """The items of a Map."""
        field = "Items" if self.in_jsonata else "ItemsPath"
        return Setting(self.state[field], computed=True, name=field) if field in self.state else None

    def rules(self) -> tuple[Rule, ...]:
        """Those of a Choice."""
        return tuple(self._rule(each, at) for at, each in enumerate(self.state["Choices"]))

    def catchers(self) -> tuple[Catcher, ...]:
        return tuple(self._catcher(each, at) for at, each in enumerate(self.state.get("Catch", ())))

    def _path_flow(self) -> PathFlow:
        state = self.state
        return PathFlow(
            _path(state, "InputPath"),
            None if state["Type"] == "Map" else state.get("Parameters"),
            state.get("ResultSelector"),
            _path(state, "ResultPath"),
            _path(state, "OutputPath"),
            state.get("Assign"),
        )

    def _rule(self, given: Mapping[str, Json], at: int) -> Rule:
        if self.in_jsonata:
            flow = QueryFlow(_some(given, "Output", "Assign"), where=("Choices", at))
            return Rule(test=given["Condition"], next=given["Next"], flow=flow)
        own = structs.replace(self._path_flow(), assign=given.get("Assign"))
        return Rule(test=choices.build(given), next=given["Next"], flow=own)

    def _catcher(self, given: Mapping[str, Json], at: int) -> Catcher:
        errors, following = tuple(given["ErrorEquals"]), given["Next"]
        if self.in_jsonata:
            fields = _some(given, "Output", "Assign")
            return Catcher(errors, following, fields=fields, where=("Catch", at))
        return Catcher(errors, following, _path(given, "ResultPath"), given.get("Assign"))


def _some(given: Mapping[str, Json], *names: str) -> dict[str, Json]:
    return {name: given[name] for name in names if name in given}


def _path(state: Mapping[str, Json], field: str) -> Path | None:
    text = state.get(field, "$")
    if text == "$":
        return WHOLE
    return None if text is None else paths.parse(text)
