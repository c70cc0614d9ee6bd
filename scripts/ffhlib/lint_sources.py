"""Lint rules that read files only: layers, sizes, machine paths, exit codes, documented rules."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

MAX_FILE_LINES = 800
MAX_FUNCTION_LINES = 70
MAX_MODULE_LINES = 400  # of scripts/ffhlib

# Functions that are longer than MAX_FUNCTION_LINES, and how long they may be. Only ever shorter.
LONG_FUNCTIONS: dict[str, int] = {}

# What the files of a directory below harness/ may include of ours: a directory, or one header of it.
# "run" knows the whole pipeline; "" is harness/ itself, with its entry run.h.
LAYERS: dict[str, tuple[str, ...]] = {
    "include/ffh": ("ffh",),
    "base": ("ffh", "base"),
    "gen": ("ffh", "base", "gen"),
    "plan": ("ffh", "base", "plan"),
    "sched": ("ffh", "base", "plan/plan.h", "sched"),
    "boundary": ("ffh", "base", "plan/plan.h", "plan/shape.h", "boundary"),
    "hooks": ("ffh", "base", "boundary/block.h", "boundary/failing.h", "check/ledger.h",
              "hooks"),
    "check": ("ffh", "base", "plan/plan.h", "plan/thread.h", "boundary/block.h", "boundary/event.h",
              "boundary/frame.h", "boundary/handles.h", "boundary/inner.h",
              "boundary/threadstate.h", "boundary/unwind.h", "check"),
    "report": ("ffh", "base", "plan/plan.h", "plan/thread.h", "boundary/arena.h", "boundary/event.h",
               "boundary/block.h", "boundary/frame.h", "boundary/handles.h", "check/verdict.h", "hooks/race.h",
               "sched/events.h", "report"),
    "proxy": ("ffh", "base", "boundary/inner.h", "check/confine.h", "check/verdict.h"),
    "rust": ("ffh",),
    "tag": ("ffh",),
    "run": ("ffh", "base", "plan", "sched", "boundary", "hooks", "check", "report", "run.h", "run"),
    "": ("ffh", "base", "plan/plan.h"),
    "driver": ("ffh", "base", "plan", "run.h", "check/verdict.h", "report/points.h",
               "report/stats.h", "sched/events.h", "sched/sched.h", "driver"),
}  # fmt: skip
SKIPPED = {".git", ".venv", ".cache", "build", "results", "__pycache__", ".pytest_cache",
           ".ruff_cache"}  # fmt: skip
TEXT = {".c", ".h", ".cc", ".cpp", ".hpp", ".def", ".py", ".sh", ".md", ".txt", ".cmake", ".json",
        ".toml", ".in", ".plan", ".dict", ""}  # fmt: skip
CODE = {".c", ".h", ".cc", ".cpp", ".hpp", ".def", ".py", ".cmake", ""}


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass
class Tree:
    """The tree to lint; build is a built build/<flavor>, or None for rules that need none."""

    root: Path
    build: Path | None = None
    _files: list[Path] = field(default_factory=list)

    def files(self, *suffixes: str, below: str = "") -> list[Path]:
        if not self._files:
            self._files = sorted(_listed(self.root))
        prefix = self.root / below
        return [
            path
            for path in self._files
            if (not suffixes or path.suffix in suffixes) and path.is_relative_to(prefix)
        ]

    def name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def lines(self, path: Path) -> list[str]:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()


def _listed(root: Path) -> list[Path]:
    """What git would commit; everything but build output when the tree is no git work tree."""
    if (root / ".git").exists():
        done = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root, capture_output=True, check=False)  # fmt: skip
        if done.returncode == 0:
            names = done.stdout.decode("utf-8", "surrogateescape").split("\0")
            return [path for name in set(names) if name and (path := root / name).is_file()]
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED]
        found += [path for name in names if (path := Path(folder) / name).is_file()]
    return found


# ---- rules ---------------------------------------------------------------------------------------


def layers(tree: Tree) -> list[Finding]:
    """A stage includes the data it uses, never another stage."""
    found = []
    for path in tree.files(".c", ".h", ".cc", ".cpp", below="harness"):
        inside = path.relative_to(tree.root / "harness").parent.as_posix().removeprefix(".")
        if inside.split("/")[0] == "tests":
            continue
        if inside not in LAYERS:
            found.append(
                Finding(tree.name(path), 1, f"harness/{inside} is not in the table of layers")
            )
            continue
        for number, line in enumerate(tree.lines(path), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
            if match and _is_ours(tree, path, match[1], match[2]) and not _may(inside, match[2]):
                who = f"harness/{inside}".rstrip("/")
                found.append(Finding(tree.name(path), number, f"{who} may not include {match[2]}"))
    return found


def _is_ours(tree: Tree, path: Path, quote: str, name: str) -> bool:
    harness = tree.root / "harness"
    return (quote == '"' or name.startswith("ffh/")
            or (harness / name).is_file() or (path.parent / name).is_file())  # fmt: skip


def _may(inside: str, name: str) -> bool:
    if "/" not in name and name != "run.h":
        return True  # a file beside it
    return any(name == allowed or name.startswith(f"{allowed}/") for allowed in LAYERS[inside])


def file_length(tree: Tree) -> list[Finding]:
    found = []
    for path in tree.files(*CODE):
        limit = (
            MAX_MODULE_LINES if tree.name(path).startswith("scripts/ffhlib/") else MAX_FILE_LINES
        )
        count = len(tree.lines(path))
        if count > limit and path.name != "LICENSE":
            found.append(Finding(tree.name(path), limit + 1, f"{count} lines; at most {limit}"))
    return found


def function_length(tree: Tree) -> list[Finding]:
    """Counts from the line of the opening brace, or of def, to the last line."""
    found = []
    for path in tree.files(".c", ".h", ".cc", ".cpp", ".py"):
        spans = _python_functions(path) if path.suffix == ".py" else _c_functions(tree.lines(path))
        for name, line, count in spans:
            limit = LONG_FUNCTIONS.get(f"{tree.name(path)}:{name}", MAX_FUNCTION_LINES)
            if count > limit:
                found.append(
                    Finding(tree.name(path), line, f"{name} has {count} lines; at most {limit}")
                )
    return found


def _c_functions(lines: list[str]) -> list[tuple[str, int, int]]:
    """Relies on clang-format: a function's braces open at the end of a line and close in column 1."""
    found, name, start = [], "", 0
    for number, line in enumerate(lines, 1):
        if (
            not name
            and line.endswith("{")
            and not line.startswith(("namespace", "extern", "typedef"))
        ):
            head = " ".join(lines[max(0, number - 6) : number])
            match = re.search(r"([A-Za-z_]\w*)\s*\([^{};=]*\)[^{};()=]*\{$", head)
            if match and not line.startswith(" " * 8):
                name, start = match[1], number
        elif name and line == "}":
            found.append((name, start, number - start + 1))
            name = ""
        elif line.startswith("}"):
            name = ""  # it was a member inside a struct
    return found


