"""The text of a plan as data, and back. docs/plan.md is the language; the replay binary checks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

LANES = "ABCDEFGHIJKLMNOP"
_FORMS = "stale|wrong_type|wrong_thread|bad_enum|bad_utf8|length_mismatch|oversized"
_FORM = re.compile(rf"({_FORMS}) ")
_QUOTED = re.compile(r'(h?)"((?:[^"\\]|\\.)*)"(?:\*(\d+|0x[0-9a-fA-F]+))?')
_WORD = re.compile(r"[\w.:+|-]+")
_NAME = re.compile(r"\w+")
_CALL = re.compile(r"([A-P]): (?:(\w+) = )?(\w+)\(")
_SWITCH = re.compile(r"switch (\d+) ([A-P])$")
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}
_LONGEST_PERIOD = 64


class PlanTextError(Exception):
    """A text is not a plan."""


@dataclass(frozen=True)
class Word:
    """A number, an enumerator, flags, a callback, true, false or null."""

    text: str


@dataclass(frozen=True)
class Bytes:
    """The content of a buffer, text or path."""

    data: bytes


@dataclass(frozen=True)
class Strings:
    """A list of texts."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Struct:
    """The fields of a struct by name."""

    fields: tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Use:
    """A variable that an earlier call defined."""

    name: str


@dataclass(frozen=True)
class Out:
    """An output that becomes the variable `name`; `old` is handed in, "" is nothing."""

    old: str
    name: str


@dataclass(frozen=True)
class Malformed:
    """A form that the contract promises to refuse."""

    form: str
    value: Value


Value = Word | Bytes | Strings | Struct | Use | Out | Malformed


@dataclass(frozen=True)
class Call:
    """One call. `result` is the variable that the result becomes, or ""."""

    lane: int
    result: str
    function: str
    arguments: tuple[tuple[str, Value], ...]

    def uses(self) -> Iterator[tuple[str, str]]:
        """(parameter, variable) of every variable that the call cannot do without."""
        for name, value in self.arguments:
            for inner in leaves(value):
                if isinstance(inner, Use):
                    yield name, inner.name

    def defines(self) -> Iterator[tuple[str, str]]:
        """(parameter, variable) of every variable that the call defines; "" is the result."""
        if self.result:
            yield "", self.result
        for name, value in self.arguments:
            for inner in leaves(value):
                if isinstance(inner, Out):
                    yield name, inner.name


@dataclass(frozen=True)
class Plan:
    """A whole plan. `switches` are (step, lane)."""

    target: str
    policy: str
    seed: int
    lanes: int
    stickiness: int
    switches: tuple[tuple[int, int], ...]
    calls: tuple[Call, ...]

    def used_lanes(self) -> list[int]:
        return sorted({call.lane for call in self.calls})


def leaves(value: Value) -> Iterator[Value]:
    """The value, or what is inside a struct, a list or a malformed form."""
    if isinstance(value, Struct):
        for _, inner in value.fields:
            yield from leaves(inner)
    elif isinstance(value, Strings):
        for inner in value.items:
            yield from leaves(inner)
    elif isinstance(value, Malformed):
        yield from leaves(value.value)
    else:
        yield value


class _Line:
    """One call's text, read from left to right."""

    def __init__(self, text: str, number: int, known: set[str]) -> None:
        self.text, self.number, self.known, self.at = text, number, known, 0

    def fail(self, wanted: str) -> PlanTextError:
        return PlanTextError(f"plan text:{self.number}:{self.at + 1}: expected {wanted}")

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found

    def take(self, word: str) -> bool:
        if not self.text.startswith(word, self.at):
            return False
        self.at += len(word)
        return True

    def named(self, end: str) -> tuple[tuple[str, Value], ...]:
        """name=value, ... up to `end`."""
        found: list[tuple[str, Value]] = []
        while not self.take(end):
            if found and not self.take(", "):
                raise self.fail(f"', ' or '{end}'")
            name = self.match(_NAME)
            if not name or not self.take("="):
                raise self.fail("NAME=VALUE")
            found.append((name[0], self.value()))
        return tuple(found)

    def name(self) -> str:
        found = self.match(_NAME)
        if not found:
            raise self.fail("a variable")
        return found[0]

    def value(self) -> Value:
        if self.take("{"):
            return Struct(self.named("}"))
        if self.take("["):
            return self.strings()
        if form := self.match(_FORM):
            return Malformed(form[1], self.value())
        if quoted := self.match(_QUOTED):
            return Bytes(_bytes(quoted))
        if self.take("out "):
            return Out("", self.name())
        word = self.match(_WORD)
        if not word:
            raise self.fail("a value")
        if self.take(" out "):
            return Out(word[0], self.name())
        return Use(word[0]) if word[0] in self.known else Word(word[0])

    def strings(self) -> Strings:
        items: list[Value] = []
        while not self.take("]"):
            if items and not self.take(", "):
                raise self.fail("', ' or ']'")
            items.append(self.value())
        return Strings(tuple(items))


