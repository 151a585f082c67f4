"""A second evaluator: slow, plain, and written from the rules alone, to hold the compiled one against.

It works on the JSON of a `watchword decide` line, looks at every statement, and shares no code with
`watchword.policy`. Numbers in comments are rules at the head of `policy/evaluation/combine.py`. Conditions
and statements answer True, False or None, "not understood", which an Allow takes for False, a Deny for True.
"""

import base64
import ipaddress
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

Json = dict[str, Any]
Answer = bool | None

ALLOW, IMPLICIT, EXPLICIT = "allow", "implicitDeny", "explicitDeny"
RCP_SERVICES = {"kms", "s3", "secretsmanager", "sqs", "sts"}  # of those in the cases


def decide(line: Json) -> str:
    """allow, implicitDeny or explicitDeny."""
    return Judgement(line).verdict()


def given(members: Json) -> Json:
    """Without those that are null."""
    return {name: value for name, value in members.items() if value is not None}


class Judgement:
    """One request and every document about it."""

    def __init__(self, line: Json) -> None:
        self.request = given(line["request"])
        self.policies = {name: line["policies"].get(name) for name in ALL_KINDS}
        self.org = line.get("org") or {}
        self.principal = given(self.request["principal"])
        self.context = {
            key.casefold(): value
            for key, value in self.request.get("context", {}).items()
            if value != []  # an empty set is a missing key
        }
        self.kind = self.principal["type"]
        self.account = self.principal.get("account", "") if self.kind in WITH_ACCOUNT else ""

    def verdict(self) -> str:
        # 9. Two actions can't be refused, one to anybody who is somebody, one to users and roots.
        if self.kind in UNDENIABLE.get(self.request["action"].lower(), ()):
            return ALLOW
        scps, rcps = self.guardrails()
        # 3. Any applicable Deny is final.
        everything = [("scps", d) for level in scps or [] for d in level]
        everything += [("rcps", d) for level in rcps or [] for d in level]
        for kind in ("identity", "boundary", "session", "vpcEndpoint"):
            everything += [(kind, d) for d in self.policies[kind] or []]
        if self.policies["resource"] is not None:
            everything.append(("resource", self.policies["resource"]))
        if any(self.applies(kind, d, s, "Deny") for kind, d in everything for s in statements(d)):
            return EXPLICIT
        # 4, 5. Every level of the guardrails, and an endpoint's policy, must allow.
        for kind, levels in (("rcps", rcps), ("scps", scps)):
            for level in levels or []:
                if not self.allowed(kind, level):
                    return IMPLICIT
        if self.policies["vpcEndpoint"] is not None and not self.allowed(
            "vpcEndpoint", self.policies["vpcEndpoint"]
        ):
            return IMPLICIT
        return ALLOW if self.permitted(self.grants()) else IMPLICIT

    def guardrails(self) -> tuple[list[Any] | None, list[Any] | None]:
        scps, rcps = self.policies["scps"], self.policies["rcps"]
        if self.principal.get("serviceLinked"):
            return None, None
        if self.org.get("principalAccountIsManagement") or self.kind not in WITH_ACCOUNT:
            scps = None
        service = self.request["action"].lower().split(":")[0]
        if self.org.get("resourceAccountIsManagement") or service not in RCP_SERVICES:
            rcps = None
        if self.request["action"].lower() == "kms:retiregrant":
            rcps = None
        return scps, rcps

    def permitted(self, grants: set[str]) -> bool:
        # 7. The identity's path.
        boundary = self.policies["boundary"] is None or self.allowed("boundary", self.policies["boundary"])
        if self.policies["session"] is None:
            session = self.kind != "federated-user"
        else:
            session = self.allowed("session", self.policies["session"])
        root = self.kind == "root" or self.principal.get("userArn", "").endswith(":root")
        identity = root or self.allowed("identity", self.policies["identity"] or [])
        path = identity and boundary and session
        # 9. Callers without an account have only the resource policy.
        if self.kind not in WITH_ACCOUNT:
            return "itself" in grants
        # 8. Across accounts both sides.
        if self.account != self.owner():
            return bool(grants) and path
        # 6. In the same account what the grant names decides what can still limit it.
        if "itself" in grants:
            return True
        if "behind" in grants and boundary and session:
            return True
        # 9. Trust and key policies must allow explicitly.
        if self.request.get("resourceType") in ("role", "kms-key"):
            return "account" in grants and path
        return path

    def owner(self) -> str:
        if self.request.get("resourceAccount") is not None:
            return self.request["resourceAccount"]
        parts = self.request["resource"].split(":", 5)
        return (parts[4] if len(parts) == 6 else "") or self.account

    def allowed(self, kind: str, documents: list[Json]) -> bool:
        return any(self.applies(kind, d, s, "Allow") for d in documents for s in statements(d))

    def grants(self) -> set[str]:
        """6. Whom the applicable Allows of the resource policy name."""
        found = set()
        document = self.policies["resource"]
        for statement in statements(document) if document is not None else []:
            if self.applies("resource", document, statement, "Allow"):
                found |= self.named(statement)
        return found

    # 2. Does a statement apply?

    def applies(self, kind: str, document: Json, statement: Json, effect: str) -> bool:
        if statement["Effect"] != effect:
            return False
        doubt = effect == "Deny"
        answers = [
            self.principal_applies(kind, statement),
            self.action_applies(statement),
            self.resource_applies(kind, document, statement),
            *self.conditions(document, statement),
        ]
        if any(answer is False for answer in answers):
            return False
        return doubt if None in answers else True

    def principal_applies(self, kind: str, statement: Json) -> Answer:
        written = "Principal" in statement or "NotPrincipal" in statement
        if kind in ("resource", "rcps", "vpcEndpoint"):
            return bool(self.named(statement)) if written else None
        return None if written else True

    def named(self, statement: Json) -> set[str]:
        if "NotPrincipal" in statement:
            return self.named_by_not_principal(statement)
        element = statement["Principal"]
        found = {"itself"} if element == "*" or "*" in listed(element.get("AWS", [])) else set()
        element = {} if element == "*" else element
        names = listed(element.get(self.element_type(), []))
        for link, ids in self.links():
            if any(name and name in ids for name in names):
                found.add(link)
        return found

    def named_by_not_principal(self, statement: Json) -> set[str]:
        # 11. A Deny spares only whose whole chain is listed, and never one with a boundary.
        element = statement["NotPrincipal"]
        everyone = element == "*" or "*" in listed(element.get("AWS", []))
        names = [] if element == "*" else listed(element.get(self.element_type(), []))
        chain = [
            ids for link, ids in self.links() if not (link == "behind" and self.kind == "federated-user")
        ]
        hits = [any(name in ids for name in names) for ids in chain]
        if statement["Effect"] == "Deny":
            spared = (everyone or (hits and all(hits))) and self.policies["boundary"] is None
        else:
            spared = everyone or any(hits)
        return set() if spared else {"itself"}

    def element_type(self) -> str:
        return {"service": "Service", "web-identity": "Federated", "saml": "Federated"}.get(self.kind, "AWS")

    def links(self) -> list[tuple[str, list[str]]]:  # noqa: PLR0911 one for each kind of principal
        who = self.principal
        partition = (who.get("arn") or who.get("roleArn") or "arn:aws").split(":")[1:2] or ["aws"]
        account = ("account", [self.account, f"arn:{partition[0]}:iam::{self.account}:root"])
        match self.kind:
            case "user":
                return [account, ("itself", [who["arn"], who["uniqueId"]])]
            case "role-session":
                role = [who["roleArn"], who["uniqueId"].split(":")[0]]
                return [account, ("behind", role), ("itself", [who["arn"]])]
            case "federated-user":
                return [account, ("behind", [who["userArn"]]), ("itself", [who["arn"]])]
            case "root":
                return [account]
            case "service":
                return [("itself", [who["service"]])]
            case "web-identity" | "saml":
                return [("itself", [who["federated"]])]
        return []

    def action_applies(self, statement: Json) -> bool:
        action = self.request["action"].lower()
        if "Action" in statement:
            return any(like(p.lower(), action) for p in listed(statement["Action"]))
        return not any(like(p.lower(), action) for p in listed(statement["NotAction"]))

    def resource_applies(self, kind: str, document: Json, statement: Json) -> Answer:
        if "Resource" not in statement and "NotResource" not in statement:
            return True if kind == "resource" else None
        negated = "NotResource" in statement
        answers = [
            self.resource_matches(document, pattern)
            for pattern in listed(statement["NotResource" if negated else "Resource"])
        ]
        if True in answers:
            return not negated
        return None if None in answers else negated

    def resource_matches(self, document: Json, pattern: str) -> Answer:
        segments = split_arn(pattern, variables=new_language(document))
        if len(pattern.split(":")) > 2 and re.search(r"[*?]", pattern.split(":", 3)[2]):
            # no wildcard names a service: not understood, where it would match
            return None if self.segments_match(document, segments, pattern) else False
        return self.segments_match(document, segments, pattern)

    def segments_match(self, document: Json, segments: list[str], pattern: str) -> bool:
        if len(segments) < 6:
            expression = self.expression(document, pattern)
        else:
            fixed = []
            for segment in segments[:5]:
                if new_language(document) and VARIABLE.search(segment) and not PLAIN.fullmatch(segment):
                    return False  # 14. only in the resource part
                text = (
                    PLAIN_VARIABLE.sub(lambda found: quoted(found[1]), segment)
                    if new_language(document)
                    else segment
                )
                last = text.endswith("*")
                body = wild(text[:-1] if last else text, any_="[^:]*", one="[^:]")
                fixed.append(body + (".*" if last else ""))
            resource = self.expression(document, segments[5])
            expression = None if resource is None else ":".join([*fixed, resource])
        return expression is not None and matches(expression, self.request["resource"])

    # 12, 13, 14. Conditions

    def conditions(self, document: Json, statement: Json) -> Iterator[Answer]:
        for operator, keys in statement.get("Condition", {}).items():
            for key, values in keys.items():
                yield self.condition(document, operator, key.casefold(), [as_text(v) for v in listed(values)])

    def condition(  # noqa: C901, PLR0911 the rules one after the other
        self, document: Json, operator: str, key: str, values: list[str]
    ) -> Answer:
        name = operator.lower()
        quantifier = None
        for prefix in ("forallvalues:", "foranyvalue:"):
            if name.startswith(prefix):
                quantifier, name = prefix, name[len(prefix) :]
        if_exists = name.endswith("ifexists")
        name = name[: -len("ifexists")] if if_exists else name
        if name == "null":
            if if_exists:
                return None
            if quantifier is None:
                return self.null(key, values)
        negated = name in NEGATED
        comparison = NEGATED.get(name, name)
        if comparison not in (*TYPES, "null"):
            return None
        present = self.context.get(key)
        if present is None:
            if quantifier == "foranyvalue:":
                return if_exists
            return negated or if_exists or quantifier == "forallvalues:"
        if quantifier is None:
            if not isinstance(present, str):
                return None
            return self.compare(document, comparison, negated, present, values)
        present = [present] if isinstance(present, str) else present
        if present == [""]:
            return quantifier == "forallvalues:"
        answers = [self.compare(document, comparison, negated, each, values) for each in present]
        if quantifier == "forallvalues:":
            return False if False in answers else None if None in answers else True
        return True if True in answers else None if None in answers else False

    def null(self, key: str, values: list[str]) -> Answer:
        read = [boolean(v) for v in values]
        if (key not in self.context) in [v for v in read if v is not None]:
            return True
        return None if None in read else False

    def compare(
        self, document: Json, comparison: str, negated: bool, given: str, values: list[str]
    ) -> Answer:
        if comparison == "null":  # a value that is there is not null
            read_values = [boolean(value) for value in values]
            return True if False in read_values else None if None in read_values else False
        answers = [self.compare_one(document, comparison, given, value) for value in values]
        if TYPES[comparison] != "text" and not values and read(TYPES[comparison], given) is None:
            return None
        if True in answers:
            return not negated
        return None if None in answers else negated

    def compare_one(self, document: Json, comparison: str, given: str, value: str) -> Answer:
        kind = TYPES[comparison]
        if kind == "text":
            return self.compare_text(document, comparison, given, value)
        if kind == "arn":
            return self.compare_arn(document, given, value)
        left, right = read(kind, given), read(kind, value, policy=True)
        if left is None or right is None:
            return None
        if kind == "ip":
            return left.version == right.version and left in right
        return ORDER[comparison](left, right)

    def compare_text(self, document: Json, comparison: str, given: str, value: str) -> bool:
        if comparison == "stringlike":
            expression = self.expression(document, value)
            return expression is not None and matches(expression, given)
        wanted = value if not new_language(document) else self.substitute(value)
        if wanted is None:
            return False
        if comparison == "stringequalsignorecase":
            return wanted.lower() == given.lower()
        return wanted == given

    def compare_arn(self, document: Json, given: str, value: str) -> Answer:
        parts = given.split(":", 5)
        if len(parts) < 6 or parts[0] != "arn":
            return None
        patterns = split_arn(value, variables=new_language(document))
        has_variable = new_language(document) and any(
            inside(found) not in ("*", "?", "$") for found in VARIABLE.finditer(value)
        )
        if len(patterns) < 6:
            if not has_variable:
                return None
            expression = self.expression(document, value)
            return expression is not None and matches(expression, given)
        expressions = [self.expression(document, each) for each in patterns]
        return None not in expressions and all(
            matches(expression, part) for expression, part in zip(expressions, parts, strict=True)
        )

    def expression(self, document: Json, text: str) -> str | None:
        """A regular expression for text with wildcards and variables; None when one is unresolved."""
        if not new_language(document):
            return wild(text)
        found, at = "", 0
        for variable in VARIABLE.finditer(text):
            value = self.value_of(variable)
            if value is None:
                return None
            found += wild(text[at : variable.start()]) + re.escape(value)
            at = variable.end()
        return found + wild(text[at:])

    def substitute(self, text: str) -> str | None:
        found, at = "", 0
        for variable in VARIABLE.finditer(text):
            value = self.value_of(variable)
            if value is None:
                return None
            found += text[at : variable.start()] + value
            at = variable.end()
        return found + text[at:]

    def value_of(self, variable: re.Match[str]) -> str | None:
        name = inside(variable)
        if name in ("*", "?", "$"):
            return name
        found = re.fullmatch(r"([^\s,'\"*?${}]+)(, '([^']*)')?", name or "")
        if found is None:
            return None
        value = self.context.get(found[1].casefold(), found[3])
        return value if isinstance(value, str) else None


