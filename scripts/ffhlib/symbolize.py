"""Names for places in code that a build without a sanitizer can only give as module and offset, by
llvm-symbolizer: in the output of a process, and in what its runtime reported."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import lru_cache
from typing import Any

from .profile import SYMBOLIZERS

_FRAME = re.compile(r"^    #\d+ (0x[0-9a-f]+) \((/[^()]*)\+(0x[0-9a-f]+)\)$", re.MULTILINE)
_PLACE = re.compile(r"^(/.*)\+(0x[0-9a-f]+)$")
_KEPT = 65536  # places whose names are kept

Place = tuple[str, str]  # module, offset
Name = tuple[str, str]  # function, location; "" where unknown

_names: dict[Place, tuple[Name, ...]] = {}


@lru_cache(maxsize=1)
def _symbolizer() -> str | None:
    return next((path for name in SYMBOLIZERS if (path := shutil.which(name))), None)


def _ask(places: list[Place]) -> None:
    """Fills in the names of the places, each as many as functions are inlined there."""
    program = _symbolizer()
    if program is None or not places:
        return
    if len(_names) > _KEPT:
        _names.clear()
    questions = "".join(f'"{module}" {offset}\n' for module, offset in places)
    try:
        done = subprocess.run(
            [program, "--demangle", "--inlines"],
            input=questions.encode(),
            capture_output=True,
            timeout=120,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return
    # Function and location take turns; an empty line ends each place.
    answers = done.stdout.decode("utf-8", "replace").split("\n\n")
    for place, answer in zip(places, answers, strict=False):
        lines = answer.strip("\n").splitlines()
        names = [
            ("" if function == "??" else function, "" if at.startswith("??") else at)
            for function, at in zip(lines[::2], lines[1::2], strict=False)
        ]
        _names[place] = tuple(names)


def _known(place: Place) -> tuple[Name, ...]:
    return tuple(name for name in _names.get(place, ()) if name[0])


def text(output: str) -> str:
    """The output with stacks as a sanitizer prints them: a line for each function, inlined ones too."""
    _ask(sorted({(m[2], m[3]) for m in _FRAME.finditer(output)} - _names.keys()))
    lines, number = [], 0
    for line in output.split("\n"):
        match = _FRAME.match(line)
        if not match:
            lines.append(line)
            number = 0
            continue
        module = f"({match[2]}+{match[3]})"
        for function, at in _known((match[2], match[3])) or (("", ""),):
            name = f"in {function} {at or module}" if function else module
            lines.append(f"    #{number} {match[1]} {name}")
            number += 1
    return "\n".join(lines)


def report(found: dict[str, Any]) -> dict[str, Any]:
    """What the runtime reported, with the frames of its stacks named."""
    stacks = list(_stacks(found))
    places = {
        (match[1], match[2])
        for owner in stacks
        for frame in owner["stack"]
        if (match := _unnamed(frame))
    }
    _ask(sorted(places - _names.keys()))
    for owner in stacks:
        owner["stack"] = [named for frame in owner["stack"] for named in _frames(frame)]
    return found


def _stacks(found: Any) -> Any:
    if isinstance(found, dict):
        if isinstance(found.get("stack"), list):
            yield found
        for value in found.values():
            yield from _stacks(value)
    elif isinstance(found, list):
        for value in found:
            yield from _stacks(value)


def _unnamed(frame: Any) -> re.Match[str] | None:
    if not isinstance(frame, dict) or frame.get("function") != "??":
        return None
    return _PLACE.match(str(frame.get("location") or ""))


def _frames(frame: Any) -> list[Any]:
    match = _unnamed(frame)
    names = _known((match[1], match[2])) if match else ()
    return [
        {"function": function, "location": at or frame["location"]} for function, at in names
    ] or [frame]
