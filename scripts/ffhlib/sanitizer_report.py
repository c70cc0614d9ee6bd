"""Reads what a dying process printed: AddressSanitizer, UndefinedBehaviorSanitizer, LeakSanitizer,
ThreadSanitizer, libFuzzer, C++ terminate, a Rust panic, a failed assertion or glibc's own heap checks.

The result names the rule of rules.def and holds the stacks. Only the first error counts: what
follows it is a consequence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from . import rules


@dataclass(frozen=True)
class Frame:
    """One line of a stack. `location` is file:line:column or the module, "" when unknown."""

    function: str
    location: str = ""
    module: str = ""


@dataclass(frozen=True)
class Stack:
    """`role` says what the thread did: use, earlier use (of a race), free, second free, allocation,
    leak, creation, lock, variable (the frame that holds it), crash. `thread` is our name for it, as
    in the rest of a report: "lane B", "thread T1". Where that is not known it is the sanitizer's own
    number for it, and says so."""

    role: str
    thread: str
    frames: tuple[Frame, ...]


@dataclass
class SanitizerReport:
    rule: str
    tool: str
    headline: str
    stacks: list[Stack] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    internal: bool = False  # the harness is broken: FFH-INTERNAL

    def stack(self, role: str) -> Stack | None:
        return next((stack for stack in self.stacks if stack.role == role), None)


_FRAME = re.compile(r"^\s*#(\d+) (?:0x[0-9a-fA-F]+(?: in)?)?\s*(.*?)\s*$")
_BUILD_ID = re.compile(r"\s*\(BuildId: [0-9a-f]+\)$")
_MODULE = re.compile(r"^(.*?)\s*\(([^()]*\+0x[0-9a-f]+)\)$")
_NOWHERE = re.compile(r"^(.*) <null>$")
_MARK = re.compile(r"^ffh_call_mark\b")  # says which call it was, not where
_SOURCE = re.compile(r"^(.*?) ((?:/|\.).*:\d+(?::\d+)?)$")
_SANITIZER = re.compile(
    r"^(?:==\d+==\s*)?(?:ERROR|WARNING): "
    r"(Address|Leak|UndefinedBehavior|Thread|Memory)Sanitizer: (.*)$"
)
_LIMIT = re.compile(r"^==\d+==\s*(Address)Sanitizer: (hard rss limit exhausted.*)$")
_SUMMARY = re.compile(r"^SUMMARY: AddressSanitizer: (\S+)")
# Of builds without a sanitizer, in AddressSanitizer's words (harness/driver/crash.c).
_SIGNAL = re.compile(r"^FFH-SIGNAL: ((?:SEGV|BUS|ILL|FPE|ABRT|stack-overflow)\b.*)$")
_LIBFUZZER = re.compile(r"^==\d+==\s*ERROR: libFuzzer: (.*)$")
_UBSAN = re.compile(r"^(\S.*?:\d+(?::\d+)?|<unknown>): runtime error: (.*)$")
_GLIBC = re.compile(
    r"^((?:free|malloc|realloc|calloc|munmap_chunk|malloc_consolidate|mremap_chunk)\(\): .*"
    r"|double free or corruption.*|corrupted (?:size|double-linked).*"
    r"|\*\*\* stack smashing detected \*\*\*.*|\*\*\* buffer overflow detected \*\*\*.*)$"
)
_ASSERTION = re.compile(r"^.*: Assertion [`'].*failed\.$")
_PANIC = re.compile(r"^thread '.*?' (?:\(\d+\) )?panicked at (.*?):?$")
_PANIC_AGAIN = "panic in a function that cannot unwind"  # what another panic led to
_THREAD = re.compile(r"\b(?:thread |by )(T\d+|main thread)\b")
# The scheduler gives its threads these names (harness/sched/names.c), and a sanitizer prints them.
_NAME = r"(?: '(?P<tsan>[^']*)'| \((?!tid=)(?P<asan>[^()]*)\))"
_NAMED = re.compile(rf"\b(?P<number>T\d+){_NAME}")
_OURS = re.compile(r"ffh-(?:lane-(?P<lane>[A-Z]+)|(?P<thread>T\d+))$")
_MENTION = re.compile(rf"\bthread (?P<number>T\d+){_NAME}?(?!\w)|\bmain thread\b")
_NOTE = re.compile(
    r"^(?i:(?:previous )?(?:atomic )?(?:read|write) of size)|^0x[0-9a-f]+ is located |^Address 0x.* is located|^Hint: "
    r"|^Location is |^The signal is caused by|^(Direct|Indirect) leak of|.*<== Memory access at offset"
)
_ADDRESSES = re.compile(r" \(pc 0x.*| at pc 0x.*| \(pid=\d+\)")
_PREFIX = re.compile(r"^(?:==\d+==\s*)?(?:(?:ERROR|WARNING): )?")
_TOOLS = {
    "Address": "asan",
    "Leak": "lsan",
    "UndefinedBehavior": "ubsan",
    "Thread": "tsan",
    "Memory": "msan",
}
_PANIC_FRAMES = (
    "panic_cannot_unwind",
    "rust_panic",
    "core::panicking",
    "std::panicking",
    "__rust_start_panic",
    "panic_nounwind",
)


def _parse_frame(text: str) -> Frame:
    text = _BUILD_ID.sub("", text)
    match = _MODULE.match(text)
    if match:
        module = match[2].rsplit("+", 1)[0]
        source = _SOURCE.match(match[1])  # ThreadSanitizer gives both
        if source:
            return Frame(source[1], source[2], module)
        nowhere = _NOWHERE.match(match[1])
        return Frame((nowhere or match)[1].strip() or "??", match[2], module)
    match = _SOURCE.match(text)
    if match:
        return Frame(match[1], match[2])
    function, _, last = text.rpartition(" ")
    if function and (":" in last or last.endswith(".o")) and "(" not in last:
        return Frame(function, last)
    return Frame(text or "??")


def _role(header: str) -> str:
    if "attempting double-free" in header:
        return "second free"
    frees = ("attempting free", "alloc-dealloc-mismatch")
    if header.startswith("freed by") or any(word in header for word in frees):
        return "free"
    if "allocated by" in header:
        return "allocation"
    if "leak of" in header:
        return "leak"
    if header.startswith("Thread ") and "created by" in header:
        return "creation"
    if re.match(r"^Previous (atomic )?(read|write) of size", header, re.IGNORECASE):
        return "earlier use"
    if re.match(r"^(atomic )?(read|write) of size", header, re.IGNORECASE):
        return "use"
    if re.match(r"^Mutex M\d+", header):
        return "lock"
    if "is located in stack of thread" in header:
        return "variable"
    return "crash"


def _read_stacks(lines: list[str]) -> list[Stack]:
    """Stacks in the order of the report; each takes its role from the line before its frame #0."""
    stacks: list[Stack] = []
    frames: list[Frame] = []
    header = role_line = ""
    for line in [*lines, ""]:
        match = _FRAME.match(line)
        if match:
            if match[1] == "0":
                if frames:
                    stacks.append(_stack(role_line, frames))
                frames, role_line = [], header
            if not _MARK.match(match[2]):
                frames.append(_parse_frame(match[2]))
            continue
        if frames:
            stacks.append(_stack(role_line, frames))
            frames = []
        if line.strip():
            header = line.strip()
    return stacks