def _python_functions(path: Path) -> list[tuple[str, int, int]]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        return [(f"syntax error: {error.msg}", error.lineno or 1, 10**6)]
    return [(node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]  # fmt: skip


# Directories that exist on one person's machine only. Pieced together, so that this file passes.
_MACHINE = re.compile(
    r"(?<![\w.\-$}/])/(?:" + "|".join(["work", "root", "home/[a-z]", "tmp/w", "Users/[A-Za-z]"])
    + r")(?![\w\-])(?:/|$|[\s\"'`),:;])"
)  # fmt: skip


def machine_paths(tree: Tree) -> list[Finding]:
    found = []
    for path in tree.files(*TEXT):
        for number, line in enumerate(tree.lines(path), 1):
            match = _MACHINE.search(line)
            if match and "machine-path-ok" not in line:
                found.append(
                    Finding(
                        tree.name(path), number, f"names a path of one machine: {match[0].strip()}"
                    )
                )
    return found


def exit_codes(tree: Tree) -> list[Finding]:
    header, module = "harness/base/exit.h", "scripts/ffhlib/exits.py"
    in_c = dict(re.findall(r"^#define FFH_EXIT_(\w+) (\d+)", _text(tree, header), re.MULTILINE))
    in_python = dict(re.findall(r"^([A-Z]+) = (\d+)", _text(tree, module), re.MULTILINE))
    if not in_c or not in_python:
        return [Finding(header, 1, f"no exit codes found in {header} or {module}")]
    return [Finding(module, 1, f"{name} is {in_python.get(name)} here and {in_c.get(name)} in {header}")
            for name in sorted(in_c.keys() | in_python.keys())
            if in_c.get(name) != in_python.get(name)]  # fmt: skip


def rules_documented(tree: Tree) -> list[Finding]:
    """Every rule has its section in docs/rules.md, and every section its rule."""
    definitions, page = "harness/include/ffh/rules.def", "docs/rules.md"
    defined = re.findall(
        r'^FFH_RULE\(\s*\w+,\s*"(FFH-[A-Z0-9-]+)"', _text(tree, definitions), re.MULTILINE
    )
    described = re.findall(r"^#+ .*?(FFH-[A-Z0-9-]+)", _text(tree, page), re.MULTILINE)
    if not defined:
        return [Finding(definitions, 1, "no rule found")]
    return [
        *(Finding(page, 1, f"{rule} has no section") for rule in defined if rule not in described),
        *(Finding(page, 1, f"{rule} is no rule of rules.def") for rule in described if rule not in defined),
        *(Finding(definitions, 1, f"{rule} is defined twice") for rule in sorted(set(defined)) if defined.count(rule) > 1),
    ]  # fmt: skip


def _text(tree: Tree, name: str) -> str:
    try:
        return (tree.root / name).read_text(encoding="utf-8")
    except OSError:
        return ""
