"""The minimiser's algorithm without a target: a predicate over plans stands for the replay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from ffhlib import plantext, shrink
from ffhlib.plantext import Bytes, Malformed, Out, Plan, Strings, Struct, Use, Word

HEAD = (
    "ffihammer plan 1 target=t\nschedule random seed=0x5 lanes=4 stickiness=3 granularity=calls\n"
)
BIG = HEAD + (
    'A: h0 = make(rules=h"00ff")\n'
    'B: h1 = make(rules="ab"*4096)\n'
    "C: h2 = copy(self=h0)\n"
    'D: use(self=h1, request={count=-70000, tier=TIER_PLUS, flags=FA|FB, coupon=h"c3a9c3a9"})\n'
    "C: use(self=h2, request={count=3, tier=bad_enum 99, flags=0, coupon=null})\n"
    'A: open(name=["x", "y"], share=1.5, big=bits:0x7ff8000000000000, ok=true, errptr=out h3)\n'
    "A: open(name=[], share=0.0, big=0.0, ok=false, errptr=h3 out h4)\n"
    'B: use(self=stale h2, request={count=0, tier=TIER_PLUS, flags=0, coupon="q\\"\\\\\\n\\t"})\n'
    "A: drop(self=h0)\n"
    "switch 2 B\n"
    "switch 5 C\n"
)


def search(wanted: Callable[[Plan], bool], start: Plan) -> tuple[Plan, list[Plan]]:
    """shrink() with a predicate; also every candidate that it asked about."""
    asked: list[Plan] = []
    current = [start]

    def first(candidates: Iterator[Plan]) -> tuple[int, Plan] | None:
        for at, plan in enumerate(candidates):
            assert shrink.goodness(plan) < shrink.goodness(current[0])
            asked.append(plan)
            if wanted(plan):
                current[0] = plan
                return at, plan
        return None

    return shrink.shrink(start, first), asked


def calls(*names: str) -> Callable[[Plan], bool]:
    """Whether these functions are called in this order."""

    def wanted(plan: Plan) -> bool:
        left = iter([call.function for call in plan.calls])
        return all(name in left for name in names)

    return wanted


def lines(plan: Plan) -> list[str]:
    return plantext.text_of(plan).splitlines()[1:]


def test_printing_and_parsing_are_inverses() -> None:
    assert plantext.text_of(plantext.parse(BIG)) == BIG


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-5", Word("-5")),
        ("h9", Word("h9")),
        ("h0", Use("h0")),
        ("stale h0", Malformed("stale", Use("h0"))),
        ("out h1", Out("", "h1")),
        ("h0 out h1", Out("h0", "h1")),
        ('"a\\"b"', Bytes(b'a"b')),
        ('h"00"*16', Bytes(bytes(16))),
        ('["a", h"00"]', Strings((Bytes(b"a"), Bytes(b"\0")))),
        ("{}", Struct(())),
    ],
)
def test_values(text: str, value: plantext.Value) -> None:
    plan = plantext.parse(f"{HEAD}A: h0 = f()\nB: g(x={text})\n")
    assert plan.calls[1].arguments == (("x", value),)
    assert plantext.text_of(plan).endswith(f"B: g(x={text})\n")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "begins"),
        (HEAD + "AAA: f()\n", "text:3:1"),
        (HEAD + "ZZ: f()\n", "text:3: 'ZZ': there are at most 64 lanes"),
        (HEAD + "switch 1 T0\n", "text:3: 'T0' names no thread"),
        (HEAD + "schedule pct deep=1\n", "text:3: no setting 'deep=1'"),
        (HEAD + "A: f(x)\n", "text:3:7"),
        (HEAD + "A: f(x=)\n", "text:3:8"),
        (HEAD + "A: f() g\n", "text:3:7"),
        (HEAD + 'A: f(x=["a" "b"])\n', "text:3:12"),
    ],
)
def test_a_bad_text_is_refused_with_its_place(text: str, where: str) -> None:
    with pytest.raises(plantext.PlanTextError, match=where):
        plantext.parse(text)


SCHEDULES = [
    "schedule random seed=0x0 lanes=64 stickiness=16 granularity=memory",
    "schedule pct seed=0x5 lanes=2 granularity=sync depth=4 length=900",
    "schedule pos seed=0x5 lanes=2 granularity=memory",
    "schedule surw seed=0x5 lanes=2 granularity=memory length=160 weights=A:120,B:40,T1:7",
    "schedule fixed seed=0x5 lanes=2 granularity=calls",
]


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_is_itself(schedule: str) -> None:
    text = f"ffihammer plan 1 target=t\n{schedule}\nA: f()\nswitch 3 T1\nswitch 4 B\n"
    assert plantext.text_of(plantext.parse(text)) == text


def test_a_short_schedule_gets_the_defaults() -> None:
    head = "ffihammer plan 1 target=t\n"
    assert lines(plantext.parse(head + "schedule pct\n")) == [
        "schedule pct seed=0x0 lanes=4 granularity=calls depth=3"
    ]
    assert lines(plantext.parse(head)) == [
        "schedule random seed=0x0 lanes=4 stickiness=2 granularity=calls"
    ]


def test_threads_have_names() -> None:
    names = ["A", "P", "T", "Z", "AA", "AB", "AZ", "BA", "BL", "T1", "T10"]
    numbers = [0, 15, 19, 25, 26, 27, 51, 52, 63, 64, 73]
    assert [plantext.thread_name(number) for number in numbers] == names
    assert [plantext.thread_number(name) for name in names] == numbers


def test_fewer_lanes_keep_what_the_schedule_says_of_the_others() -> None:
    plan = plantext.parse(
        "ffihammer plan 1 target=t\n"
        "schedule surw seed=0x5 lanes=4 granularity=memory length=9 weights=A:2,C:3,D:4,T1:5\n"
        "A: f()\nC: g()\nswitch 1 C\nswitch 2 D\nswitch 3 T1\n"
    )
    made = [lines(other) for other in shrink.merge_lanes(plan)]
    head = "schedule surw seed=0x5 lanes=2 granularity=memory length=9 weights=A:2,B:3,T1:5"
    assert [head, "A: f()", "B: g()", "switch 1 B", "switch 3 T1"] in made
    for text in made:  # nothing names a lane that is gone
        count = int(re.findall(r"lanes=(\d+)", text[0])[0])
        named = re.findall(r"([A-Z]+):\d", text[0])
        named += [line.split()[2] for line in text if line.startswith("switch") and "T" not in line]
        assert all(plantext.thread_number(name) < count for name in named)


def test_dropping_a_creator_drops_its_users_and_what_they_made() -> None:
    plan = plantext.parse(BIG)
    left = shrink.without(plan, {0})
    assert [call.function for call in left.calls] == ["make", "use", "open", "open"]
    assert {name for call in left.calls for _, name in call.uses()} == {"h1"}


def test_a_lost_error_message_is_not_handed_in_again() -> None:
    left = shrink.without(plantext.parse(BIG), {5})
    again = next(call for call in left.calls if call.function == "open")
    assert dict(again.arguments)["errptr"] == Out("", "h4")


@pytest.mark.parametrize(
    ("wanted", "result"),
    [
        (calls("drop"), ['A: h0 = make(rules="")', "A: drop(self=h0)"]),
        # The copy is not needed: its user takes what the copy was made of.
        (
            lambda plan: any(
                call.function == "use" and any(True for _ in call.uses()) for call in plan.calls
            ),
            2,
        ),
        (calls("make", "copy"), ['A: h0 = make(rules="")', "A: h1 = copy(self=h0)"]),
        (calls(), []),
    ],
)
def test_calls(wanted: Callable[[Plan], bool], result: list[str] | int) -> None:
    plan, _ = search(wanted, plantext.parse(BIG))
    plan = shrink.renumber(plan)
    assert lines(plan)[0] == "schedule random seed=0x1 lanes=1 stickiness=1 granularity=calls"
    assert len(plan.calls) == result if isinstance(result, int) else lines(plan)[1:] == result


def test_what_matters_is_kept() -> None:
    """Two lanes, one switch, a buffer of three bytes and a number from 700 on."""

    def wanted(plan: Plan) -> bool:
        uses = [c.arguments for c in plan.calls if c.function == "use"]
        found = re.findall(r"count=(-?\d+), tier=TIER_PLUS", plantext.text_of(plan))
        return (
            any(lane in plan.used_lanes() for _, lane in plan.switches)
            and len(plan.used_lanes()) > 1
            and any(abs(int(number)) >= 700 for number in found)
            and any(shrink.weigh(value)[0] >= 3 for arguments in uses for _, value in arguments)
        )

    plan, _ = search(wanted, plantext.parse(BIG))
    assert lines(shrink.renumber(plan)) == [
        "schedule random seed=0x1 lanes=2 stickiness=1 granularity=calls",
        'A: h0 = make(rules="")',
        'B: use(self=h0, request={count=700, tier=TIER_PLUS, flags=0, coupon="aaa"})',
        "switch 0 A",
    ]


def test_a_seed_that_matters_stays() -> None:
    plan, _ = search(lambda plan: plan.seed == 5, plantext.parse(BIG))
    assert plan == replace(plantext.parse(HEAD), seed=5, lanes=1, stickiness=1)


FAILING = HEAD.replace("calls\n", "calls again=1 exit=1\n") + (
    "A: h0 = make(size=1) fail=9\nB: use(self=h0) fail=2\n"
)


def test_an_allocation_that_fails_goes_first() -> None:
    assert plantext.text_of(plantext.parse(FAILING)) == FAILING
    best, _ = search(lambda plan: len(plan.calls) == 2, plantext.parse(FAILING))
    assert (best.again, best.exit) == (0, 0)
    assert [call.fail for call in best.calls] == [0, 0]


def test_an_allocation_that_must_fail_is_the_earliest_that_does() -> None:
    def wanted(plan: Plan) -> bool:
        return bool(plan.calls) and plan.calls[0].fail >= 5 and plan.exit == 1

    best, _ = search(wanted, plantext.parse(FAILING))
    assert [call.fail for call in best.calls] == [5]
    assert (best.again, best.exit) == (0, 1)


def test_a_lane_is_merged_in_the_order_that_works() -> None:
    """Text order is not the order in which lanes run: B's call has to come first."""
    text = HEAD + "A: one()\nB: two()\n"

    def wanted(plan: Plan) -> bool:
        names = [call.function for call in plan.calls]
        return len(names) == 2 and (len(plan.used_lanes()) == 2 or names == ["two", "one"])

    plan, _ = search(wanted, plantext.parse(text))
    assert lines(plan)[1:] == ["A: two()", "A: one()"]