ALL_KINDS = ("identity", "resource", "boundary", "session", "scps", "rcps", "vpcEndpoint")
WITH_ACCOUNT = ("user", "role-session", "federated-user", "root")
UNDENIABLE = {"sts:getcalleridentity": WITH_ACCOUNT, "sts:getsessiontoken": ("user", "root")}
VARIABLE = re.compile(r"\$\{([^}]*)\}|\$\{.*", re.DOTALL)
PLAIN_VARIABLE = re.compile(r"\$\{([*?$])\}")
PLAIN = re.compile(r"(?:[^$]|\$(?!\{)|\$\{[*?$]\})*", re.DOTALL)
NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}
TYPES = {
    "stringequals": "text",
    "stringequalsignorecase": "text",
    "stringlike": "text",
    "arnequals": "arn",
    "arnlike": "arn",
    "bool": "bool",
    "binaryequals": "binary",
    "ipaddress": "ip",
}
ORDER = {"bool": lambda a, b: a == b, "binaryequals": lambda a, b: a == b}
for _type in ("numeric", "date"):
    for _name, _test in {
        "equals": lambda a, b: a == b,
        "lessthan": lambda a, b: a < b,
        "lessthanequals": lambda a, b: a <= b,
        "greaterthan": lambda a, b: a > b,
        "greaterthanequals": lambda a, b: a >= b,
    }.items():
        TYPES[_type + _name] = _type
        ORDER[_type + _name] = _test


