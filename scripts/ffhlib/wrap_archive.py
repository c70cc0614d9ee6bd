#!/usr/bin/env python3
"""Makes a copy of a static library in which calls of inner functions can be wrapped where they are made
and defined in one object file: the linker's --wrap only redirects names that an object does not define.

In each object that defines such a function f, every use of f gets the name __wrap_f, and so does the
definition, weakly; a second symbol f is added at the same place. The wrapper that ffh-gen writes is a
strong __wrap_f and wins; it calls __real_f, which --wrap makes f. Nothing is compiled again.

What the compiler or the assembler has already resolved stays unseen: inlined calls, copies of the
function, jumps to it without a relocation. They are looked for and named."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MAGIC, THIN = b"!<arch>\n", b"!<thin>\n"
HEADER = 60
_SYMBOL = (
    re.compile(  # llvm-readelf -sW: number, value, size, type, binding, visibility, section, name
        r"^\s*\d+: ([0-9a-f]+)\s+\S+\s+(\w+)\s+(\w+)\s+(\w+)\s+(\d+)\s+(\S+)", re.M
    )
)
_SECTION = re.compile(r"^\s*\[\s*(\d+)\] (\S+)", re.M)  # llvm-readelf -SW
_BLOCK = re.compile(r"^Disassembly of section (.+):$", re.M)
_JUMP = re.compile(
    r"^\s*[0-9a-f]+:\s+(?:callq?|j\w+|bl?|b\.\w+|cbn?z|tbn?z)\s.*?0x([0-9a-f]+) <([^>+]+)>\n"
    r"(?!\t\t[0-9a-f]+:  R_)",
    re.M,
)
# A relocation that names a section or a local label instead of the function.
_RELOCATION = re.compile(
    r"^[0-9a-f]+\s+[0-9a-f]+ (R_\S+)\s+[0-9a-f]+\s+(\S+?)(?: ([+-]) ([0-9a-f]+))?$", re.M
)
_TABLE = re.compile(r"^Relocation section '([^']+)'", re.M)
_INLINED = re.compile(r'DW_TAG_inlined_subroutine\s+DW_AT_abstract_origin\s+\(0x\w+ "([^"]+)"\)')
_COPY = re.compile(r"\.(?:constprop|isra|part|specialized|llvm|localalias|lto_priv)\b")


class WrapError(Exception):
    """The archive cannot be treated; the message says why."""


@dataclass(frozen=True)
class Tools:
    """The directory is given by the name of objcopy: the others lie beside it and are called alike."""

    objcopy: str

    def run(self, tool: str, *arguments: str | Path) -> str:
        program = self.objcopy.replace("objcopy", tool)
        words = [program, *map(str, arguments)]
        done = subprocess.run(words, capture_output=True, text=True, check=False, errors="replace")
        if done.returncode != 0:
            raise WrapError(f"{program} failed: {done.stderr.strip()[:300]}")
        return done.stdout


@dataclass(frozen=True)
class Definition:
    symbol: str
    section: str
    value: int
    hidden: bool


def members(archive: Path) -> list[tuple[str, bytes]]:
    """The object files of an archive in GNU or BSD format, in their order."""
    data = archive.read_bytes()
    if data[: len(THIN)] == THIN:
        raise WrapError(f"{archive} is a thin archive: only a whole one can be copied")
    if data[: len(MAGIC)] != MAGIC:
        raise WrapError(f"{archive} is no archive")
    found, long_names, at = [], b"", len(MAGIC)
    while at + HEADER <= len(data):
        name = data[at : at + 16].decode("latin-1").rstrip()
        size = int(data[at + 48 : at + 58])
        body = data[at + HEADER : at + HEADER + size]
        at += HEADER + size + size % 2
        if name == "//":
            long_names = body
        elif name in ("/", "/SYM64/") or name.startswith("__.SYMDEF"):
            continue
        elif re.fullmatch(r"/\d+", name):
            start = int(name[1:])
            whole = long_names[start : long_names.index(b"\n", start)].decode("latin-1")
            found.append((whole.rstrip("/"), body))
        else:
            found.append((name.rstrip("/"), body))
    return found


def definitions(tools: Tools, member: Path, symbols: set[str]) -> list[Definition]:
    """Which of the functions the object defines for others, and where."""
    sections = dict(_SECTION.findall(tools.run("readelf", "-SW", member)))
    found = []
    for value, kind, binding, visibility, section, name in _SYMBOL.findall(
        tools.run("readelf", "-sW", member)
    ):
        if name in symbols and kind == "FUNC" and binding in ("GLOBAL", "WEAK"):
            hidden = visibility in ("HIDDEN", "INTERNAL")
            found.append(Definition(name, sections[section], int(value, 16), hidden))
    return found


def unseen(tools: Tools, member: Path, defined: list[Definition], has_debug: bool) -> list[str]:
    """The calls that stay as they are, each said in words."""
    names = {one.symbol for one in defined}
    places = {(one.section, one.value): one.symbol for one in defined}
    said = {}
    for *_, name in _SYMBOL.findall(tools.run("readelf", "-sW", member)):
        base = name.split(".", 1)[0]
        if base in names and _COPY.search(name):
            said[base, "copy"] = f"{base}: the compiler has made a copy, {name}"
    blocks = _BLOCK.split(tools.run("objdump", "-d", "-r", "--no-show-raw-insn", member))
    for section, text in zip(blocks[1::2], blocks[2::2], strict=True):
        for target, _ in _JUMP.findall(text):
            if symbol := places.get((section, int(target, 16))):
                said[symbol, "jump"] = f"{symbol}: a call in {section} is already resolved"
    tables = _TABLE.split(tools.run("readelf", "-rW", member))
    code = "".join(
        text for name, text in zip(tables[1::2], tables[2::2], strict=True) if _is_code(name)
    )
    for kind, place, sign, number in _RELOCATION.findall(code):
        offset = int(number or "0", 16) * (-1 if sign == "-" else 1)
        offset += 4 if kind in ("R_X86_64_PLT32", "R_X86_64_PC32") else 0
        if symbol := places.get((place, offset)):
            said[symbol, "section"] = f"{symbol}: a use goes by its section, {place}"
    if has_debug:
        for name in _INLINED.findall(tools.run("dwarfdump", "--debug-info", member)):
            if name in names:
                said[name, "inlined"] = f"{name}: a call has been inlined"
    return [said[key] for key in sorted(said)]


def _is_code(table: str) -> bool:
    """Not what only describes functions: debug information, unwinding, coverage."""
    return re.match(r"\.rela?\.(text|data|rodata)", table) is not None


def has_debug_info(tools: Tools, member: Path) -> bool:
    return any(
        name == ".debug_info" for _, name in _SECTION.findall(tools.run("readelf", "-SW", member))
    )


def rewrite(tools: Tools, member: Path, defined: list[Definition]) -> None:
    rename, add = [], []
    for one in defined:
        wrapped = f"__wrap_{one.symbol}"
        rename += [f"--weaken-symbol={one.symbol}", f"--redefine-sym={one.symbol}={wrapped}"]
        flags = "global,function" + (",hidden" if one.hidden else "")
        add.append(f"--add-symbol={one.symbol}={one.section}:{one.value:#x},{flags}")
    tools.run("objcopy", *rename, member)
    tools.run("objcopy", *add, member)


def symbols_of(model: Path) -> set[str]:
    """The linker's names of the inner functions."""
    functions = json.loads(model.read_text())["functions"]
    return {symbol for one in functions for symbol in one.get("symbols", [])}


