"""The signature of a finding: the rule and where in the library it happened, without addresses and
line numbers, so that the same defect has the same name in every run."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from . import waits
from .sanitizer_report import Frame, SanitizerReport, Stack
from .waits import Wait

# Everything below and between the library's own frames: the harness, the engine, the allocator, the
# sanitizers' interceptors, the language runtimes and libc.
_OTHERS = re.compile(
    r"^(ffh_|LLVMFuzzer|fuzzer::|main$|_start$|start_thread$|clone3?$|__libc_|__clone|"
    r"__asan|__ubsan|__lsan|__sanitizer|__interceptor|___interceptor|__wrap_|asan_|__tsan|"
    r"malloc$|calloc$|realloc$|reallocarray$|free$|cfree$|posix_memalign$|aligned_alloc$|memalign$|"
    r"strdup$|strndup$|operator new|operator delete|"
    r"memcpy$|memmove$|memset$|memcmp$|bcmp$|strlen$|strnlen$|strcmp$|strncmp$|strcpy$|strncpy$|"
    r"strcat$|strchr$|strstr$|atoi$|atol$|strtol$|strtoul$|printf_common|"
    r"pthread_|__pthread_|sem_|mtx_|cnd_|thrd_|__gthread_|call_once$|syscall$|"
    r"abort$|raise$|gsignal$|pthread_kill$|__pthread_kill|__GI_|__assert|__fortify|__stack_chk|"
    r"exit$|_exit$|__run_exit_handlers|"
    r"<*(?:std|core|alloc)::|__gnu_cxx::|__cxa_|__cxxabi|_Unwind_|__gxx_|rust_begin_unwind|__rust_|"
    r"rust_panic|__rustc|\?\?$|$)"
)
_ENGINE = re.compile(
    r"^(ffh_|LLVMFuzzer|fuzzer::|main$|start_thread$|__libc_start|_start$|clone3?$)"
)
# Our own files: the runtime's and the thunks that ffh-gen writes.
_HARNESS = re.compile(
    r"(?:^|/)harness/(?:base|plan|sched|boundary|hooks|check|report|run|driver)/[^:]*:"
    r"|_target\.c:\d"
)
_THUNKS = re.compile(r"_target\.c:\d")
_SYSTEM = re.compile(r"/(libc|libstdc\+\+|libgcc_s|libpthread|ld-linux[^/]*|libm)\.so")
_DONE = re.compile(r"done by (\w+) \(contract line \d+\)")
# A rule on one callback, by the words of the runtime: the registration, not the call in flight.
_CALLBACK = re.compile(r"the callback (\w+\.\w+), registered by call ")
_USED = re.compile(r"(?:done|entered) by (\w+) \(contract line \d+\)")
TOP_FRAMES = 3
THREAD_FRAMES = 2  # of each thread that waits
UNSTABLE = ("FFH-TIMEOUT", "FFH-OOM")  # where the limit strikes is chance
_OF_THREADS = (
    "FFH-DEADLOCK",
    "FFH-LOST-WAKEUP",
    "FFH-SELF-DEADLOCK",
    "FFH-LIVELOCK",
    "FFH-LOCK-FREED",
    "FFH-UNLOCK-NOT-OWNER",
    "FFH-LOCK-HELD",
    "FFH-THREAD-LEFT",
)
# A library's own wrappers around locks and conditions.
_WRAPPER = re.compile(
    r"(?i:(?:^|::|_)(?:un|try_?|rd|wr|read_?|write_?)*lock(?:_shared|_slow)?$)"
    r"|(?i:(?:^|::|_)wait(?:_for|_until)?$)"
    r"|(?:^|::)\w*(?:Mutex|Lock|Guard|CondVar|Condition|Semaphore)\w*::~?\w+$"
)


def normalise(function: str) -> str:
    """A function's name without its arguments, template arguments and compiler suffixes."""
    name = re.sub(r"\((?:anonymous namespace|anonymous class)\)", "anonymous", function)
    name = re.sub(r"\[abi:\w+\]", "", name)
    previous = None
    while previous != name:  # innermost brackets first
        previous = name
        name = re.sub(r"<[^<>]*>", "", name)
    name = name.split("(", 1)[0] if not name.startswith("operator(") else name
    name = re.sub(r"::h[0-9a-f]{16}$", "", name)
    name = re.sub(r"\.(?:llvm|isra|part|cold|constprop|lto_priv)\.?\d*", "", name)
    return name.strip().rsplit(" ", 1)[-1]