def statements(document: Json) -> list[Json]:
    return listed(document["Statement"])


def listed(value: str) -> list[Any]:
    return value if isinstance(value, list) else [value]


def new_language(document: Json) -> bool:
    return document.get("Version") == "2012-10-17"


def as_text(value: str) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def inside(variable: re.Match[str]) -> str | None:
    return variable[1]


def quoted(character: str) -> str:
    return "\x00" + str("*?$".index(character))


def wild(text: str, any_: str = ".*", one: str = ".") -> str:
    """Wildcards to a regular expression; a NUL and a digit stand for an escaped wildcard."""
    found = ""
    for piece in re.split(r"(\x00[0-2]|[*?])", text):
        found += {"*": any_, "?": one}.get(piece) or (
            re.escape("*?$"[int(piece[1])]) if piece.startswith("\x00") else re.escape(piece)
        )
    return found


def matches(expression: str, text: str) -> bool:
    return re.fullmatch(expression, text, re.DOTALL) is not None


def like(pattern: str, text: str) -> bool:
    return matches(wild(pattern), text)


def split_arn(text: str, *, variables: bool) -> list[str]:
    """At the first five colons that are not inside a variable."""
    found, _at = [""], 0
    for piece in (
        re.finditer(r"\$\{[^}]*\}|\$\{.*|.", text, re.DOTALL)
        if variables
        else re.finditer(".", text, re.DOTALL)
    ):
        if piece[0] == ":" and len(found) < 6:
            found.append("")
        else:
            found[-1] += piece[0]
    return found