def wrap(tools: Tools, archive: Path, symbols: set[str], out: Path) -> tuple[list[str], list[str]]:
    """Writes the copy; returns the calls that stay unseen, and the notes."""
    folder = out.parent / f"{out.stem}.objects"
    hidden, notes, files, n = [], [], [], 0
    for index, (name, body) in enumerate(members(archive)):
        member = folder / str(index) / Path(name).name
        member.parent.mkdir(parents=True, exist_ok=True)
        member.write_bytes(body)
        files.append(member)
        if body[:4] != b"\x7fELF":
            raise WrapError(f"{name} in {archive} is no ELF object (link-time optimisation?)")
        if defined := definitions(tools, member, symbols):
            n += len(defined)
            debug = has_debug_info(tools, member)
            hidden += [
                f"{name}: {words}" for words in unseen(tools, member, defined, has_debug=debug)
            ]
            if not debug:
                notes.append(f"{name} has no debug information: inlined calls cannot be found")
            rewrite(tools, member, defined)
    if n == 0:
        raise WrapError(f"{archive} defines no inner function of the contract: nothing to wrap")
    out.unlink(missing_ok=True)
    tools.run("ar", "qcs", out, *files)
    return hidden, notes


def main() -> int:
    parser = argparse.ArgumentParser(prog="ffh_wrap_archive", description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="what ffh-gen wrote")
    parser.add_argument("--objcopy", required=True, help="llvm-objcopy; its kin lie beside it")
    parser.add_argument("--partly", action="store_true", help="unseen calls are no error")
    given = parser.parse_args()
    try:
        hidden, notes = wrap(
            Tools(given.objcopy), given.archive, symbols_of(given.model), given.out
        )
    except (WrapError, OSError) as error:
        print(f"ffh_wrap_archive: error: {error}", file=sys.stderr)
        return 1
    word = "warning" if given.partly else "error"
    for text in notes:
        print(f"ffh_wrap_archive: note: {text}", file=sys.stderr)
    for text in hidden:
        print(f"ffh_wrap_archive: {word}: calls that no wrapper sees: {text}", file=sys.stderr)
    if hidden and not given.partly:
        print(
            "ffh_wrap_archive: build it with -fno-inline -fsemantic-interposition, move the function "
            "into an object file of its own, or say PARTLY",
            file=sys.stderr,
        )
        given.out.unlink(missing_ok=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
