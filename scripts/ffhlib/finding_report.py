"""report.json and report.txt of a finding: what the runtime knows about the call, joined with what
the sanitizer printed and what rules.def says."""

from __future__ import annotations

import re
from typing import Any

from . import paths, report_stacks, rules
from .replayer import Outcome
from .results import SCHEMA, utc_now
from .sanitizer_report import Frame, SanitizerReport, Stack
from .signature import first_frame, is_harness, library_frames, normalise
from .target import Target

_TITLES = {
    "second free": "freed again",
    "free": "freed",
    "allocation": "allocated",
    "use": "used",
    "earlier use": "used before",
    "lock": "the lock was made",
    "leak": "allocated and lost",
    "crash": "stopped",
    "variable": "the frame that holds the variable",
}
_LEAK = re.compile(
    r"(?P<how>Direct|Indirect) leak of (?P<size>\d+) byte\(s\) in (?P<blocks>\d+) object\(s\)"
)
_CALL = re.compile(r"^[A-Z]{1,2}: ")  # of a plan's lines, those with a call
_LAST_CALLS = 12  # in the text; report.json has all that the runtime kept


def _location(text: str) -> str:
    """Places inside the project without the project's path."""
    return text.replace(f"{paths.PROJECT}/", "")


def _stack_dict(stack: Stack) -> dict[str, Any]:
    return {
        "role": stack.role,
        "thread": stack.thread,
        "frames": [
            {"function": frame.function, "location": _location(frame.location)}
            for frame in stack.frames
        ],
    }


def _with_stack(entry: dict[str, Any]) -> dict[str, Any]:
    """What the runtime tells of with a stack, in the form that people read."""
    frames = [
        {
            "function": frame["function"].replace("<null>", "?"),
            "location": _location(frame["location"]).partition(" (BuildId")[0],
        }
        for frame in entry.get("stack") or []
    ]
    return {**entry, "stack": frames}


def make_report(
    outcome: Outcome, target: Target, signature: str, plan: str, command: str
) -> dict[str, Any]:
    """The content of report.json, without how often it was seen and reproduced."""
    rule = rules.load().get(outcome.rule)
    parsed = outcome.sanitizer
    runtime = outcome.report
    contract, line = runtime.get("contract") or target.contract_name, runtime.get("line")
    message = str(runtime.get("message") or "")
    return {
        "schema": SCHEMA,
        "signature": signature,
        "rule": outcome.rule,
        "severity": rule.severity if rule else "error",
        "meaning": rule.meaning if rule else "",
        "advice": rule.advice if rule else "",
        "message": _location(message or outcome.message),
        "sanitizer": _location(parsed.headline) if parsed else "",
        "target": target.name,
        "flavor": target.flavor,
        "contract": f"{contract}:{line}" if line else str(contract),
        "function": str(runtime.get("function") or ""),
        "declaration": str(runtime.get("signature") or ""),
        "parameter": str(runtime.get("parameter") or ""),
        "call": runtime.get("call"),
        "lane": str(runtime.get("lane") or ""),
        "phase": str(runtime.get("phase") or ""),
        "thread": str(runtime.get("thread") or ""),
        "handles": runtime.get("handles") or [],
        "argument": runtime.get("argument") or {},
        "accesses": runtime.get("accesses") or [],
        "in_flight": runtime.get("in_flight") or [],
        "history": runtime.get("history") or [],
        "order": runtime.get("order") or [],
        "stacks": [_stack_dict(stack) for stack in parsed.stacks] if parsed else [],
        "evidence": [_with_stack(one) for one in runtime.get("evidence") or []],
        "waits": [_with_stack(wait) for wait in runtime.get("waits") or []],
        "notes": [_location(note) for note in notes_of(parsed)] if parsed else [],
        "failed_allocations": runtime.get("failed_allocations") or [],
        "trace": outcome.trace or str(runtime.get("trace") or ""),
        "reproduced": "0 of 0",
        "count": 1,
        "first_seen": utc_now(),
        "command": command,
        "plan": plan or str(runtime.get("plan") or ""),
    }