def read(kind: str, text: str, *, policy: bool = False) -> Any:  # noqa: PLR0911 a value of any type
    match kind:
        case "numeric":
            return number(text)
        case "date":
            return instant(text)
        case "bool":
            return boolean(text)
        case "binary":
            return binary(text)
        case "ip":
            return address(text, policy=policy)
        case "arn":
            return text if text.startswith("arn:") and text.count(":") >= 5 else None
    return text


def number(text: str) -> Fraction | None:
    if re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", text) and len(text) <= 64:
        return Fraction(text)
    return None


def boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def binary(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def address(text: str, *, policy: bool) -> Any:
    if "%" in text:
        return None
    if policy and "/" in text and not re.fullmatch(r"[0-9]{1,3}", text.split("/", 1)[1]):
        return None
    try:
        return ipaddress.ip_network(text, strict=False) if policy else ipaddress.ip_address(text)
    except ValueError:
        return None


def instant(text: str) -> Fraction | None:
    found = re.fullmatch(
        r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,18})?)?(Z|[+-]\d\d:?\d\d)?)?)?)?",
        text,
        re.ASCII,
    )
    if found is None:
        plain = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text)
        return Fraction(text) if plain and len(text) <= 64 else None
    year, month, day, hour, minute, second = (int(found[i] or (1 if i in (2, 3) else 0)) for i in range(1, 7))
    try:
        seconds = int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
    except (ValueError, OverflowError):
        return None
    zone = found[8] or "Z"
    digits = zone[1:].replace(":", "")
    offset = 0 if zone == "Z" else int(digits[:2]) * 3600 + int(digits[2:]) * 60
    if offset > 86_400:
        return None
    return seconds - (-offset if zone[0] == "-" else offset) + Fraction("0" + (found[7] or ""))
