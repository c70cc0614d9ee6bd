"""Makes a plan smaller while it shows the same thing. No process is started here: `Test` says which of
some candidates still does. Every candidate is smaller than its plan in the order of `goodness`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Protocol

from .plantext import LIBRARY, Call, Malformed, Out, Plan, Struct, Use, Value
from .shrink_values import Candidates, buffers, letters, numbers, plain, put, weigh

# The place and plan of the first candidate that still shows the finding; None when there is none.
Test = Callable[[Candidates], tuple[int, Plan] | None]


class Hunt(Protocol):
    """Finds other schedules."""

    def hunt(self, plan: Plan) -> Plan | None:
        """Some schedule of the plan's calls that shows the finding, as one of the policy `fixed`."""

    def preemptions(self, plan: Plan) -> int:
        """How many of its switches take the turn from a thread that could have gone on."""


Maker = Callable[[Plan], Candidates]
_GRANULARITIES = ("calls", "sync", "memory")


def goodness(plan: Plan) -> tuple[float, ...]:
    """Less is better: switches, calls, lanes, bytes, numbers, and then how plain the rest is. What
    a policy decides by itself counts more than any switches."""
    size, forms, odd, distance = 0, 0, 0, 0.0
    for call in plan.calls:
        for _, value in call.arguments:
            more = weigh(value)
            size, forms = size + more[0], forms + more[1]
            odd, distance = odd + more[2], distance + more[3]
    return (
        plan.policy != "fixed",
        len(plan.switches),
        len(plan.calls),
        sum(call.fail != 0 for call in plan.calls),
        len(plan.used_lanes()),
        plan.lanes,
        size,
        forms,
        odd,
        distance,
        _GRANULARITIES.index(plan.granularity),
        plan.warm + plan.again + plan.exit,
        sum(call.fail for call in plan.calls),
        sum(step for step, _ in plan.switches),
        plan.seed != 1,
        abs(plan.stickiness - 1) if plan.policy == "random" else 0,
        plan.depth if plan.policy == "pct" else 0,
        len(plan.weights),
        plan.length,
    )


def shrink(plan: Plan, test: Test, hunt: Hunt | None = None) -> Plan:
    """The best plan that can be reached: rounds until a whole one changes nothing."""
    if hunt and plan.switches:
        plan = _roughly(plan, test, hunt)
    while True:
        before = plan
        plan = fewest_switches(plan, test)
        plan = _by_chunks(plan, test, drop_calls, len(plan.calls))
        for make in (failing, retarget, merge_lanes, schedule, buffers, plain, letters, numbers):
            plan = _sweep(plan, test, make)
        if hunt and plan.switches:
            plan = _elsewhere(plan, test, hunt)
        if plan == before:
            return plan


def fewest_switches(plan: Plan, test: Test) -> Plan:
    plan = _by_chunks(plan, test, drop_switches, len(plan.switches))
    return _sweep(plan, test, merge_switches)


def _roughly(plan: Plan, test: Test, hunt: Hunt) -> Plan:
    """Without any switches if it can be, else with few calls before single switches are looked at:
    a schedule for few calls is short."""
    bare = test(iter([replace(plan, switches=())]))
    if bare:
        return bare[1]
    while True:
        for variant in _variants(plan):
            found = hunt.hunt(variant)
            if found and hunt.preemptions(found) <= hunt.preemptions(plan):
                plan = found
                break
        else:
            return plan


def _elsewhere(plan: Plan, test: Test, hunt: Hunt) -> Plan:
    """The first better plan under other schedules. The steps of switches count what every call
    does, so other calls mostly need another schedule."""
    for variant in _variants(plan):
        found = hunt.hunt(variant)
        if found is not None:
            found = fewest_switches(found, test)
            if rank(found, hunt.preemptions(found)) < rank(plan, hunt.preemptions(plan)):
                return found
    return plan


def rank(plan: Plan, preemptions: int) -> tuple[float, ...]:
    """As goodness, but only preemptions come before calls: other switches choose among threads
    where one has to be chosen."""
    policy, switches, *others = goodness(plan)
    return (policy, preemptions, *others, switches)


def _variants(plan: Plan) -> Candidates:
    size = len(plan.calls)
    while size > 0:
        yield from (replace(other, switches=()) for other in drop_calls(plan, size))
        size //= 2
    yield from (replace(other, switches=()) for other in merge_lanes(plan))
    yield from (replace(other, switches=()) for other in _coarser(plan))
    yield replace(plan, switches=())


def _coarser(plan: Plan) -> Candidates:
    """Where fewer places count as points."""
    for name in _GRANULARITIES[: _GRANULARITIES.index(plan.granularity)]:
        yield replace(plan, granularity=name)


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


def merge_switches(plan: Plan) -> Candidates:
    """Two neighbours as one: the second's thread where the first is."""
    for at in range(len(plan.switches) - 1, 0, -1):
        (step, _), (_, thread) = plan.switches[at - 1 : at + 1]
        merged = ((step, thread),)
        yield replace(plan, switches=plan.switches[: at - 1] + merged + plan.switches[at + 1 :])


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
    named = [thread for _, thread in plan.switches if thread < LIBRARY]
    lanes = max([*used, *named, 0]) + 1
    weights = tuple((t, n) for t, n in plan.weights if t < lanes or t >= LIBRARY)
    yield replace(plan, lanes=lanes, weights=weights)


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

    def place(thread: int) -> int | None:
        return thread if thread >= LIBRARY else places.get(thread)

    return replace(
        plan,
        lanes=max(1, len(places)),
        calls=tuple(_on(call, places) for call in plan.calls),
        switches=tuple((s, new) for s, old in plan.switches if (new := place(old)) is not None),
        weights=tuple((new, n) for old, n in plan.weights if (new := place(old)) is not None),
    )


def failing(plan: Plan) -> Candidates:
    """Without an allocation that fails, or an earlier one."""
    for at, call in enumerate(plan.calls):
        for fail in (0, 1, call.fail // 2, call.fail - 1):
            if fail < call.fail:
                yield replace(plan, calls=put(plan.calls, at, replace(call, fail=fail)))


def schedule(plan: Plan) -> Candidates:
    """The plainest seed and what the policy takes, fewer points, and earlier switches."""
    yield from _coarser(plan)
    yield replace(plan, warm=0)
    yield replace(plan, again=0)
    yield replace(plan, exit=0)
    yield replace(plan, seed=1, stickiness=1)
    yield replace(plan, seed=1)
    yield replace(plan, stickiness=1)
    yield replace(plan, length=0, weights=())
    for depth in range(1, plan.depth if plan.policy == "pct" else 0):
        yield replace(plan, depth=depth)
    if plan.granularity != "calls":
        return  # where a switch is says something there
    for at, (step, lane) in enumerate(plan.switches):
        before = plan.switches[at - 1][0] + 1 if at else 0
        for earlier in (before, (before + step) // 2, step - 1):
            if before <= earlier < step:
                yield replace(plan, switches=put(plan.switches, at, (earlier, lane)))