def notes_of(parsed: SanitizerReport) -> list[str]:
    """What the sanitizer adds; of a leak, which ends with a colon there, the size and who allocated
    it. Leaks and their stacks are in the same order."""
    notes, stacks = [], iter([stack for stack in parsed.stacks if stack.role == "leak"])
    for note in parsed.notes:
        leak = _LEAK.match(note)
        if leak:
            size, blocks = int(leak["size"]), int(leak["blocks"])
            note = f"{leak['how']} leak of {size} byte{_s(size)} in {blocks} block{_s(blocks)}"
            names = library_frames(next(stacks, None))
            note += f", allocated by {names[0]}" if names else ""
            note += f" in {names[-1]}" if len(names) > 1 else ""
        notes.append(note)
    return notes


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def _by(call: Any) -> str:
    if not isinstance(call, dict):
        return "?"
    lane = f"{call['lane']}: " if call.get("lane") else ""
    return f"{lane}{call.get('function', '?')} (call {call.get('call', '?')})"


def _handle(handle: dict[str, Any]) -> str:
    text = (
        f"{handle.get('variable')} {handle.get('type')}, parameter {handle.get('parameter')}, "
        f"{handle.get('state')}, owned by lane {handle.get('owner')}, "
        f"created by {_by(handle.get('created_by'))}"
    )
    if handle.get("destroyed_by"):
        text += f", destroyed by {_by(handle['destroyed_by'])}"
    return text


def _argument(argument: dict[str, Any]) -> str:
    borrow = "still borrowed" if argument.get("borrowed") else "its borrow has ended"
    return (
        f"parameter {argument.get('parameter', '?')}, {argument.get('size')} bytes, given by "
        f"{_by(argument.get('given_by'))}; {borrow}"
    )


def _history(history: list[dict[str, Any]]) -> list[str]:
    lines = []
    for event in history[-_LAST_CALLS:]:
        status = f" (status {event['status']})" if "status" in event else ""
        lines.append(
            f"  {event.get('call', '?'):>4} {event.get('lane', '?')}: "
            f"{event.get('function')} {event.get('outcome')}{status}"
        )
    return lines


def _facts(report: dict[str, Any]) -> list[tuple[str, str]]:
    where = " ".join(
        part
        for part in (
            f"lane {report['lane']}" if report["lane"] else "",
            f"call {report['call']}" if report["call"] is not None else "",
            f"({report['phase']})" if report["phase"] else "",
            f"on {report['thread']}" if report["thread"] else "",
        )
        if part
    )
    facts = [
        ("target", f"{report['target']} ({report['flavor']})"),
        ("function", report["declaration"] or report["function"]),
        ("contract", report["contract"]),
        ("parameter", report["parameter"]),
        ("where", where),
        ("message", report["message"]),
        ("sanitizer", report["sanitizer"] if report["sanitizer"] != report["message"] else ""),
    ]
    facts += [("handle", _handle(handle)) for handle in report["handles"]]
    if report["argument"]:
        facts.append(("argument", _argument(report["argument"])))
    facts += [("note", note) for note in report["notes"]]
    facts += [
        ("note", f"allocation {one['allocation']} of {_by(one['in'])} had been made to fail")
        for one in report.get("failed_allocations", [])
    ]
    facts += [
        ("what to do", report["advice"]),
        ("reproduced", report["reproduced"]),
        ("seen", f"{report['count']} times"),
        ("trace", report["trace"]),
    ]
    return [(title, text) for title, text in facts if text]


def _access(access: dict[str, Any]) -> str:
    what = f"{'atomic ' if access.get('atomic') else ''}{access.get('access')}"
    by = _by(access) if "call" in access else "a thread of the library"
    return f"  {what} of {access.get('size')} bytes by {by}"


def _title(stack: dict[str, Any]) -> str:
    if stack["role"] == "creation":
        return f"{stack['thread']} was created"
    by = f" by {stack['thread']}" if stack["thread"] else ""
    return f"{_TITLES.get(stack['role'], stack['role'])}{by}"


def places(stacks: list[Stack]) -> list[str]:
    """Where each stack is in the library, a line for each."""
    lines = []
    for stack in stacks:
        frame = first_frame(stack)
        if frame:
            at = f"{normalise(frame.function)} {frame.location.rsplit('/', 1)[-1]}"
            lines.append(f"{_title(_stack_dict(stack))}: {at}")
    return lines


