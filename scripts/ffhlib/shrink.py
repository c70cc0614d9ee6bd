"""Makes a plan smaller while it shows the same thing. No process is started here: `Test` says which of
some candidates still does. Every candidate is smaller than its plan in the order of `goodness`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from .plantext import Bytes, Call, Malformed, Out, Plan, Strings, Struct, Use, Value, Word, leaves

Candidates = Iterator[Plan]
# The place and plan of the first candidate that still shows the finding; None when there is none.
Test = Callable[[Candidates], tuple[int, Plan] | None]
Maker = Callable[[Plan], Candidates]

_INTEGER = re.compile(r"-?(?:0x[0-9a-fA-F]+|\d+)$")
_FLOAT = re.compile(r"-?\d+\.\d+$")
_EACH_BYTE = 24  # buffers up to this size are tried byte by byte
_EACH_NUMBER = 4096  # numbers up to this one are lowered by one


def weigh(value: Value) -> tuple[int, int, int, float]:
    """(bytes, malformed forms, bytes other than 'a', how far numbers are from 0)."""
    size, forms, odd, distance = 0, int(isinstance(value, Malformed)), 0, 0.0
    for leaf in leaves(value):
        if isinstance(leaf, Bytes):
            size += len(leaf.data)
            odd += len(leaf.data) - leaf.data.count(b"a")
        elif isinstance(leaf, Word):
            distance += _distance(leaf.text)
    items = len(value.items) if isinstance(value, Strings) else 0
    return size + items, forms, odd, distance


def _distance(word: str) -> float:
    if _INTEGER.match(word):
        return abs(int(word, 0)) + 0.5 * word.startswith("-")
    if _FLOAT.match(word):
        return abs(float(word))
    if word.startswith("bits:"):
        return 2.0**64
    return 1.0 if word == "true" else float(word.count("|"))


def goodness(plan: Plan) -> tuple[float, ...]:
    """Less is better: switches, calls, lanes, bytes, numbers, and then how plain the rest is."""
    size, forms, odd, distance = 0, 0, 0, 0.0
    for call in plan.calls:
        for _, value in call.arguments:
            more = weigh(value)
            size, forms = size + more[0], forms + more[1]
            odd, distance = odd + more[2], distance + more[3]
    return (
        len(plan.switches),
        len(plan.calls),
        len(plan.used_lanes()),
        plan.lanes,
        size,
        forms,
        odd,
        distance,
        sum(step for step, _ in plan.switches),
        plan.seed != 1,
        abs(plan.stickiness - 1),
    )


def shrink(plan: Plan, test: Test) -> Plan:
    """The best plan that can be reached: rounds until a whole one changes nothing."""
    while True:
        before = plan
        plan = _by_chunks(plan, test, drop_switches, len(plan.switches))
        plan = _by_chunks(plan, test, drop_calls, len(plan.calls))
        for make in (retarget, merge_lanes, schedule, buffers, plain, letters, numbers):
            plan = _sweep(plan, test, make)
        if plan == before:
            return plan


def _sweep(plan: Plan, test: Test, make: Maker) -> Plan:
    """Takes every improvement; goes on where the last one was, for what is before has been tried."""
    start = 0
    while True:
        now, limit = plan, goodness(plan)
        smaller = (other for other in make(now) if goodness(other) < limit)
        hit = test(islice(smaller, start, None))
        if hit is None:
            return plan
        start, plan = start + hit[0], hit[1]


def _by_chunks(plan: Plan, test: Test, drop: Callable[[Plan, int], Candidates], size: int) -> Plan:
    while size > 0:
        chunk = size
        plan = _sweep(plan, test, lambda now, chunk=chunk: drop(now, chunk))  # type: ignore[misc]
        size //= 2
    return plan


def drop_switches(plan: Plan, size: int) -> Candidates:
    """Without `size` neighbouring switches, the last ones first."""
    for end in range(len(plan.switches), 0, -size):
        kept = plan.switches[: max(0, end - size)] + plan.switches[end:]
        yield replace(plan, switches=kept)


def drop_calls(plan: Plan, size: int) -> Candidates:
    """Without `size` neighbouring calls and without what depends on them, the last ones first."""
    for end in range(len(plan.calls), 0, -size):
        gone = set(range(max(0, end - size), end))
        smaller = without(plan, gone)
        yield smaller
        if plan.switches:
            yield replace(smaller, switches=_earlier(plan, min(gone), size))


def _earlier(plan: Plan, first: int, count: int) -> tuple[tuple[int, int], ...]:
    """The switches as they stand when `count` calls from `first` on are not counted."""
    moved: dict[int, int] = {}
    for step, lane in plan.switches:
        moved.setdefault(max(0, step - count) if step > first else step, lane)
    return tuple(sorted(moved.items()))


def without(plan: Plan, gone: set[int]) -> Plan:
    """The plan without some calls and without every call that uses their variables."""
    lost: set[str] = set()
    kept = []
    for number, call in enumerate(plan.calls):
        if number in gone or any(name in lost for _, name in call.uses()):
            lost |= {name for _, name in call.defines()}
        else:
            kept.append(_forget(call, lost))
    return replace(plan, calls=tuple(kept))


def _forget(call: Call, lost: set[str]) -> Call:
    """The call without the lost error messages that it hands in again."""
    return replace(
        call,
        arguments=tuple(
            (name, Out("", value.name) if isinstance(value, Out) and value.old in lost else value)
            for name, value in call.arguments
        ),
    )


def retarget(plan: Plan) -> Candidates:
    """Without one defining call whose variable's users take another variable of the same type."""
    types = _types(plan)
    for number in range(len(plan.calls) - 1, -1, -1):
        mine = [name for _, name in plan.calls[number].defines()]
        if len(mine) != 1:
            continue
        for other in sorted({n for c in plan.calls for _, n in c.defines()} - set(mine)):
            if types.get(other) != types.get(mine[0]):
                continue
            calls = [_rename(call, {mine[0]: other}) for call in plan.calls]
            del calls[number]
            if _is_ordered(calls):
                yield replace(plan, calls=tuple(calls))


