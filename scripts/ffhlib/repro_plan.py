"""Reads the calls of a plan as the replay prints it (docs/plan.md). Nothing is repaired: a text that
the printer cannot have written is an error."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_FAIL = re.compile(r" fail=(\d+)")
_CALL = re.compile(r"([A-Z]{1,2}): (?:(h\d+) = )?([A-Za-z_]\w*)\(")
_NAME = re.compile(r"([A-Za-z_]\w*)=")
_FORM = re.compile(
    r"(stale|wrong_type|wrong_thread|bad_enum|length_mismatch|oversized|wrong_state|bad_version"
    r"|has_children) (h\d+|-?\d+)"
)
_WORD = re.compile(r"bits:0x[0-9a-f]+|[A-Za-z_]\w*(?:\|[A-Za-z_]\w*)*|-?\d+(?:\.\d+)?")
_ERROR = re.compile(r"(h\d+)? ?(?:out (h\d+))?")
_TEXT = re.compile(r'(h?)"((?:[^"\\\n]|\\.)*)"(?:\*(\d+))?')
_ESCAPES = {"n": b"\n", "t": b"\t", '"': b'"', "\\": b"\\"}


class PlanError(Exception):
    """The text is not what the replay prints."""


@dataclass(frozen=True)
class Bytes:
    """`unit` again and again until `size` bytes."""

    unit: bytes
    size: int


@dataclass(frozen=True)
class Form:
    """A malformed form, or (name "out") what an output or an error message becomes."""

    name: str
    operand: Any = None
    given: str = ""  # an error message handed in again


@dataclass
class Call:
    lane: str
    function: str
    result: str
    text: str
    values: dict[str, Any] = field(default_factory=dict)
    fail: int = 0  # the allocation inside it that fails


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def take(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self.text, self.at)
        if found is None or found.end() == self.at:
            raise PlanError(f"not a printed plan at column {self.at + 1}: {self.text[:200]!r}")
        self.at = found.end()
        return found

    def skip(self, token: str) -> bool:
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        return True

    def fields(self, end: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not self.skip(end):
            self.skip(", ")
            name = self.take(_NAME)[1]
            values[name] = self.value()
        return values

    def value(self) -> Any:
        if self.skip("{"):
            return self.fields("}")
        if self.skip("["):
            items = []
            while not self.skip("]"):
                self.skip(", ")
                items.append(self.bytes_())
            return items
        if self.skip("bad_utf8 "):
            return Form("bad_utf8", self.bytes_())
        if _TEXT.match(self.text, self.at):
            return self.bytes_()
        form = _FORM.match(self.text, self.at)
        if form:
            self.at = form.end()
            return Form(form[1], form[2])
        message = _ERROR.match(self.text, self.at)
        if message and message[2]:
            self.at = message.end()
            return Form("out", message[2], message[1] or "")
        return self.take(_WORD)[0]

    def bytes_(self) -> Bytes:
        found = self.take(_TEXT)
        try:
            unit = bytes.fromhex(found[2]) if found[1] else _unescape(found[2])
        except (ValueError, KeyError) as error:
            raise PlanError(f"not a printed byte string: {found[0][:80]!r}") from error
        size = int(found[3]) if found[3] else len(unit)
        if size and not unit:
            raise PlanError("an empty byte string is repeated")
        return Bytes(unit, size)


def _unescape(text: str) -> bytes:
    out, at = b"", 0
    for found in re.finditer(r"\\(.)", text):
        out += text[at : found.start()].encode("ascii") + _ESCAPES[found[1]]
        at = found.end()
    return out + text[at:].encode("ascii")


def parse(text: str) -> list[Call]:
    """The calls in plan order."""
    calls = []
    for line in text.splitlines():
        if not re.match(r"[A-Z]{1,2}: ", line):
            continue
        reader = _Reader(line)
        head = reader.take(_CALL)
        call = Call(head[1], head[3], head[2] or "", line)
        call.values = reader.fields(")")
        fail = _FAIL.match(line, reader.at)
        if fail:
            call.fail, reader.at = int(fail[1]), fail.end()
        if reader.at != len(line):
            raise PlanError(f"something follows the call: {line[:200]!r}")
        calls.append(call)
    return calls
