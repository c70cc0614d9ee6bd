"""Signatures: one for each defect, whichever thread runs into it and whichever side comes first."""

from __future__ import annotations

from typing import Any

import pytest
from ffhlib import finding_report, sanitizer_report, signature, waits


def frame(function: str, location: str = "src/bus.c:10") -> dict[str, str]:
    return {"function": function, "location": location}


HARNESS = [
    frame("call_bus_emit", "build/targets/bus/bus_target.c:29"),
    frame("take", "harness/run/call.c:176"),
    frame("ffh_lane_serve", "harness/sched/sched.c:561"),
]


def thread(name: str, *functions: str, **rest: Any) -> dict[str, Any]:
    stack = [
        frame("pthread_mutex_lock", "harness/sched/mutex.c:80"),
        *map(frame, functions),
        *HARNESS,
    ]
    return {"thread": name, "blocked": True, "op": "lock", "in": "pthread_mutex_lock",
            "stack": stack, **rest}  # fmt: skip


def made(rule: str, *threads: dict[str, Any], **rest: Any) -> str:
    return signature.make(rule, None, runtime={"waits": list(threads), **rest})


def test_a_deadlock_is_the_same_whichever_lanes_are_in_it() -> None:
    one = made(
        "FFH-DEADLOCK",
        thread("A", "bus_emit", object=1, held_by="B"),
        thread("B", "bus_subscribe", object=2, held_by="A"),
    )
    two = made(
        "FFH-DEADLOCK",
        thread("C", "bus_subscribe", object=1, held_by="D"),
        thread("D", "bus_emit", object=2, held_by="C"),
    )
    assert one == two
    assert one.startswith("FFH-DEADLOCK-bus_emit-bus_subscribe-")


def test_who_only_waits_for_a_deadlocked_thread_is_not_part_of_it() -> None:
    ring = [
        thread("A", "bus_emit", object=1, held_by="B"),
        thread("B", "bus_subscribe", object=2, held_by="A"),
    ]
    late = thread("C", "bus_count", object=1, held_by="B")
    assert made("FFH-DEADLOCK", *ring) == made("FFH-DEADLOCK", late, *ring)
    found = waits.cycle(waits.of({"waits": [late, *ring]}))
    assert {wait.thread for wait in found} == {"A", "B"}


def test_where_no_ring_is_known_every_blocked_thread_counts_once() -> None:
    def waiter(name: str, **rest: Any) -> dict[str, Any]:
        return thread(name, "queue_take", "queue_pop", op="wait", **rest)

    one = made("FFH-LOST-WAKEUP", waiter("A"))
    assert one == made("FFH-LOST-WAKEUP", waiter("B"), waiter("C"))
    assert one == made("FFH-LOST-WAKEUP", waiter("A"), thread("B", "queue_push", blocked=False))
    assert one != made("FFH-DEADLOCK", waiter("A"))


@pytest.mark.parametrize(
    "wrapper", ["port::Mutex::Lock", "spin_lock", "MutexLock::MutexLock(port::Mutex*)", "cv_wait"]
)
def test_a_wrapper_around_a_lock_does_not_tell_defects_apart(wrapper: str) -> None:
    first = made("FFH-DEADLOCK", thread("A", wrapper, "bus_emit"))
    assert first == made("FFH-DEADLOCK", thread("A", "bus_emit"))
    assert first != made("FFH-DEADLOCK", thread("A", wrapper, "bus_close"))


@pytest.mark.parametrize("name", ["clock_read", "lru_block_insert", "unblock_all", "await_all"])
def test_other_names_are_no_wrappers(name: str) -> None:
    assert f"-{name}-" in made("FFH-DEADLOCK", thread("A", name, "bus_emit"))


def test_a_fault_of_one_thread_is_named_by_where_that_one_stands() -> None:
    guilty = thread("B", "feed_unsubscribe", blocked=False)
    one = made("FFH-SELF-DEADLOCK", guilty, thread("C", "feed_publish"), thread="lane B")
    assert one == made("FFH-SELF-DEADLOCK", {**guilty, "thread": "T3"}, thread="thread T3")
    assert one.startswith("FFH-SELF-DEADLOCK-feed_unsubscribe-")


def test_a_thread_that_is_left_is_named_by_where_it_began() -> None:
    one = made("FFH-THREAD-LEFT", thread("T1", "take_job", "worker"), thread("A"))
    assert one == made("FFH-THREAD-LEFT", thread("T2", "sleep_a_while", "worker"))


def test_lines_and_addresses_do_not_count() -> None:
    one = thread("A", "bus_emit")
    two = {**one, "stack": [{**f, "location": f["location"] + "7"} for f in one["stack"]]}
    assert made("FFH-DEADLOCK", one) == made("FFH-DEADLOCK", two)