def is_harness(frame: Frame) -> bool:
    """Whether the frame is the harness's or the engine's."""
    return bool(_ENGINE.match(frame.function) or _HARNESS.search(frame.location))


def is_library(frame: Frame) -> bool:
    """Whether the frame is of the library, as far as its name tells."""
    if _SYSTEM.search(frame.module):
        return False
    return not _OTHERS.match(frame.function)


def library_frames(stack: Stack | None) -> list[str]:
    """Normalised names of the stack's frames inside the library, innermost first. The first frame
    of the harness or the engine below them ends the library's part."""
    names: list[str] = []
    for frame in stack.frames if stack else ():
        if is_harness(frame):
            if names:
                break
        elif is_library(frame):
            name = normalise(frame.function)
            if name and (not names or names[-1] != name):
                names.append(name)
    return names


def first_frame(stack: Stack) -> Frame | None:
    """The innermost frame inside the library."""
    return next((f for f in stack.frames if not is_harness(f) and is_library(f)), None)


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")[:60]


def make(
    rule: str,
    report: SanitizerReport | None,
    function: str = "",
    detail: str = "",
    runtime: dict[str, Any] | None = None,
) -> str:
    """A file-name-safe signature. `function` is the contract's function where it is known; `detail`
    tells apart findings of the harness's own checkers (the parameter, the form). `runtime` is what
    the runtime reported: it says where each thread stands."""
    if rule in _OF_THREADS and (places := _places(rule, runtime or {})):
        return _join(rule, "-".join(_named(places)), [rule, *places])
    callback = _CALLBACK.match(str((runtime or {}).get("message")))
    if rule.startswith("FFH-CALLBACK-") and callback:
        return _join(rule, callback[1], [rule, callback[1], *_evidence(runtime or {})[:TOP_FRAMES]])
    if rule == "FFH-CONCURRENT-USE" and (users := _users(runtime or {})):
        return _join(rule, "-".join(users), [rule, *users])
    stacks = [library_frames(stack) for stack in report.stacks] if report else []
    if rule == "FFH-DOUBLE-FREE" and (frees := _frees(report)):
        return _join(rule, frees[0][-1], [rule, *("<".join(names) for names in frees)])
    # A tail call can leave the first stack without a frame of the library: take the next one.
    if rule == "FFH-DATA-RACE" and report:
        return _race(rule, report, stacks)
    frames = next((names for names in stacks if names), [])
    if not function and not frames:
        frames = _evidence(runtime or {})
    boundary = function or _offender(runtime or {}) or (frames[-1] if frames else "")
    if rule in UNSTABLE:
        frames = []
    elif rule == "FFH-STACK-OVERFLOW":
        frames = sorted(set(frames[:20]))  # a recursion stops anywhere in its cycle
        boundary = function or (frames[0] if frames else "")
    else:
        frames = frames[:TOP_FRAMES]
    place = boundary or (frames[-1] if frames else "")
    return _join(rule, place, [rule, place, detail, *frames])


def _evidence(runtime: dict[str, Any]) -> list[str]:
    """The library's frames of the first evidence: what is left when nothing else says where."""
    for one in runtime.get("evidence") or []:
        frames = [
            Frame(str(frame.get("function")), str(frame.get("location")))
            for frame in one.get("stack") or []
        ]
        if names := library_frames(Stack("evidence", "", tuple(frames))):
            return names
    return []


