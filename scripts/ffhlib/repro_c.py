"""repro.c: a finding's calls as one C program that needs the library and its headers only."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

from .repro_call import Writer
from .repro_plan import Call, PlanError, parse
from .repro_text import CannotWrite, comment, parameter_types

_HERE = Path(__file__).resolve().parent
_SILENT = {
    "FFH-STATUS": "a status that the contract does not list",
    "FFH-OUTPUT-ON-ERROR": "an output that was written although the call failed",
    "FFH-NOT-REJECTED": "a malformed call that was not refused",
    "FFH-VALUE-RANGE": "a result outside its range",
    "FFH-CONST-WRITE": "a write to a const argument",
}
_WAITS = ("FFH-DEADLOCK", "FFH-LOST-WAKEUP", "FFH-SELF-DEADLOCK", "FFH-LIVELOCK")
# What repro_failing.c.in stands before.
_FAILING = [
    "malloc", "calloc", "realloc", "reallocarray", "posix_memalign", "aligned_alloc", "memalign", "strdup", "strndup",
    *(f"{new}{kind}" for new in ("_Znwm", "_Znam")
      for kind in ("", "RKSt9nothrow_t", "St11align_val_t", "St11align_val_tRKSt9nothrow_t")),
]  # fmt: skip
_INCLUDES = [
    "errno.h",
    "ftw.h",
    "pthread.h",
    "stdint.h",
    "stdio.h",
    "stdlib.h",
    "string.h",
    "sys/mman.h",
    "unistd.h",
]


class ReproError(Exception):
    """No program can be written; the message says why."""


def _steps(calls: list[Call], order: list[Any], notes: list[str]) -> list[dict[str, Any]]:
    """What is called, in order: number, lane, outcome and, for teardown, function and handles."""
    if not order:
        notes.append("the order of the run is not known: the calls stand in the plan's order")
        order = [[i, call.lane, "ok"] for i, call in enumerate(calls)]
    steps = []
    for number, lane, outcome, *teardown in order:
        if outcome == "skipped" or not re.fullmatch(r"[A-Z]{1,2}", str(lane)):
            continue
        steps.append(
            {"number": int(number), "lane": lane, "outcome": outcome, "teardown": teardown}
        )
    return steps


def _handle_types(model: dict[str, Any], calls: list[Call]) -> dict[str, str]:
    """The type of each variable that is a result or a top-level output."""
    functions = {f["name"]: f for f in model["functions"]}
    types = {}
    for call in calls:
        slots = functions.get(call.function, {}).get("parameters", [])
        if call.result and slots:
            tops = [slot for slot in slots if "parent" not in slot]
            types[call.result] = str(tops[-1].get("handle_type"))
        for slot in slots:
            value = call.values.get(slot["name"])
            if getattr(value, "name", "") == "out":
                types[value.operand] = str(slot.get("handle_type"))
    return types


def _teardown_call(step: dict[str, Any], model: dict[str, Any], types: dict[str, str]) -> Call:
    name, *handles = step["teardown"]
    function = next((f for f in model["functions"] if f["name"] == name), None)
    if function is None or not handles or not all(re.fullmatch(r"h\d+", h) for h in handles):
        raise CannotWrite("the teardown call is not known")
    call = Call(step["lane"], name, "", f"{step['lane']}: {name}({', '.join(handles)})")
    ended, parents = handles[0], handles[1:]
    for slot in function["parameters"]:
        if slot["kind"] != "handle" or slot["direction"] == "out":
            continue
        mine = ended and slot.get("handle_type") == types.get(ended, slot.get("handle_type"))
        if mine or (parents and slot.get("handle_type") == types.get(parents[0])):
            call.values[slot["name"]] = ended if mine else parents[0]
            ended = "" if mine else ended
    return call


def _step(step: dict[str, Any], calls: list[Call], model: dict[str, Any], types: dict[str, str],
          notes: list[str]) -> tuple[str, Call | None]:  # fmt: skip
    """The function of one step, and its call."""
    number, call = step["number"], None
    title = f"call {number}"
    body: list[str]
    try:
        if number < len(calls):
            call = calls[number]
        else:
            call, title = _teardown_call(step, model, types), "teardown"
        function = next((f for f in model["functions"] if f["name"] == call.function), None)
        if function is None:
            raise CannotWrite(f"{call.function} is not in the contract")
        body = Writer(model, function, call, number).write(step["outcome"])
    except (CannotWrite, KeyError, TypeError, ValueError) as error:
        why = f"{title} is left out: {error}"
        notes.append(why)
        body = [f"/* incomplete: {comment(why)} */"]
    text = comment(call.text if call else title)
    text = text if len(text) <= 400 else text[:400].rstrip("\\ *") + " ..."
    lines = "".join(f"  {line}\n" for line in body)
    return (
        f"/* {title}, {step['outcome']}: {text} */\nstatic void step_%d(void) {{\n{lines}}}\n",
        call,
    )


def _callbacks(model: dict[str, Any], used: set[str]) -> str:
    """The implementations that ffh-gen writes: they return zero."""
    out, known = [], set()
    for function in model["functions"]:
        for slot in function["parameters"]:
            made = slot.get("callback")
            if function["name"] not in used or not made or slot["implementations"][0] in known:
                continue
            known.add(slot["implementations"][0])
            names = [f"{kind} a{i}" for i, kind in enumerate(made["parameters"])]
            unused = "".join(f" (void)a{i};" for i in range(len(names)))
            result = made["result"]
            end = "" if result == "void" else f" static {result} zero; return zero;"
            out.append(
                f"static __attribute__((unused)) {result} {slot['implementations'][0]}"
                f"({', '.join(names) or 'void'}) {{{unused}{end} }}\n"
            )
    return "".join(out)


def _lifecycle(model: dict[str, Any], flag: str) -> list[str]:
    return [
        f"  (void){f['name']}();\n"
        for f in model["functions"]
        if flag in f["flags"] and not parameter_types(f["signature"])
    ]


def allocations_fail(plan: str) -> bool:
    """Whether the linker has to redirect allocations."""
    return any(call.fail for call in parse(plan))


def build_command(
    info: dict[str, Any], source: str = "repro.c", flavor: str = "asan", failing: bool = False
) -> list[str]:
    """Shell lines that build `repro` from repro.c in the present directory."""
    sanitizers = "thread" if flavor == "tsan" else "address,undefined"
    sanitize = f"-g -fsanitize={sanitizers} -fno-sanitize-recover=undefined"
    flags = " ".join(shlex.quote(flag) for flag in dict.fromkeys(info.get("flags", [])))
    sources = [str(s) for s in info.get("sources", [])]
    objects = ["repro.o"]
    lines = [f"clang-19 -std=c11 {sanitize} {flags} -c {shlex.quote(source)} -o repro.o"]
    for i, path in enumerate(sources):
        objects.append(f"target{i}.o")
        c = not path.endswith((".cpp", ".cc", ".cxx"))
        lines.append(
            f"{'clang-19 -std=c11' if c else 'clang++-19'} -D_GNU_SOURCE {sanitize} {flags} -c {shlex.quote(path)}"
            f" -o target{i}.o"
        )
    linked = [*info.get("libraries", []), *info.get("needs", [])]
    libraries = " ".join(shlex.quote(str(library)) for library in linked)
    wraps = f" -Wl,{','.join(f'--wrap={name}' for name in _FAILING)}" if failing else ""
    lines.append(f"clang++-19 {sanitize} {' '.join(objects)} {libraries} -pthread{wraps} -o repro")
    return lines


def _expectation(report: dict[str, Any]) -> str:
    rule = str(report.get("rule") or "")
    if rule in _SILENT:
        return (
            f"shows nothing and exits 0: {_SILENT[rule]} is visible to ffihammer only. "
            "Look at the result of the last call"
        )
    shown = report.get("sanitizer") or report.get("message") or rule
    if rule in _WAITS:
        return f"hangs where ffihammer says: {shown}"
    return f"shows: {shown}"


def _turns(plan: str, lanes: int) -> list[str]:
    """What the program leaves out of an interleaving."""
    schedule = next((line for line in plan.splitlines() if line.startswith("schedule ")), "")
    if lanes < 2 or "granularity=" not in schedule or "granularity=calls" in schedule:
        return []
    return [
        "Its lanes take turns by whole calls: what needs a switch inside a call does not show here."
    ]


def _header(
    report: dict[str, Any], info: dict[str, Any], turns: list[str], failing: bool, notes: list[str]
) -> str:
    lines = [
        f"{report.get('rule', '')}: {report.get('meaning', '')}",
        f"target {report.get('target', '')}, {report.get('function') or 'no single function'}",
        f"The program {_expectation(report)}",
        *turns,
        "",
        "Build and run it:",
        *(
            f"  {line}"
            for line in build_command(info, flavor=str(report.get("flavor")), failing=failing)
        ),
        "  ASAN_OPTIONS=detect_leaks=1 ./repro",
        "Replay it with ffihammer:",
        f"  {report.get('command', '')}",
        *(f"incomplete: {note}" for note in notes),
    ]
    return "/* " + "\n * ".join(comment(line) for line in lines).rstrip() + "\n */\n"


def generate(plan: str, report: dict[str, Any], model: dict[str, Any], info: dict[str, Any]) -> str:
    """The program. `report` is report.json, `info` is target.json."""
    header = str(model["contract"])
    if not re.fullmatch(r"[^\"\\\n]+", header):
        raise ReproError(f"the contract's path cannot be included: {header!r}")
    try:
        calls = parse(plan)
    except PlanError as error:
        raise ReproError(str(error)) from error
    notes: list[str] = []
    failing = allocations_fail(plan)
    types = _handle_types(model, calls)
    bodies, table, used = [], [], set()
    steps = _steps(calls, report.get("order") or [], notes)
    for i, step in enumerate(steps):
        body, call = _step(step, calls, model, types, notes)
        bodies.append(body.replace("step_%d(void)", f"step_{i}(void)", 1))
        table.append(f'    {{"{step["lane"]}", step_{i}}},\n')
        used |= {call.function} if call else set()
    text = "\n".join(bodies)
    variables = sorted(set(re.findall(r"\bh\d+\b", text)), key=lambda name: int(name[1:]))
    lengths = sorted(set(re.findall(r"\bh\d+_(?:length|bytes)\b", text)))
    named = {"A", *(step["lane"] for step in steps)}
    lanes = ", ".join(f'"{name}"' for name in sorted(named, key=lambda name: (len(name), name)))
    ended = report.get("phase") == "leak check"
    forget = "".join(f"  {name} = NULL;\n" for name in variables) if ended else ""
    parts = [
        _header(report, info, _turns(plan, len(named)), failing, notes),
        "#define _GNU_SOURCE\n" + "".join(f"#include <{name}>\n" for name in _INCLUDES),
        f'#include "{header}"\n',
        "#define SPARSE ((UINT64_C(1) << 32) + (1u << 20))\n"
        + (_HERE / "repro_prelude.c.in").read_text(encoding="utf-8"),
        (_HERE / "repro_failing.c.in").read_text(encoding="utf-8") if failing else "",
        "".join(f"static __attribute__((unused)) void *{name};\n" for name in variables)
        + "".join(f"static __attribute__((unused)) uint64_t {name};\n" for name in lengths),
        _callbacks(model, used),
        text,
        "static const struct {\n  const char *lane;\n  void (*run)(void);\n} steps[] = {\n"
        + "".join(table)
        + "    {NULL, NULL},\n};\n",
        f"static void start(void) {{\n{''.join(_lifecycle(model, 'init'))}}}\n",
        f"static void finish(void) {{\n{forget}{''.join(_lifecycle(model, 'fini'))}}}\n",
        f"#define LANES {lanes}\n" + (_HERE / "repro_main.c.in").read_text(encoding="utf-8"),
    ]
    return "\n".join(part for part in parts if part)


def program(build: Path, target: str, flavor: str, folder: str, plan: str) -> dict[str, Any]:
    """How the repro.c of a plan is built in its directory, for the report beside it."""
    try:
        info = json.loads((build / "targets" / target / "target.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {
        "folder": folder,
        "build": build_command(info, flavor=flavor, failing=allocations_fail(plan)),
    }


def for_finding(build: Path, target: str, model: Path, plan: str, report: dict[str, Any]) -> str:
    """repro.c of a finding. ReproError when there can be none."""
    if not plan:
        raise ReproError("the finding has no plan")
    try:
        info = json.loads((build / "targets" / target / "target.json").read_text("utf-8"))
        return generate(plan, report, json.loads(model.read_text("utf-8")), info)
    except (OSError, ValueError, KeyError, TypeError, LookupError, AttributeError) as error:
        raise ReproError(f"{type(error).__name__}: {error}") from error
