"""How values compare: a condition's values are made into a function that tests one value of a request.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators" (rules 13 and 14 of `combine`).

* Texts: compared whole and with case; `*` and `?` are wildcards for StringLike only.
* ARNs: part by part; a wildcard in the first five parts never matches a colon, the sixth part is the rest.
  ArnEquals and ArnLike are the same.
* Numbers, dates, addresses, Booleans and binary values: as `values` reads them; no wildcards.
* Policy variables in texts and ARNs only. An unresolved one compares with nothing.

The answer is None when it can't be known: the request's value, or the policy's value that would decide, is
not of the operator's type.
"""

from collections.abc import Callable
from typing import Any, Protocol

from watchword.names.glob import Match
from watchword.policy.language import values
from watchword.policy.language.match import matcher, open_matcher
from watchword.policy.language.variables import ANY, Context, Token, at_colons, has_variables, resolve, tokens

Answer = bool | None
Compare = Callable[[str, Context], Answer]
_ARN_PARTS = 6


class Build(Protocol):
    """From a condition's values, and whether its document knows variables, to a comparison."""

    def __call__(self, wanted: tuple[str, ...], *, variables: bool) -> Compare: ...


def equal_texts(wanted: tuple[str, ...], *, variables: bool) -> Compare:
    """StringEquals."""
    return _texts([tokens(each, variables=variables, wildcards=False) for each in wanted])


def equal_texts_any_case(wanted: tuple[str, ...], *, variables: bool) -> Compare:
    """StringEqualsIgnoreCase; the values of variables are compared without case, too."""
    patterns = [tokens(each.lower(), variables=variables, wildcards=False) for each in wanted]
    fixed = frozenset(_literal(each) for each in patterns if not has_variables(each))
    open_ = [each for each in patterns if has_variables(each)]

    def compare(value: str, context: Context) -> Answer:
        folded = value.lower()
        return folded in fixed or any(
            folded == _literal(found).lower()
            for found in (resolve(each, context) for each in open_)
            if found is not None
        )

    return compare


def like_texts(wanted: tuple[str, ...], *, variables: bool) -> Compare:
    """StringLike."""
    return _texts([tokens(each, variables=variables) for each in wanted])


def like_arns(wanted: tuple[str, ...], *, variables: bool) -> Compare:
    """ArnLike and ArnEquals."""
    tests = [_arn_test(tokens(each, variables=variables)) for each in wanted]
    known = [each for each in tests if each is not None]
    otherwise = False if len(known) == len(tests) else None

    def compare(value: str, context: Context) -> Answer:
        for test in known:
            if test(value, context):
                return True
        return otherwise if values.arn(value) else None

    return compare


def typed(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Build:
    """Comparisons of values that have a type: `compare(the request's, the policy's)`."""

    def build(wanted: tuple[str, ...], *, variables: bool) -> Compare:  # noqa: ARG001 they have none
        read_values = [read(each) for each in wanted]
        bounds = [each for each in read_values if each is not None]
        otherwise = False if len(bounds) == len(read_values) else None

        def answer(value: str, _context: Context) -> Answer:
            given = read(value)
            if given is None:
                return None
            for bound in bounds:
                if compare(given, bound):
                    return True
            return otherwise

        return answer

    return build


def booleans(wanted: tuple[str, ...], *, variables: bool) -> Compare:  # noqa: ARG001 they have none
    """Bool. There are two values only, so the answers are a table."""
    read_values = [values.boolean(each) for each in wanted]
    otherwise = None if None in read_values else False
    answers = {text: value in read_values or otherwise for text, value in values.BOOLEANS.items()}
    return lambda value, _context: answers.get(value.lower())


def addresses(wanted: tuple[str, ...], *, variables: bool) -> Compare:  # noqa: ARG001 they have none
    """IpAddress."""
    blocks = [values.network(each) for each in wanted]
    known = [each for each in blocks if each is not None]
    otherwise = False if len(known) == len(blocks) else None

    def answer(value: str, _context: Context) -> Answer:
        given = values.address(value)
        if given is None:
            return None
        bits, number = given
        for width, mask, base in known:
            if width == bits and number & mask == base:
                return True
        return otherwise

    return answer


def not_null(wanted: tuple[str, ...], *, variables: bool) -> Compare:  # noqa: ARG001 they have none
    """Null under ForAllValues or ForAnyValue: a value that is there is not null."""
    read_values = [values.boolean(each) for each in wanted]
    otherwise = None if None in read_values else False
    return lambda _value, _context: False in read_values or otherwise


def _texts(patterns: list[tuple[Token, ...]]) -> Compare:
    whole = frozenset(_literal(each) for each in patterns if _is_literal(each))
    fixed = [matcher(each) for each in patterns if not _is_literal(each) and not has_variables(each)]
    open_ = [open_matcher(each) for each in patterns if has_variables(each)]
    if not fixed and not open_:
        return lambda value, _context: value in whole
    if not open_ and not whole and len(fixed) == 1:
        only = fixed[0]
        return lambda value, _context: only(value)

    def compare(value: str, context: Context) -> Answer:
        return (
            value in whole
            or any(match(value) for match in fixed)
            or any(match(value, context) for match in open_)
        )

    return compare


def _arn_test(pattern: tuple[Token, ...]) -> Compare | None:
    """None when the policy's value has no six parts and no variable that could bring them."""
    parts = at_colons(pattern, _ARN_PARTS - 1)
    if has_variables(pattern):
        return _open_arn_test(pattern, parts)
    if len(parts) < _ARN_PARTS:
        return None
    if all(isinstance(token, str) for part in parts[:-1] for token in part):
        whole = matcher(pattern)
        return lambda value, _context: whole(value)
    checks = [(index, matcher(part)) for index, part in enumerate(parts) if part != [ANY]]
    return lambda value, _context: _all_parts(checks, value.split(":", _ARN_PARTS - 1))


def _all_parts(checks: list[tuple[int, Match]], given: list[str]) -> bool:
    return len(given) == _ARN_PARTS and all(match(given[index]) for index, match in checks)


def _open_arn_test(pattern: tuple[Token, ...], parts: list[list[Token]]) -> Compare:
    whole = open_matcher(pattern)
    tests = [open_matcher(part) for part in parts]

    def compare(value: str, context: Context) -> Answer:
        given = values.arn(value)
        if given is None:
            return False
        if len(tests) < _ARN_PARTS:
            return whole(value, context)
        return all(test(text, context) for test, text in zip(tests, given, strict=True))

    return compare


def _is_literal(pattern: tuple[Token, ...]) -> bool:
    return not pattern or (len(pattern) == 1 and isinstance(pattern[0], str))


def _literal(pattern: tuple[Token, ...]) -> str:
    return "".join(token for token in pattern if isinstance(token, str))