def test_without_names_the_contract_function_has_to_do() -> None:
    bare = {"thread": "A", "blocked": True, "op": "lock", "stack": [frame("0x55d0c0ffee", "")]}
    name = signature.make("FFH-DEADLOCK", None, "bus_emit", runtime={"waits": [bare]})
    assert name.startswith("FFH-DEADLOCK-bus_emit-")
    assert signature.make("FFH-DEADLOCK", None, "bus_emit", runtime={"waits": "?"}) == name


FREES = {
    "destroy": "    #1 0x5 in engine_destroy /src/pricing.cpp:231:5",
    "free": "    #1 0x5 in drop_text /src/pricing.cpp:12:5\n"
    "    #2 0x5 in string_free /src/pricing.cpp:279:3",
    "cursor": "    #1 0x5 in cursor_destroy /src/pricing.cpp:300:3",
    "tail": "    #1 0x5 in call_cursor_destroy /build/pricing_target.c:20:3",
}
DOUBLE_FREE = """\
==7==ERROR: AddressSanitizer: attempting double-free on 0x508000000120 in thread T0:
    #0 0x5 in free (/bin/x+0x1)
{}
    #3 0x5 in take /harness/run/call.c:176:3

freed by thread T1 here:
    #0 0x5 in free (/bin/x+0x1)
{}
    #3 0x5 in take /harness/run/call.c:176:3

previously allocated by thread T0 here:
    #0 0x5 in malloc (/bin/x+0x1)
    #1 0x5 in pricing_describe /src/pricing.cpp:100:3
"""


def double_free(second: str, first: str, function: str = "", parameter: str = "") -> str:
    report = sanitizer_report.parse(DOUBLE_FREE.format(FREES[second], FREES[first]))
    assert report and report.rule == "FFH-DOUBLE-FREE"
    return signature.make(report.rule, report, function, parameter)


def test_two_frees_are_one_finding_whichever_comes_first() -> None:
    name = double_free("destroy", "free", "engine_destroy", "engine")
    assert name == double_free("free", "destroy", "string_free", "text")
    assert name.startswith("FFH-DOUBLE-FREE-engine_destroy-")


def test_threads_of_lanes_are_called_by_their_lane() -> None:
    text = DOUBLE_FREE.format(FREES["destroy"], FREES["free"])
    named = sanitizer_report.parse(text.replace("thread T1", "thread T1 (ffh-lane-AB)"))
    assert named and [stack.thread for stack in named.stacks] == ["lane A", "lane AB", "lane A"]
    other = sanitizer_report.parse(text)
    theirs = "AddressSanitizer's thread T1"
    assert other and [stack.thread for stack in other.stacks] == ["lane A", theirs, "lane A"]


def test_threads_of_the_library_have_our_names_everywhere() -> None:
    text = DOUBLE_FREE.format(FREES["destroy"], FREES["free"])
    text = text.replace("in thread T0", "in thread T7 (ffh-T3)").replace("thread T1", "thread T5")
    report = sanitizer_report.parse(f"{text}\nThread T5 (ffh-T1) created by T0 here:\n")
    assert report and report.headline.endswith(" in thread T3")
    assert [stack.thread for stack in report.stacks] == ["thread T3", "thread T1", "lane A"]


def test_a_race_has_our_names_for_its_threads() -> None:
    report = sanitizer_report.parse(
        """WARNING: ThreadSanitizer: data race (pid=7)
  Write of size 4 at 0x720400000010 by thread T4:
    #0 add /src/a.c:3:5 (x+0x10)

  Previous read of size 4 at 0x720400000010 by thread T6:
    #0 sum /src/a.c:9:5 (x+0x20)

  Location is stack of main thread.

  Thread T4 'ffh-T2' (tid=9, running) created by main thread at:
    #0 pthread_create <null> (x+0x30)

  Thread T6 'own' (tid=10, running) created by thread T4 at:
    #0 pthread_create <null> (x+0x30)
"""
    )
    theirs = "ThreadSanitizer's thread T6"
    assert report and [stack.thread for stack in report.stacks] == ["thread T2", theirs] * 2
    assert report.notes == [
        "Write of size 4 at 0x720400000010 by thread T2:",
        f"Previous read of size 4 at 0x720400000010 by {theirs}:",
        "Location is stack of lane A.",
    ]


