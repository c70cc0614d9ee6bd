"""The signature of a finding: the rule and where in the library it happened, without addresses and
line numbers, so that the same defect has the same name in every run."""

from __future__ import annotations

import hashlib
import re

from .sanitizer_report import Frame, SanitizerReport, Stack

# Everything below and between the library's own frames: the harness, the engine, the allocator, the
# sanitizers' interceptors, the language runtimes and libc.
_OTHERS = re.compile(
    r"^(ffh_|LLVMFuzzer|fuzzer::|main$|_start$|start_thread$|clone3?$|__libc_|__clone|"
    r"__asan|__ubsan|__lsan|__sanitizer|__interceptor|___interceptor|asan_|__tsan|"
    r"malloc$|calloc$|realloc$|reallocarray$|free$|cfree$|posix_memalign$|aligned_alloc$|memalign$|"
    r"strdup$|strndup$|operator new|operator delete|"
    r"memcpy$|memmove$|memset$|memcmp$|bcmp$|strlen$|strnlen$|strcmp$|strncmp$|strcpy$|strncpy$|"
    r"strcat$|strchr$|strstr$|atoi$|atol$|strtol$|strtoul$|printf_common|"
    r"abort$|raise$|gsignal$|pthread_kill$|__pthread_kill|__GI_|__assert|__fortify|__stack_chk|"
    r"exit$|_exit$|__run_exit_handlers|"
    r"std::|__gnu_cxx::|__cxa_|__cxxabi|_Unwind_|__gxx_|core::|alloc::|rust_begin_unwind|__rust_|"
    r"rust_panic|__rustc|\?\?$|$)"
)
_ENGINE = re.compile(
    r"^(ffh_|LLVMFuzzer|fuzzer::|main$|start_thread$|__libc_start|_start$|clone3?$)"
)
# Our own files: the runtime's and the thunks that ffh-gen writes.
_HARNESS = re.compile(
    r"(?:^|/)harness/(?:run[^/]*\.c|(?:base|plan|sched|boundary|hooks|check|report|driver)/[^:]*):"
    r"|_target\.c:\d"
)
_SYSTEM = re.compile(r"/(libc|libstdc\+\+|libgcc_s|libpthread|ld-linux[^/]*|libm)\.so")
TOP_FRAMES = 3
_UNSTABLE = ("FFH-TIMEOUT", "FFH-OOM")  # where the limit strikes is chance


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


def _is_library(frame: Frame) -> bool:
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
        elif _is_library(frame):
            name = normalise(frame.function)
            if name and (not names or names[-1] != name):
                names.append(name)
    return names


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")[:60]


def make(rule: str, report: SanitizerReport | None, function: str = "", detail: str = "") -> str:
    """A file-name-safe signature. `function` is the contract's function where it is known; `detail`
    tells apart findings of the harness's own checkers (the parameter, the form)."""
    # A tail call can leave the first stack without a frame of the library: take the next one.
    stacks = [library_frames(stack) for stack in report.stacks] if report else []
    frames = next((names for names in stacks if names), [])
    boundary = function or (frames[-1] if frames else "")
    if rule in _UNSTABLE:
        frames = []
    elif rule == "FFH-STACK-OVERFLOW":
        frames = sorted(set(frames[:20]))  # a recursion stops anywhere in its cycle
        boundary = function or (frames[0] if frames else "")
    else:
        frames = frames[:TOP_FRAMES]
    place = boundary or (frames[-1] if frames else "")
    digest = hashlib.sha256("\0".join([rule, place, detail, *frames]).encode()).hexdigest()[:8]
    return "-".join(part for part in (_safe_rule(rule), _safe(place), digest) if part)


def _safe_rule(rule: str) -> str:
    return re.sub(r"[^A-Z0-9-]+", "-", rule.upper())[:40]