def _bytes(match: re.Match[str]) -> bytes:
    if match[1]:
        data = bytes.fromhex(match[2])
    else:
        text = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), match[2])
        data = text.encode("utf-8", "surrogateescape")
    if match[3] and data:
        size = int(match[3], 0)
        data = (data * (size // len(data) + 1))[:size]
    return data


def parse(text: str) -> Plan:
    """The plan of a text as `ffh show` prints it."""
    lines = text.splitlines()
    header = re.match(r"ffihammer plan \d+ target=(\S+)$", lines[0]) if lines else None
    if not header:
        raise PlanTextError("a plan text begins 'ffihammer plan 1 target=NAME'")
    plan = Plan(header[1], "random", 1, 1, 1, (), ())
    calls: list[Call] = []
    switches: list[tuple[int, int]] = []
    known: set[str] = set()
    for number, line in enumerate(lines[1:], 2):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("schedule "):
            words = line.split()
            given = {key: int(value, 0) for key, value in (word.split("=") for word in words[2:])}
            plan = replace(plan, policy=words[1], **given)
        elif switch := _SWITCH.match(line):
            switches.append((int(switch[1]), LANES.index(switch[2])))
        else:
            calls.append(_call(_Line(line, number, known)))
            known |= {name for _, name in calls[-1].defines()}
    return replace(plan, calls=tuple(calls), switches=tuple(switches))


def _call(line: _Line) -> Call:
    head = line.match(_CALL)
    if not head:
        raise line.fail("LANE: [NAME =] function(...)")
    arguments = line.named(")")
    if line.at != len(line.text):
        raise line.fail("the end of the line")
    return Call(LANES.index(head[1]), head[2] or "", head[3], arguments)


def text_of(plan: Plan) -> str:
    """The plan as text."""
    lines = [
        f"ffihammer plan 1 target={plan.target}",
        f"schedule {plan.policy} seed={plan.seed:#x} lanes={plan.lanes} stickiness={plan.stickiness}",
    ]
    for call in plan.calls:
        result = f"{call.result} = " if call.result else ""
        lines.append(f"{LANES[call.lane]}: {result}{call.function}({_named(call.arguments)})")
    lines += [f"switch {step} {LANES[lane]}" for step, lane in plan.switches]
    return "\n".join(lines) + "\n"


def _named(pairs: tuple[tuple[str, Value], ...]) -> str:
    return ", ".join(f"{name}={_value(value)}" for name, value in pairs)


def _value(value: Value) -> str:
    if isinstance(value, Word):
        return value.text
    if isinstance(value, Use):
        return value.name
    if isinstance(value, Out):
        return f"{value.old} out {value.name}".lstrip()
    if isinstance(value, Malformed):
        return f"{value.form} {_value(value.value)}"
    if isinstance(value, Struct):
        return f"{{{_named(value.fields)}}}"
    if isinstance(value, Strings):
        return f"[{', '.join(map(_value, value.items))}]"
    return _quoted(value.data)


def _quoted(data: bytes) -> str:
    period = _period(data)
    shown = data[:period]
    if all(0x20 <= byte < 0x7F or byte in b"\n\t" for byte in shown):
        text = shown.decode().replace("\\", "\\\\").replace('"', '\\"')
        quoted = '"' + text.replace("\n", "\\n").replace("\t", "\\t") + '"'
    else:
        quoted = f'h"{shown.hex()}"'
    return quoted if period == len(data) else f"{quoted}*{len(data)}"


def _period(data: bytes) -> int:
    """How many bytes, repeated, make up the data; all of them when it is short or irregular."""
    if len(data) >= 16:
        for period in range(1, min(_LONGEST_PERIOD, len(data) // 2) + 1):
            if data[period:] == data[:-period]:
                return period
    return len(data)