def _is_ordered(calls: list[Call]) -> bool:
    """Whether every variable is defined before it is used."""
    known: set[str] = set()
    for call in calls:
        if any(name not in known for _, name in call.uses()):
            return False
        known |= {name for _, name in call.defines()}
    return True


def _types(plan: Plan) -> dict[str, str]:
    """A name for the type of every variable: those that stand in one place have one type."""
    parent: dict[str, str] = {}

    def find(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for call in plan.calls:
        for way, places in ((">", call.defines()), ("<", call.uses())):
            for parameter, variable in places:
                parent[find(f"{call.function} {way} {parameter}")] = find(variable)
    return {name: find(name) for name in list(parent)}


def _rename(call: Call, names: dict[str, str]) -> Call:
    """The call with other variables handed in."""

    def change(value: Value) -> Value:
        if isinstance(value, Use):
            return Use(names.get(value.name, value.name))
        if isinstance(value, Out):
            return Out(names.get(value.old, value.old), value.name)
        if isinstance(value, Malformed):
            return Malformed(value.form, change(value.value))
        if isinstance(value, Struct):
            return Struct(tuple((name, change(inner)) for name, inner in value.fields))
        return value

    return replace(call, arguments=tuple((n, change(v)) for n, v in call.arguments))


def renumber(plan: Plan) -> Plan:
    """The plan with its variables called h0, h1, ... in the order of their definition."""
    defined = [name for call in plan.calls for _, name in call.defines()]
    names = {name: f"h{number}" for number, name in enumerate(defined)}
    calls = []
    for call in plan.calls:
        used = _rename(call, names)
        arguments = tuple(
            (name, Out(value.old, names[value.name]) if isinstance(value, Out) else value)
            for name, value in used.arguments
        )
        calls.append(replace(used, result=names.get(call.result, ""), arguments=arguments))
    return replace(plan, calls=tuple(calls))


def merge_lanes(plan: Plan) -> Candidates:
    """One lane less: its calls where they stand, after all others, or as early as they can be.
    Then the lanes that are left get the first letters."""
    used = plan.used_lanes()
    for gone in reversed(used):
        for into in used:
            if into < gone:
                for calls in _orders(plan, gone):
                    moved = tuple(_on(call, {gone: into}) for call in calls)
                    switches = tuple(
                        (s, into if lane == gone else lane) for s, lane in plan.switches
                    )
                    yield _compact(replace(plan, calls=moved, switches=switches))
                    yield replace(plan, calls=moved, switches=switches)
    if len(used) > 1:
        for at in range(len(plan.calls)):  # the order in which lanes ran may differ in one call
            last = [*plan.calls[:at], *plan.calls[at + 1 :], plan.calls[at]]
            if _is_ordered(last):
                calls = tuple(replace(call, lane=0) for call in last)
                yield _compact(replace(plan, calls=calls, switches=()))
    yield _compact(plan)
    yield replace(plan, lanes=max([*used, *(lane for _, lane in plan.switches), 0]) + 1)


def _on(call: Call, lanes: dict[int, int]) -> Call:
    return replace(call, lane=lanes.get(call.lane, call.lane))


def _orders(plan: Plan, lane: int) -> list[tuple[Call, ...]]:
    mine = [call for call in plan.calls if call.lane == lane]
    others = [call for call in plan.calls if call.lane != lane]
    orders = [list(plan.calls), others + mine, mine + others]
    kept: list[tuple[Call, ...]] = []
    for order in orders:
        if _is_ordered(order) and tuple(order) not in kept:
            kept.append(tuple(order))
    return kept


def _compact(plan: Plan) -> Plan:
    places = {lane: place for place, lane in enumerate(plan.used_lanes())}
    return replace(
        plan,
        lanes=max(1, len(places)),
        calls=tuple(_on(call, places) for call in plan.calls),
        switches=tuple((step, places[lane]) for step, lane in plan.switches if lane in places),
    )


def schedule(plan: Plan) -> Candidates:
    """The plainest seed and stickiness, and earlier switches."""
    yield replace(plan, seed=1, stickiness=1)
    yield replace(plan, seed=1)
    yield replace(plan, stickiness=1)
    for at, (step, lane) in enumerate(plan.switches):
        before = plan.switches[at - 1][0] + 1 if at else 0
        for earlier in (before, (before + step) // 2, step - 1):
            if before <= earlier < step:
                yield replace(plan, switches=_put(plan.switches, at, (earlier, lane)))


def _put(row: tuple[Any, ...], at: int, item: Any) -> tuple[Any, ...]:
    return (*row[:at], item, *row[at + 1 :])


def _each_value(plan: Plan, variants: Callable[[Value], Iterator[Value]]) -> Candidates:
    """The plan with one value, at any depth, replaced by each of its variants."""
    for at, call in enumerate(plan.calls):
        for slot, (name, value) in enumerate(call.arguments):
            for other in _inside(value, variants):
                arguments = _put(call.arguments, slot, (name, other))
                changed = replace(call, arguments=arguments)
                yield replace(plan, calls=_put(plan.calls, at, changed))


def _inside(value: Value, variants: Callable[[Value], Iterator[Value]]) -> Iterator[Value]:
    yield from variants(value)
    if isinstance(value, Struct):
        for at, (name, inner) in enumerate(value.fields):
            for other in _inside(inner, variants):
                yield Struct(_put(value.fields, at, (name, other)))
    elif isinstance(value, Strings):
        for at, inner in enumerate(value.items):
            for other in _inside(inner, variants):
                yield Strings(_put(value.items, at, other))


def buffers(plan: Plan) -> Candidates:
    """Shorter buffers and lists: nothing, a half, three quarters, without one byte."""
    return _each_value(plan, _shorter)


def _shorter(value: Value) -> Iterator[Value]:
    if isinstance(value, Strings):
        for kept in _cuts(value.items):
            yield Strings(kept)
    elif isinstance(value, Bytes):
        for data in _cuts(value.data):
            if _is_utf8(data) or not _is_utf8(value.data):
                yield Bytes(data)


def _cuts(row: Any) -> Iterator[Any]:
    size = len(row)
    for part in (size, size // 2, size // 4, size // 8):
        for start in range(0, size, part) if part else ():
            yield row[:start] + row[start + part :]
    for at in range(size if size <= _EACH_BYTE else 0):
        yield row[:at] + row[at + 1 :]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def plain(plan: Plan) -> Candidates:
    """A malformed value as the plain one of its kind."""
    return _each_value(plan, _plain)


def _plain(value: Value) -> Iterator[Value]:
    if not isinstance(value, Malformed):
        return
    if value.form in ("stale", "wrong_thread"):
        yield value.value
    elif value.form == "bad_enum":
        yield Word("0")
    elif value.form != "wrong_type":
        yield Bytes(b"")


def letters(plan: Plan) -> Candidates:
    """Buffers whose bytes are 'a', all or some."""
    return _each_value(plan, _letters)


def _letters(value: Value) -> Iterator[Value]:
    if not isinstance(value, Bytes) or not value.data.strip(b"a"):
        return
    data, size = value.data, len(value.data)
    parts = [size, (size + 1) // 2] + [1] * (1 < size <= _EACH_BYTE)
    for part in parts:
        for start in range(0, size, part):
            changed = data[:start] + b"a" * len(data[start : start + part]) + data[start + part :]
            if _is_utf8(changed) or not _is_utf8(data):
                yield Bytes(changed)


def numbers(plan: Plan) -> Candidates:
    """Numbers nearer to 0; flags without one of them; false."""
    return _each_value(plan, _nearer)


def _nearer(value: Value) -> Iterator[Value]:
    if not isinstance(value, Word):
        return
    word = value.text
    if _INTEGER.match(word):
        number = int(word, 0)
        size, sign = abs(number), -1 if number < 0 else 1
        steps = [size // 2, size // 4, size // 16, size // 256, int(size <= _EACH_NUMBER)]
        tried = [0, 1, size, *(sign * (size - step) for step in steps if step)]
        yield from (Word(str(other)) for other in dict.fromkeys(tried) if other != number)
    elif _FLOAT.match(word) or word.startswith("bits:"):
        yield from (Word("0.0"), Word("1.0"))
    elif word == "true":
        yield Word("false")
    elif "|" in word:
        yield Word("0")
        names = word.split("|")
        yield from (Word("|".join(names[:at] + names[at + 1 :])) for at in range(len(names)))