def test_a_handle_is_replaced_only_by_one_of_its_type() -> None:
    text = HEAD + (
        "A: h0 = engine()\nA: h1 = cursor(engine=h0)\nA: h2 = clone(engine=h0)\nA: ask(engine=h2)\n"
    )
    plan = plantext.parse(text)
    found = [lines(other)[1:] for other in shrink.retarget(plan)]
    assert ["A: h0 = engine()", "A: h1 = cursor(engine=h0)", "A: ask(engine=h0)"] not in found
    linked = plantext.parse(text + "A: ask(engine=h0)\n")
    found = [lines(other)[1:] for other in shrink.retarget(linked)]
    assert [
        "A: h0 = engine()",
        "A: h1 = cursor(engine=h0)",
        "A: ask(engine=h0)",
        "A: ask(engine=h0)",
    ] in found
    assert not any("engine=h1" in line for other in found for line in other)


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (Malformed("stale", Use("h0")), [Use("h0")]),
        (Malformed("bad_enum", Word("99")), [Word("0")]),
        (Malformed("bad_utf8", Bytes(b"\xff")), [Bytes(b"")]),
        (Malformed("bad_version", Word("12")), []),
        (Word("1"), []),
    ],
)
def test_malformed_values_become_plain(value: plantext.Value, result: list[object]) -> None:
    call = plantext.Call(0, "", "f", (("x", value),))
    plan = replace(plantext.parse(HEAD), calls=(call,))
    assert [dict(other.calls[0].arguments)["x"] for other in shrink.plain(plan)] == result


