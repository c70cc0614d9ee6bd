"""Flattens a plan text into the bytes that the hand-written bench targets read.

The same calls with the same data, in a form that a person would decode by hand: for each call its length
(two bytes), its operation (its line in <target>_ops.def), its lane, the variable it defines, and its
arguments in the order of the text. A handle is one byte, a number eight, a buffer its length in four
bytes and its bytes. What the harness's teardown does by itself stands in the plans as comments (`# A: ...`)
and is flattened too. Only well-formed calls can be flattened; error parameters are left out, because a
hand-written target has its own."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from .plantext import thread_number

_CALL = re.compile(r"(?:# )?([A-Z]{1,2}): (?:(\w+) = )?(\w+)\((.*)\)$")
_TOKEN = re.compile(
    r"""\s*(?:(?P<name>\w+)=)?(?:
        (?P<open>\{)|(?P<close>\})|(?P<hex>h"(?P<digits>[0-9a-f]*)")|
        (?P<text>"(?P<chars>[^"\\]*)")(?:\*(?P<repeat>\d+))?|
        (?P<number>-?\d+)|(?P<truth>true|false)|(?P<out>out\s+\w+)|(?P<variable>[a-z]\w*)
    )\s*,?""",
    re.VERBOSE,
)


class FlattenError(Exception):
    """The plan holds something that the hand-written targets do not do."""


def operations(path: Path) -> list[str]:
    return re.findall(r"^OP\((\w+)\)$", path.read_text(encoding="utf-8"), re.MULTILINE)


def _buffer(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def _repeat(chars: str, repeat: str | None) -> bytes:
    data = chars.encode()
    return data if repeat is None else (data * int(repeat))[: int(repeat)]


def _arguments(text: str, variables: dict[str, int]) -> bytes:
    out, at = b"", 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if not token:
            raise FlattenError(f"cannot flatten {text[at:]!r}")
        at = token.end()
        if token["hex"]:
            out += _buffer(bytes.fromhex(token["digits"]))
        elif token["text"]:
            out += _buffer(_repeat(token["chars"], token["repeat"]))
        elif token["number"]:
            out += struct.pack("<q", int(token["number"]))
        elif token["truth"]:
            out += struct.pack("<q", token["truth"] == "true")
        elif token["variable"]:
            out += bytes([variables[token["variable"]]])
    return out


def flatten(text: str, ops: list[str]) -> bytes:
    out, variables = b"", dict[str, int]()
    for line in text.splitlines():
        call = _CALL.match(line)
        if not call:
            continue
        lane, defines, function, arguments = call.groups()
        if function not in ops:
            raise FlattenError(f"the hand-written target has no {function}; add it to its .def")
        step = bytes([ops.index(function), thread_number(lane)])
        if defines:
            variables[defines] = len(variables)
            step += bytes([variables[defines]])
        step += _arguments(arguments, variables)
        out += struct.pack("<H", len(step)) + step
    return out
