"""Smaller and plainer values of a plan for the minimiser, and what a value weighs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from .plantext import Bytes, Malformed, Plan, Strings, Struct, Value, Word, leaves

Candidates = Iterator[Plan]

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


def put(row: tuple[Any, ...], at: int, item: Any) -> tuple[Any, ...]:
    """The row with one item replaced."""
    return (*row[:at], item, *row[at + 1 :])


def _each_value(plan: Plan, variants: Callable[[Value], Iterator[Value]]) -> Candidates:
    """The plan with one value, at any depth, replaced by each of its variants."""
    for at, call in enumerate(plan.calls):
        for slot, (name, value) in enumerate(call.arguments):
            for other in _inside(value, variants):
                arguments = put(call.arguments, slot, (name, other))
                changed = replace(call, arguments=arguments)
                yield replace(plan, calls=put(plan.calls, at, changed))


def _inside(value: Value, variants: Callable[[Value], Iterator[Value]]) -> Iterator[Value]:
    yield from variants(value)
    if isinstance(value, Struct):
        for at, (name, inner) in enumerate(value.fields):
            for other in _inside(inner, variants):
                yield Struct(put(value.fields, at, (name, other)))
    elif isinstance(value, Strings):
        for at, inner in enumerate(value.items):
            for other in _inside(inner, variants):
                yield Strings(put(value.items, at, other))


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
    if value.form in ("stale", "wrong_thread", "wrong_state", "has_children"):
        yield value.value
    elif value.form == "bad_enum":
        yield Word("0")
    elif value.form not in ("wrong_type", "bad_version"):
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