def test_text_stays_utf8() -> None:
    plan = plantext.parse(HEAD + 'A: f(x=h"c3a9c3a9")\n')
    for make in (shrink.buffers, shrink.letters):
        for other in make(plan):
            value = dict(other.calls[0].arguments)["x"]
            assert isinstance(value, Bytes)
            value.data.decode("utf-8")


def test_two_switches_become_one() -> None:
    plan = plantext.parse(FIXED + "A: f()\nB: f()\nswitch 3 B\nswitch 7 A\nswitch 9 T1\n")
    made = [other.switches for other in shrink.merge_switches(plan)]
    assert made == [((3, 1), (7, 64)), ((3, 0), (9, 64))]


class Schedules:
    """A finding that needs f and g with a preemption right after what runs before them: where it
    is depends on every call, so that no switch of a longer plan is right for a shorter one."""

    def step(self, plan: Plan) -> int:
        return 10 * len(plan.calls) + len(plan.used_lanes())

    def shows(self, plan: Plan) -> bool:
        return calls("f", "g")(plan) and (self.step(plan), 1) in plan.switches

    def hunt(self, plan: Plan) -> Plan | None:
        found = replace(plan, switches=((1, 0), (self.step(plan), 1), (900, 0)))
        return found if self.shows(found) else None

    def preemptions(self, plan: Plan) -> int:
        return len(plan.switches)