def _waits(waits: list[dict[str, Any]], stacks: bool) -> list[str]:
    """Where each controlled thread is, but for lanes outside the library. One that could go on is
    only told of when nothing else shows a stack."""
    lines = []
    for wait in waits:
        blocked = bool(wait.get("blocked"))
        inside = wait["stack"] and not is_harness(Frame(**wait["stack"][0]))
        if not inside or (stacks and not blocked):
            continue
        started = f" (started by {wait['started_by']})" if wait.get("started_by") else ""
        shown = report_stacks.frames(wait["stack"])
        if not shown and not wait["in"]:
            continue
        place = wait["in"] or "the library"
        title = f"{wait['thread']}{started} {'waits' if blocked else 'is'} in {place}"
        title += f", object {wait['object']}" if wait["in"] and wait.get("object") else ""
        title += f", held by {wait['held_by']}" if wait.get("held_by") else ""
        lines += ["", f"{title}{':' if shown else ''}", *shown]
    return lines


def render(report: dict[str, Any]) -> str:
    """report.txt: the same for people."""
    lines = [f"{report['rule']}: {report['meaning']}", ""]
    lines += [f"{title + ':':<11} {text}" for title, text in _facts(report)]
    if report["reproduced"].startswith("0 of"):
        lines += [
            "",
            "This finding did not come again when its input was replayed. It is kept",
            "because it happened: read the log. State of earlier inputs may be part of it.",
        ]
    for stack in report["stacks"]:
        if stack["role"] == "creation" and not report_stacks.in_library(stack["frames"]):
            continue  # a lane is made by the harness
        lines += ["", f"{_title(stack)}:", *report_stacks.frames(stack["frames"])]
    for one in report.get("evidence") or []:
        shown = report_stacks.frames(one["stack"])
        lines += ["", f"{one['title']}{':' if shown else ''}", *shown]
    lines += _waits(report.get("waits") or [], bool(report["stacks"]))
    if report["accesses"]:
        lines += ["", "the two accesses:", *map(_access, report["accesses"])]
    if report["in_flight"]:
        lines += [
            "",
            "calls that had not come back:",
            *(f"  {_by(call)}" for call in report["in_flight"]),
        ]
    if report["history"]:
        title = "last calls, in the order in which they came back:"
        lines += ["", title, *_history(report["history"])]
    if report["plan"]:
        lines += ["", "plan, with the number of each call:", *_numbered(report["plan"])]
    lines += _teardown(report)
    lines += ["", "replay it:", f"  {report['command']}", *_smaller(report), *_program(report), ""]
    return "\n".join(lines)


def _numbered(plan: str) -> list[str]:
    """A plan's lines, each call with its number as a comment: it stays a plan that can be copied."""
    lines, number = [], 0
    for line in plan.splitlines():
        call = bool(_CALL.match(line))
        lines.append(f"  {line}  # {number}" if call else f"  {line}")
        number += call
    return lines


def _teardown(report: dict[str, Any]) -> list[str]:
    """The calls that the plan does not have: what the harness ended after it, by the contract."""
    lines = [
        f"  {lane}: {name}({', '.join(handles)})  # {number}, {outcome}"
        for number, lane, outcome, name, *handles in (
            entry for entry in report.get("order") or [] if len(entry) > 3
        )
    ]
    return ["", "calls of the teardown, after the plan's:", *lines] if lines else []


def _program(report: dict[str, Any]) -> list[str]:
    """repro.c with its build lines, where there is one."""
    program = report.get("program")
    if not program:
        return []
    lines = [f"  {line}" for line in [f"cd {program['folder']}", *program["build"], "./repro"]]
    return ["or its calls alone, as the C program repro.c:", *lines]


def _smaller(report: dict[str, Any]) -> list[str]:
    """How to minimise the input, where there is one that still can be."""
    if (
        report["rule"] == "FFH-LAYOUT"
        or report.get("minimised")
        or report["reproduced"].startswith("0 of")
    ):
        return []
    return ["make it smaller:", f"  {report['command'].replace(' repro ', ' tmin ', 1)}"]