def _offender(runtime: dict[str, Any]) -> str:
    """The inner function that broke its contract, which the inner edge names in its first evidence:
    on a thread of the library there is no call of a plan to name the finding after."""
    evidence = runtime.get("evidence") or [{}]
    found = _DONE.match(str(evidence[0].get("title")))
    return found[1] if found else ""


def _users(runtime: dict[str, Any]) -> list[str]:
    """The inner functions that were inside the object at once, whichever came first."""
    found = [_USED.match(str(one.get("title"))) for one in runtime.get("evidence") or []]
    return sorted({match[1] for match in found if match})


def _frees(report: SanitizerReport | None) -> list[list[str]]:
    """The top frames of both frees, in an order that does not depend on which came first. Each ends
    with its function at the boundary."""
    found = []
    for role in ("second free", "free"):
        stack = report.stack(role) if report else None
        names = library_frames(stack)
        boundary = _called(stack) or (names[-1] if names else "")
        if not boundary:
            return []
        found.append([*names[:TOP_FRAMES], boundary])
    return sorted(found, key=lambda names: (names[-1], names))


def _called(stack: Stack | None) -> str:
    """The contract's function by its thunk, which is there also when a tail call has left no frame of
    the library."""
    for frame in stack.frames if stack else ():
        if frame.function.startswith("call_") and _THUNKS.search(frame.location):
            return frame.function.removeprefix("call_")
    return ""


# ---- what the scheduler finds


def _standing(wait: Wait) -> str:
    """Where a thread stands in the library, innermost first. What only wraps a lock or a condition
    is the same for all of them: its caller tells."""
    names = library_frames(wait.stack)
    while len(names) > 1 and _WRAPPER.search(names[0]):
        names = names[1:]
    return "<".join(names[:THREAD_FRAMES])


def _begun(wait: Wait) -> str:
    """The outermost function of the library: where a thread's work begins."""
    names = library_frames(wait.stack)
    return names[-1] if names else ""


def _places(rule: str, runtime: dict[str, Any]) -> list[str]:
    """The places that make up a finding of the scheduler, sorted, each once: it is the same finding
    whichever threads stand there, and however many."""
    known = waits.of(runtime)
    if rule in ("FFH-DEADLOCK", "FFH-LOST-WAKEUP"):
        chosen = waits.cycle(known) or [wait for wait in known if wait.blocked]
        return sorted({place for wait in chosen if (place := _standing(wait))})
    if rule == "FFH-THREAD-LEFT":
        return sorted({place for w in known if not w.is_lane and (place := _begun(w))})
    if rule == "FFH-LIVELOCK":  # which of the threads that turn idly was last is chance
        idle = [wait for wait in known if wait.op in ("yield", "sleep", "clock")]
        return sorted({place for wait in idle if (place := _begun(wait))})
    guilty = waits.running(runtime, known)
    return [place for place in [_standing(guilty)] if place] if guilty else []


def _named(places: list[str]) -> list[str]:
    return [_safe(place.split("<", 1)[0]) for place in places[:2]]


def _join(rule: str, place: str, parts: list[str]) -> str:
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
    return "-".join(part for part in (_safe_rule(rule), _safe_place(place), digest) if part)


def _safe_place(place: str) -> str:
    return "-".join(_safe(part) for part in place.split("-"))[:80]


def _race(rule: str, report: SanitizerReport, stacks: list[list[str]]) -> str:
    """Where the two accesses are, whichever of them came first."""
    ends = sorted(
        names[0]
        for names, stack in zip(stacks, report.stacks, strict=True)
        if names and stack.role in ("use", "earlier use")
    )
    digest = hashlib.sha256("\0".join([rule, *ends]).encode()).hexdigest()[:8]
    return "-".join(part for part in (rule, _safe(ends[0]) if ends else "", digest) if part)


def _safe_rule(rule: str) -> str:
    return re.sub(r"[^A-Z0-9-]+", "-", rule.upper())[:40]