def _stack(header: str, frames: list[Frame]) -> Stack:
    match = _THREAD.search(header)
    thread = match[1] if match else ""
    if header.startswith("Thread "):
        thread = header.split()[1]
    return Stack(_role(header), thread, tuple(frames))


def _our_names(lines: list[str]) -> dict[str, str]:
    """Our name of each thread that a sanitizer's report numbers, which it does in an order of its
    own: it prints the name of a thread that has one. The main one is the first lane."""
    names = {"T0": "lane A", "main thread": "lane A"}
    for line in lines:
        for match in _NAMED.finditer(line):
            ours = _OURS.match(match["tsan"] or match["asan"] or "")
            if ours:
                name = f"lane {ours['lane']}" if ours["lane"] else f"thread {ours['thread']}"
                names[match["number"]] = name
    return names


def _with_our_names(report: SanitizerReport, names: dict[str, str], whose: str) -> SanitizerReport:
    def name(number: str) -> str:
        return names.get(number, f"{whose}'s thread {number}") if number else ""

    def rename(text: str) -> str:
        return _MENTION.sub(lambda match: name(match["number"] or match[0]), text)

    report.stacks = [replace(stack, thread=name(stack.thread)) for stack in report.stacks]
    report.headline = rename(report.headline)
    report.notes = [rename(note) for note in report.notes]
    return report


def _address_keys(error: str, text: str) -> list[tuple[str, str]]:
    keys = []
    match = re.match(r"SEGV on unknown address 0x([0-9a-f]+)", error)
    if match and (int(match[1], 16) < 0x10000 or "points to the zero page" in text):
        keys.append(("asan", "SEGV on zero page"))
    keys.append(("asan", error))
    return keys


def _is_panic(name: str) -> bool:
    """Not what every Rust thread begins with, which would catch a panic if there were one."""
    if re.search(r"panicking::(try|catch_unwind)\b", name):
        return False
    return name.startswith(_PANIC_FRAMES) or "::panicking::" in name


def _panic_key(frames: list[str], before: list[str]) -> tuple[str, str]:
    """A panic that was on its way out of the library, or a check of Rust's that only ever aborts."""
    aborts = any("panic_nounwind" in name for name in frames)
    leaves = any("panic_cannot_unwind" in name for name in frames) or any(
        line.startswith(_PANIC_AGAIN) for line in before[-40:]
    )
    return ("rust", "panic that cannot unwind" if aborts and not leaves else "panicked at")


