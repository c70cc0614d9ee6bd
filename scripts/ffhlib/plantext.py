"""The text of a plan as data, and back. docs/plan.md is the language; the replay binary checks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

# Threads are numbered as in the canonical bytes: lanes, then from here on what the library starts.
LIBRARY = 64
_FORMS = (
    "stale|wrong_type|wrong_thread|bad_enum|bad_utf8|length_mismatch|oversized|wrong_state"
    "|bad_version|has_children"
)
_FORM = re.compile(rf"({_FORMS}) ")
_QUOTED = re.compile(r'(h?)"((?:[^"\\]|\\.)*)"(?:\*(\d+|0x[0-9a-fA-F]+))?')
_WORD = re.compile(r"[\w.:+|-]+")
_NAME = re.compile(r"\w+")
_CALL = re.compile(r"([A-Z]{1,2}): (?:(\w+) = )?(\w+)\(")
_FAIL = re.compile(r" fail=(\d+)")
_SWITCH = re.compile(r"switch (\d+) (\w+)$")
_SETTING = re.compile(r"(\w+)=(\S+)")
_NUMBERS = ("seed", "lanes", "stickiness", "depth", "length", "warm", "again", "exit")
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
    fail: int = 0  # the allocation inside it that fails

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
    """A whole plan. `switches` are (step, thread), `weights` (thread, points)."""

    target: str
    policy: str
    seed: int
    lanes: int
    stickiness: int
    switches: tuple[tuple[int, int], ...]
    calls: tuple[Call, ...]
    granularity: str = "calls"
    depth: int = 3
    length: int = 0
    weights: tuple[tuple[int, int], ...] = ()
    warm: int = 0
    again: int = 0  # ended and started again first
    exit: int = 0  # a replay leaves by exit()

    def used_lanes(self) -> list[int]:
        return sorted({call.lane for call in self.calls})


def thread_name(thread: int) -> str:
    """A to Z, AA, AB, ... for lanes; T1, T2, ... for the threads that the library starts."""
    if thread >= LIBRARY:
        return f"T{thread - LIBRARY + 1}"
    first, last = divmod(thread, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


def thread_number(name: str) -> int:
    """The inverse of thread_name. ValueError when the text names no thread."""
    if re.fullmatch(r"T[1-9]\d*", name):
        return LIBRARY + int(name[1:]) - 1
    if not re.fullmatch(r"[A-Z]{1,2}", name):
        raise ValueError(f"{name!r} names no thread")
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    if number > LIBRARY:
        raise ValueError(f"{name!r}: there are at most {LIBRARY} lanes")
    return number - 1


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
    plan = Plan(header[1], "random", 0, 4, 2, (), ())
    calls: list[Call] = []
    switches: list[tuple[int, int]] = []
    known: set[str] = set()
    for number, line in enumerate(lines[1:], 2):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("schedule "):
            plan = _schedule(plan, line, number)
        elif switch := _SWITCH.match(line):
            try:
                switches.append((int(switch[1]), thread_number(switch[2])))
            except ValueError as error:
                raise PlanTextError(f"plan text:{number}: {error}") from error
        else:
            calls.append(_call(_Line(line, number, known)))
            known |= {name for _, name in calls[-1].defines()}
    return replace(plan, calls=tuple(calls), switches=tuple(switches))


def _schedule(plan: Plan, line: str, number: int) -> Plan:
    policy, *settings = line.split()[1:]
    given: dict[str, Any] = {}
    for setting in settings:
        found = _SETTING.fullmatch(setting)
        key, value = found.groups() if found else ("", "")
        try:
            if key in _NUMBERS:
                given[key] = int(value, 0)
            elif key == "granularity":
                given[key] = value
            elif key == "weights":
                pairs = (weight.split(":") for weight in value.split(","))
                given[key] = tuple((thread_number(name), int(n, 0)) for name, n in pairs)
            else:
                raise ValueError(f"no setting {setting!r}")
        except ValueError as error:
            raise PlanTextError(f"plan text:{number}: {error}") from error
    return replace(plan, policy=policy, **given)


def _call(line: _Line) -> Call:
    head = line.match(_CALL)
    if not head:
        raise line.fail("LANE: [NAME =] function(...)")
    try:
        lane = thread_number(head[1])
    except ValueError as error:
        raise PlanTextError(f"plan text:{line.number}: {error}") from error
    arguments = line.named(")")
    fail = line.match(_FAIL)
    if line.at != len(line.text):
        raise line.fail("the end of the line")
    return Call(lane, head[2] or "", head[3], arguments, int(fail[1]) if fail else 0)


def text_of(plan: Plan) -> str:
    """The plan as text."""
    lines = [
        f"ffihammer plan 1 target={plan.target}",
        _schedule_line(plan),
    ]
    for call in plan.calls:
        result = f"{call.result} = " if call.result else ""
        lines.append(
            f"{thread_name(call.lane)}: {result}{call.function}({_named(call.arguments)})"
            + (f" fail={call.fail}" if call.fail else "")
        )
    lines += [f"switch {step} {thread_name(thread)}" for step, thread in plan.switches]
    return "\n".join(lines) + "\n"


def _schedule_line(plan: Plan) -> str:
    """What the policy does not use is left out."""
    words = [f"schedule {plan.policy} seed={plan.seed:#x} lanes={plan.lanes}"]
    if plan.policy == "random":
        words.append(f"stickiness={plan.stickiness}")
    words.append(f"granularity={plan.granularity}")
    if plan.policy == "pct":
        words.append(f"depth={plan.depth}")
    if plan.length:
        words.append(f"length={plan.length}")
    if plan.weights:
        weights = (f"{thread_name(thread)}:{points}" for thread, points in plan.weights)
        words.append(f"weights={','.join(weights)}")
    if plan.warm:
        words.append("warm=1")
    if plan.again:
        words.append("again=1")
    if plan.exit:
        words.append("exit=1")
    return " ".join(words)


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