def test_a_leak_is_told_whole() -> None:
    parsed = sanitizer_report.parse(
        """==7==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 2 byte(s) in 1 object(s) allocated from:
    #0 0x1 in malloc (/bin/x+0x1) (BuildId: 00)
    #1 0x2 in duplicate(char const*) /src/rep.cpp:19:33
    #2 0x3 in rep_load /src/rep.cpp:146:25
    #3 0x4 in call_rep_load /b/rep_target.c:46:15

Indirect leak of 10 byte(s) in 2 object(s) allocated from:
    #0 0x1 in malloc (/bin/x+0x1) (BuildId: 00)

SUMMARY: AddressSanitizer: 12 byte(s) leaked in 3 allocation(s).
"""
    )
    assert parsed and finding_report.notes_of(parsed) == [
        "Direct leak of 2 bytes in 1 block, allocated by duplicate in rep_load",
        "Indirect leak of 10 bytes in 2 blocks",
    ]


def test_other_frees_are_other_findings() -> None:
    names = [double_free(*pair) for pair in (("destroy", "free"), ("destroy", "cursor"))]
    assert len({*names, double_free("cursor", "free"), double_free("cursor", "cursor")}) == 4


def test_a_free_by_a_tail_call_is_named_by_its_thunk() -> None:
    name = double_free("destroy", "tail", "engine_destroy")
    assert name == double_free("tail", "destroy", "cursor_destroy")
    assert name.startswith("FFH-DOUBLE-FREE-cursor_destroy-")


def test_a_double_free_without_both_stacks_is_named_by_its_function() -> None:
    text = DOUBLE_FREE.format(FREES["destroy"], "").split("freed by", maxsplit=1)[0]
    report = sanitizer_report.parse(text)
    name = signature.make("FFH-DOUBLE-FREE", report, "engine_destroy")
    assert name.startswith("FFH-DOUBLE-FREE-engine_destroy-")


def wrong_thread(line: int, *functions: str) -> str:
    title = f"done by gauge_destruct (contract line {line}) on thread T1"
    evidence = [{"title": title, "stack": [frame(name) for name in functions]}]
    return signature.make("FFH-WRONG-THREAD", None, runtime={"evidence": evidence})


def test_on_a_thread_of_the_library_the_inner_function_gives_the_name() -> None:
    stack = [
        "gauge_delete",
        "core::ptr::drop_in_place::<crate::Shared>",
        "<alloc::sync::Arc<crate::Shared>>::drop_slow",
        "crate::session_audit::{closure#0}",
        "<std::sys::thread::unix::Thread>::new::thread_start",
    ]
    name = wrong_thread(45, *stack)
    assert name.startswith("FFH-WRONG-THREAD-gauge_destruct-")
    assert name == wrong_thread(46, *stack)  # contracts grow
    assert name == wrong_thread(45, *stack[:-1])
    assert name != wrong_thread(45, "gauge_delete", "crate::session_close")


@pytest.mark.parametrize(
    ("function", "names"),
    [
        ("<std::sys::thread::unix::Thread>::new::thread_start", []),
        ("<<alloc::vec::Vec<u8>>::drop>::call", []),
        ("<crate::Session as core::ops::drop::Drop>::drop", ["::drop"]),
    ],
)
def test_the_language_runtime_is_not_the_library(function: str, names: list[str]) -> None:
    stack = sanitizer_report.Stack("x", "", (sanitizer_report.Frame(function, "src/lib.rs:1"),))
    assert signature.library_frames(stack) == names


def test_a_callback_is_named_by_its_registration_and_not_by_the_call_in_flight() -> None:
    def late(function: str, call: int, *frames: str) -> str:
        said = (
            f"the callback bus_watch.notify, registered by call {call} on lane A, was called late"
        )
        evidence = [{"title": "called back", "stack": [*map(frame, frames), *HARNESS]}]
        runtime = {"message": said, "evidence": evidence}
        return signature.make("FFH-CALLBACK-LATE", None, function, "notify", runtime)

    one = late("bus_emit", 3, "deliver", "work")
    assert one.startswith("FFH-CALLBACK-LATE-bus_watch_notify-")
    assert one == late("bus_close", 7, "deliver", "work") == late("", 3, "deliver", "work")
    assert one != late("bus_emit", 3, "drain", "work")


def test_concurrent_use_is_named_by_both_users_in_any_order() -> None:
    def used(function: str, done: str, entered: str) -> str:
        evidence = [
            {"title": f"{what} by {name} (contract line 12) on lane A", "stack": []}
            for what, name in (("done", done), ("entered", entered))
        ]
        runtime = {"evidence": evidence}
        return signature.make("FFH-CONCURRENT-USE", None, function, "", runtime)

    one = used("bus_emit", "table_get", "table_put")
    assert one.startswith("FFH-CONCURRENT-USE-table_get-table_put-")
    assert one == used("bus_close", "table_put", "table_get")
    assert one != used("bus_emit", "table_get", "table_get")