def _abort_keys(before: list[str], stacks: list[Stack]) -> list[tuple[str, str]]:
    """Why a process aborted: what it printed last, or what its stack shows."""
    frames = [frame.function for stack in stacks[:1] for frame in stack.frames]
    if any(map(_is_panic, frames)):
        return [_panic_key(frames, before)]
    for line in reversed(before[-40:]):
        if line.startswith("terminate called without an active exception"):
            return []
        if line.startswith("terminate called"):
            return [("c++", line)]
        if _GLIBC.match(line):
            return [("libc", line)]
        if _ASSERTION.match(line):
            return [("libc", "assertion")]
        if _PANIC.match(line) and any("abort" in name for name in frames[:8]):
            return [("rust", "panicked at")]
    return []


def _panic_headline(lines: list[str]) -> str:
    """The last panic in Rust's words: where, and why; "" when none was printed."""
    for number in range(len(lines) - 1, -1, -1):
        match = _PANIC.match(lines[number])
        why = lines[number + 1].strip() if match and number + 1 < len(lines) else ""
        if match and not why.startswith(_PANIC_AGAIN):
            return f"Rust panicked at {match[1]}: {why}" if why else f"Rust panicked at {match[1]}"
    return ""


def _thread_keys(
    error: str, before: list[str], stacks: list[Stack], text: str
) -> list[tuple[str, str]]:
    """ThreadSanitizer reports signals in AddressSanitizer's words."""
    keys = [("tsan", error), *_address_keys(error, text)]
    return _abort_keys(before, stacks) + keys if error.startswith("ABRT") else keys


def _notes(before: list[str], after: list[str]) -> list[str]:
    notes = []
    for line in before[-40:]:
        line = line.strip()
        if (
            line.startswith(("terminate called", "what():", "fatal runtime error"))
            or _PANIC.match(line)
            or _ASSERTION.match(line)
            or _GLIBC.match(line)
        ):
            notes.append(line)
    for line in after:
        line = line.strip()
        if _NOTE.match(line):
            notes.append(line)
    return notes[:20]


def _internal(lines: list[str]) -> SanitizerReport | None:
    for line in lines:
        if "FFH-INTERNAL" in line:
            return SanitizerReport("FFH-INTERNAL", "ffh", line.strip(), internal=True)
    return None


def _first_error(lines: list[str]) -> tuple[int, str, str] | None:
    """(line number, tool, error) of the first error that a tool reports."""
    for number, line in enumerate(lines):
        for pattern, tool in (
            (_SANITIZER, ""),
            (_LIMIT, ""),
            (_SIGNAL, "asan"),
            (_LIBFUZZER, "libfuzzer"),
            (_UBSAN, "ubsan"),
        ):
            match = pattern.match(line)
            if match and not tool:
                return number, _TOOLS[match[1]], match[2]
            if match:
                return number, tool, match[match.lastindex or 1]
    return None


def _without_tool(lines: list[str]) -> SanitizerReport | None:
    """A process that died without a sanitizer's report, but not silently."""
    for number, line in enumerate(lines):
        aborts = (
            _GLIBC.match(line)
            or _ASSERTION.match(line)
            or _PANIC.match(line)
            or line.startswith("terminate called")
        )
        if not aborts:
            continue
        keys = _abort_keys(lines[: number + 1], [])
        if _PANIC.match(line):
            if not any(
                _PANIC_AGAIN in later or "fatal runtime error" in later for later in lines[number:]
            ):
                continue  # caught by the library: not an error
            keys = [("rust", "panicked at")]
        elif not keys:
            keys = [("asan", "ABRT")]
        return SanitizerReport(
            rules.classify(keys),
            keys[0][0],
            line.strip(),
            _read_stacks(lines[number:]),
            _notes(lines[: number + 1], []),
        )
    return None


def parse(text: str) -> SanitizerReport | None:
    """The first error in a process's output; None when there is none."""
    lines = text.splitlines()
    internal = _internal(lines)
    if internal:
        return internal
    first = _first_error(lines)
    if first is None:
        return _without_tool(lines)
    number, tool, error = first
    stacks = _read_stacks(lines[number:])
    before = lines[:number]
    if tool == "ubsan":
        keys = [("ubsan", "null pointer")] if "null pointer" in error else []
        keys += [("ubsan", error), ("ubsan", "runtime error")]
    elif tool == "asan":
        keys = _address_keys(error, text)
        keys += [("asan", match[1]) for line in lines if (match := _SUMMARY.match(line))]
        if error.startswith("ABRT"):
            keys = _abort_keys(before, stacks) + keys
    elif tool == "tsan":
        keys = _thread_keys(error, before, stacks, text)
    elif tool == "libfuzzer" and error.startswith("deadly signal"):
        keys = [*_abort_keys(before, stacks), (tool, error)]
    else:
        keys = [(tool, error)]
    headline = _ADDRESSES.sub("", _PREFIX.sub("", lines[number])).strip(" :")
    if keys[0][0] == "rust":
        headline = _panic_headline(before) or headline
    report = SanitizerReport(
        rules.classify(keys), tool, headline, stacks, _notes(before, lines[number + 1 :])
    )
    whose = {"asan": "AddressSanitizer", "tsan": "ThreadSanitizer"}.get(tool)
    return _with_our_names(report, _our_names(lines), whose) if whose else report
