"""Compare a contract with the library that was built: symbols without a row, rows without a symbol, layouts
that differ, and everything that contradicts itself."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import build, exits, gen, layout, paths, procs

HELP = "compare a contract with the built library"
EXAMPLE = "scripts/ffh check leveldb"
NM = "llvm-nm-19"
READELF = "llvm-readelf-19"
FUNCTION_TYPES = "TWi"  # text, weak text, indirect function


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help="a target (scripts/ffh list)")
    parser.add_argument("--flavor", default="asan", metavar="NAME", help="the build (default asan)")
    build.add_no_build(parser, "compare with")


def run(args: argparse.Namespace) -> int:
    if args.build:
        build.current(args.target, args.flavor)
    content = gen.info(args.target, args.flavor)
    names = exported(gen.library_files(content))
    with tempfile.TemporaryDirectory(prefix="ffh-check-") as folder:
        symbols = Path(folder) / "symbols"
        symbols.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
        done = gen.call("check", content, args.flavor, ["--symbols", str(symbols)])
    sys.stdout.write(done.out)
    sys.stderr.write(done.err)
    code, message = gen.exit_code(done)
    if message:
        print(message, file=sys.stderr)
    if code not in (exits.PASS, exits.FINDING):
        return code
    compared = layout.check(content)
    for line in layout.lines(compared):
        print(line, file=sys.stderr)
    if compared.differences:
        return exits.FINDING
    if code == exits.PASS:
        print(
            f"{args.target}: {paths.shown(Path(content['contract']))} agrees with the library "
            f"({len(names)} exported functions, layouts of {len(compared.checked)} functions)"
        )
    return code


def exported(libraries: Sequence[Path]) -> list[str]:
    """The C functions that libraries export, sorted."""
    names: set[str] = set()
    for library in libraries:
        done = procs.capture([NM, "--defined-only", "--extern-only", "--format=posix", library])
        if done.code != 0:
            raise gen.GenError(f"{NM} cannot read {library}: {done.err.strip()[:400]}")
        names |= functions(done.out)
        if library.suffix == ".a":
            names -= hidden(library)
    return sorted(names)


def hidden(library: Path) -> set[str]:
    """Functions of an archive that stay inside the shared library or program that it is linked into."""
    done = procs.capture([READELF, "--symbols", "--wide", library])
    if done.code != 0:  # objects that are no ELF files: nothing is known of them
        return set()
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for line in done.out.splitlines():
        words = line.split()  # number, value, size, type, binding, visibility, section, name
        if len(words) == 8 and words[4] in ("GLOBAL", "WEAK") and words[6] != "UND":
            found[words[5] in ("HIDDEN", "INTERNAL")].add(words[7])
    return found[True] - found[False]


def functions(text: str) -> set[str]:
    """The unmangled functions in the output of nm; reserved names (compiler and sanitizer), ours, and
    what rustc adds to every static library are no part of a library's interface."""
    found = set()
    added = False
    for line in text.splitlines():
        if line.endswith(":"):
            added = line.startswith("compiler_builtins-")
        words = line.split()
        if added:
            continue
        if len(words) >= 2 and words[1] in FUNCTION_TYPES and not line.endswith(":"):
            found.add(words[0])
    return {
        name
        for name in found
        if not name.startswith(("_Z", "_R", "__", "rust_eh_", "ffh_", "LLVMFuzzer"))
        and not any(c in name for c in "$@. ")
    }
