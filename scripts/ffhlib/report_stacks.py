"""Stacks of a report as lines of text: the library's frames, and in one line each what lies between and
below them, which is the same in every finding."""

from __future__ import annotations

import re

from .sanitizer_report import Frame
from .signature import is_harness, is_library

_FRAMES = 40
_HOOK_FRAMES = 10
_FREES = re.compile(r"(?:cfree|free|realloc|reallocarray|operator delete.*)$")
# What stands between two functions of the library without being code of either.
_BETWEEN = re.compile(
    r"^(?:__wrap_|__sanitizer_cov_|__interceptor_|___interceptor_|asan_thread_start|__tsan_thread_start|"
    r"__asan_(?!mem)|\?+$)"
)
_STANDARD = re.compile(r"^<*(?:std|core|alloc)::|^(?:rust_begin_unwind|__rust_|_R\w*7___rustc)")
_STANDARD_FILE = re.compile(r"^/rustc/|/include/c\+\+/")
_OWN_FILE = re.compile(r"(?:^|/)harness/(?!tests/)[^:]*\.(?:c|h|rs|cpp)\b")
_RUN = 3  # frames of a standard library in a row from which they are folded
_LIBRARY, _OURS, _RUNTIME = "library", "harness", "standard library"


def _kind(frame: dict[str, str]) -> str:
    function, location = frame["function"], frame["location"]
    frame = Frame(function, location)
    if _BETWEEN.match(function) or is_harness(frame) or _OWN_FILE.search(location):
        return _OURS
    if _STANDARD.match(function) or _STANDARD_FILE.search(location):
        return _RUNTIME
    return _LIBRARY


def _location(text: str) -> str:
    """A place that says nothing is left out."""
    text = text.removesuffix(":0:0")
    return "" if text.startswith("crtstuff.c") or text == "(<unknown module>)" else text


def _line(number: int, frame: dict[str, str]) -> str:
    return f"  #{number} {frame['function']}  {_location(frame['location'])}".rstrip()


def _inside_allocator(frames: list[dict[str, str]]) -> int:
    """How many frames lie between the function that frees and the hook that saw it."""
    for number, frame in enumerate(frames[:_HOOK_FRAMES]):
        if number and _FREES.match(frame["function"]):
            return number
    return 0


def in_library(frames: list[dict[str, str]]) -> bool:
    """Whether any frame is the library's own."""
    return any(
        _kind(frame) == _LIBRARY and is_library(Frame(frame["function"], frame["location"]))
        for frame in frames
    )


def _count(number: int, whose: str) -> str:
    return f"  ... {number} frame{'s' if number > 1 else ''} of the {whose}"


def _folded(number: int, run: list[dict[str, str]], kind: str) -> list[str]:
    """The lines of frames of one kind in a row. Of a standard library the one that the library called
    stays."""
    if kind == _OURS:
        told = any(not _BETWEEN.match(frame["function"]) for frame in run)
        return [_count(len(run), kind)] if told else []
    if kind == _RUNTIME and len(run) >= _RUN:
        left = len(run) - 1
        return [_count(left, kind), _line(number + left, run[-1])]
    return [_line(number + i, frame) for i, frame in enumerate(run)]


def frames(stack: list[dict[str, str]]) -> list[str]:
    """The lines of one stack, innermost first. All of it where every frame is the harness's."""
    stack = stack[_inside_allocator(stack) :]
    while stack and _BETWEEN.match(stack[0]["function"]):
        stack = stack[1:]
    if all(_kind(frame) == _OURS for frame in stack):
        return [_line(i, frame) for i, frame in enumerate(stack[:_FRAMES]) if _told(frame)]
    lines: list[str] = []
    at = 0
    while at < len(stack) and len(lines) < _FRAMES:
        kind, end = _kind(stack[at]), at + 1
        while end < len(stack) and _kind(stack[end]) == kind:
            end += 1
        if at == 0 and kind == _OURS:  # what of the harness made the report
            lines += [_line(i, stack[i]) for i in range(end)]
        else:
            lines += _folded(at, stack[at:end], kind)
        at = end
    return lines


def _told(frame: dict[str, str]) -> bool:
    return bool(frame["function"].strip("?") or _location(frame["location"]))