FIXED = "ffihammer plan 1 target=t\nschedule fixed seed=0x5 lanes=2 granularity=memory\n"


def test_other_schedules_are_found_for_fewer_calls() -> None:
    text = FIXED + "A: e()\nA: f()\nB: e()\nA: g()\nB: e()\nswitch 8 B\nswitch 52 B\n"
    schedules = Schedules()

    def first(candidates: Iterator[Plan]) -> tuple[int, Plan] | None:
        return next(
            ((at, plan) for at, plan in enumerate(candidates) if schedules.shows(plan)), None
        )

    start = plantext.parse(text)
    assert schedules.shows(start)
    assert len(shrink.shrink(start, first).calls) == 5
    assert lines(shrink.shrink(start, first, schedules)) == [
        "schedule fixed seed=0x1 lanes=1 granularity=calls",
        "A: f()",
        "A: g()",
        "switch 21 B",
    ]


def test_only_preemptions_come_before_calls() -> None:
    few = plantext.parse(FIXED + "A: f()\nswitch 1 B\nswitch 2 A\nswitch 3 B\n")
    many = plantext.parse(FIXED + "A: f()\nA: f()\nswitch 1 B\n")
    assert shrink.goodness(many) < shrink.goodness(few)
    assert shrink.rank(few, 1) < shrink.rank(many, 1)
    assert shrink.rank(many, 1) < shrink.rank(few, 2)


def test_every_variable_is_defined_before_its_use_in_every_candidate() -> None:
    for wanted in (calls("drop"), calls("copy", "open"), lambda plan: False, lambda plan: True):
        _, asked = search(wanted, plantext.parse(BIG))
        for plan in asked:
            text = plantext.text_of(plan)
            assert plantext.parse(text) == plan, text
            known: set[str] = set()
            for call in plan.calls:
                assert {name for _, name in call.uses()} <= known, text
                known |= {name for _, name in call.defines()}
            assert all(lane < plan.lanes for lane in plan.used_lanes()), text
            steps = [step for step, _ in plan.switches]
            assert steps == sorted(set(steps)), text
