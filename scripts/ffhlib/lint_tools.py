"""Lint rules that run a tool: formatters, clang-tidy, ruff, the compiler, nm, ffh-gen."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import exits, paths, procs
from .lint_sources import Finding, Tree
from .setup_packages import LLVM

TIMEOUT = 300
C_FAMILY = (".c", ".h", ".cc", ".cpp", ".hpp")
LOCATED = re.compile(r"^(?P<path>[^:\n]+):(?P<line>\d+):(?:\d+:)? (?P<text>.*)$")


class LintError(exits.FfhError):
    """A tool that a rule needs is missing, or the tree is not built."""


def located(text: str, tree: Tree, only: str = "") -> list[Finding]:
    """The file:line:column: lines of a tool's output that hold `only`; each place and message once."""
    found: dict[Finding, None] = {}
    for line in text.splitlines():
        match = LOCATED.match(line)
        if match and only in match["text"]:
            path = Path(match["path"])
            name = (
                tree.name(path)
                if path.is_absolute() and path.is_relative_to(tree.root)
                else str(path)
            )
            found[Finding(name, int(match["line"]), match["text"])] = None
    return list(found)


def _reported(done: procs.Done, tree: Tree, what: str, only: str = "") -> list[Finding]:
    """Findings of a tool; a failure without one is a finding too, never silence."""
    if done.code == 0:
        return []
    words = done.text.strip().splitlines()[:3]
    return located(done.text, tree, only) or [
        Finding(what, 1, f"exit code {done.code}: {' | '.join(words)}")
    ]


def _own(tree: Tree) -> list[Path]:
    return tree.files(*C_FAMILY)


def clang_format(tree: Tree) -> list[Finding]:
    files = [str(path) for path in _own(tree)]
    if not files:
        return []
    done = procs.capture(["clang-format-19", "--dry-run", "-Werror", "--style=file", *files],
                         timeout=TIMEOUT, cwd=tree.root)  # fmt: skip
    found: dict[str, Finding] = {}
    for item in _reported(done, tree, "clang-format-19", "error:"):
        found.setdefault(
            item.path, Finding(item.path, item.line, "not as clang-format-19 -i writes it")
        )
    return list(found.values())


def ruff_check(tree: Tree) -> list[Finding]:
    done = procs.capture([_ruff(), "check", "--no-cache", "--output-format", "concise", "."],
                         timeout=TIMEOUT, cwd=tree.root)  # fmt: skip
    return _reported(done, tree, "ruff check")


def ruff_format(tree: Tree) -> list[Finding]:
    done = procs.capture(
        [_ruff(), "format", "--no-cache", "--check", "."], timeout=TIMEOUT, cwd=tree.root
    )
    names = re.findall(r"^Would reformat: (\S.*)$", done.text, re.MULTILINE)
    if done.code != 0 and not names:
        # Newer releases print a diff instead of names.
        names = re.findall(r"^\s*--> (\S+?)(?::\d+)*$", done.text, re.MULTILINE)
    if done.code != 0 and not names:
        return _reported(done, tree, "ruff format")
    return [Finding(name, 1, "not as ruff format writes it") for name in dict.fromkeys(names)]


def _ruff() -> str:
    inside = paths.VENV / "bin" / "ruff"
    return str(inside) if inside.is_file() else "ruff"


def headers_alone(tree: Tree) -> list[Finding]:
    """Every header of the harness compiles alone, as C11 and as C++17."""
    headers = [path for path in tree.files(".h", below="harness") if "tests" not in path.parts]
    jobs = [(path, language) for path in headers for language in ("c", "c++")]
    return _parallel(jobs, lambda job: _compile_header(tree, *job))


def _compile_header(tree: Tree, path: Path, language: str) -> list[Finding]:
    command = ["clang-19", "-x", language, f"-std={language}{'11' if language == 'c' else '17'}",
               "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-pragma-once-outside-header",
               "-D_GNU_SOURCE", f"-I{tree.root / 'harness'}", f"-I{tree.root / 'harness/include'}",
               f"-isystem{LLVM / 'include'}",
               "-include", str(path), "/dev/null"]  # fmt: skip
    done = procs.capture(command, timeout=TIMEOUT, cwd=tree.root)
    return [Finding(f.path, f.line, f"as {language}: {f.message}")
            for f in _reported(done, tree, tree.name(path), "error:")][:3]  # fmt: skip


def exported_symbols(tree: Tree) -> list[Finding]:
    """The runtime is linked beside other people's code: it defines no global symbol but ffh_*, what
    it puts before libc on purpose (FFH_EXPORT), and what compilers and linkers call by name."""
    library = _built(tree) / "lib" / "libffh_runtime.a"
    if not library.is_file():
        raise LintError(f"{library} is not built; run scripts/ffh build")
    done = procs.capture(
        ["llvm-nm-19", "--defined-only", "--extern-only", "--format=posix", library]
    )
    if done.code != 0:
        raise LintError(f"llvm-nm-19 cannot read {library}: {done.err.strip()[:300]}")
    names = {line.split()[0] for line in done.out.splitlines() if len(line.split()) >= 2}
    if not names:
        return [Finding(library.name, 1, "defines no symbol at all")]
    return [Finding(library.name, 1, f"defines the global symbol {name}")
            for name in sorted(names - _modelled(tree)) if not name.startswith(_OURS)]  # fmt: skip


_OURS = (
    "ffh_",
    "__sanitizer_cov_",
    "__wrap_",
    "__tsan_on_report",
    "__sanitizer_on_print",
    "DW.ref.",
)
_EXPORT = re.compile(
    r"FFH_EXPORT\s+[\w ]+?[ *](\w+)\s*\(|^(?:READS|WRITES|TOUCHES|OUTSIDE)\(\w+, (\w+),", re.M
)


def _modelled(tree: Tree) -> set[str]:
    """The functions of libc in whose place the scheduler's models stand."""
    found: set[str] = set()
    for path in (tree.root / "harness" / "sched").glob("*.c"):
        for plain, made in _EXPORT.findall(path.read_text(encoding="utf-8")):
            found.add(plain or made)
    return found


def generated_deterministic(tree: Tree) -> list[Finding]:
    """ffh-gen writes the same bytes from two directories, and no path of this machine."""
    from . import gen

    build = _built(tree)
    descriptions = sorted(build.glob("targets/*/target.json"))
    if not descriptions:
        raise LintError(f"{build} has no target; run scripts/ffh build")
    found = []
    for description in descriptions:
        content = json.loads(description.read_text(encoding="utf-8"))
        outputs = []
        for _ in range(2):
            with tempfile.TemporaryDirectory(prefix="ffh-lint-") as folder:
                out, model = Path(folder) / "out.c", Path(folder) / "model.json"
                command = gen.command("emit", content, build.name, ["-o", str(out), "--model", str(model)],
                                      build=build)  # fmt: skip
                done = procs.capture(command, timeout=TIMEOUT, cwd=Path(folder))
                if done.code != 0:
                    return _reported(done, tree, content["name"])
                outputs.append((out.read_bytes(), model.read_bytes()))
        if outputs[0] != outputs[1]:
            found.append(
                Finding(f"target {content['name']}", 1, "generated output differs between two runs")
            )
        if any(str(tree.root).encode() + b"/" in data for data in outputs[0]):
            found.append(
                Finding(f"target {content['name']}", 1, f"generated output names {tree.root}")
            )
    return found


# Where sources are wrong on purpose, which clang-tidy rightly says, and the plain targets beside them.
PLANTED = tuple(
    f"{folder}/"
    for folder in (
        "harness/tests/bench/zoo",
        "harness/tests/e2e/joint",
        "harness/tests/e2e/misbehave",
        "harness/tests/failing",
        "harness/tests/rules",
        "harness/tests/schedules",
        "targets/zoo",
    )
)


# ---- clang-tidy ----------------------------------------------------------------------------------


def clang_tidy(tree: Tree) -> list[Finding]:
    """Takes seconds for a file, so what was clean is remembered by content and command."""
    build = _built(tree)
    database = build / "compile_commands.json"
    if not database.is_file():
        raise LintError(f"{database} is missing; run scripts/ffh build")
    jobs = {Path(entry["file"]): entry.get("command") or " ".join(entry["arguments"])
            for entry in json.loads(database.read_text(encoding="utf-8"))}  # fmt: skip
    mine = {path for path in tree.files(".c", ".cc", ".cpp")
            if path in jobs and not tree.name(path).startswith(PLANTED)}  # fmt: skip
    if not mine:
        return [Finding("compile_commands.json", 1, "no source of this tree is compiled")]
    common = hashlib.sha256()
    for path in [tree.root / ".clang-tidy", *tree.files(".h", ".def")]:
        common.update(path.name.encode() + (path.read_bytes() if path.is_file() else b""))
    todo = [(path, _key(path, jobs[path], common.hexdigest())) for path in sorted(mine)]
    todo = [(path, key) for path, key in todo if not (_clean() / key).exists()]
    return _parallel(todo, lambda job: _tidy(tree, build, *job))


def _clean() -> Path:
    return paths.CACHE / "clang-tidy"


def _key(path: Path, command: str, common: str) -> str:
    return hashlib.sha256(f"{path}\0{command}\0{common}\0".encode() + path.read_bytes()).hexdigest()


def _tidy(tree: Tree, build: Path, path: Path, key: str) -> list[Finding]:
    # Symbolic execution of tests, which compare field by field, takes minutes and shows little.
    checks = ["--checks=-clang-analyzer-*"] if tree.name(path).startswith("harness/tests/") else []
    done = procs.capture(
        ["clang-tidy-19", "-p", build, "--quiet", *checks, path], timeout=TIMEOUT, cwd=tree.root
    )
    found = _reported(done, tree, tree.name(path), "error:")
    if done.code == 0:
        _clean().mkdir(parents=True, exist_ok=True)
        (_clean() / key).touch()
    return found


def _built(tree: Tree) -> Path:
    if tree.build is None or not tree.build.is_dir():
        raise LintError("this rule needs a build; run scripts/ffh build")
    return tree.build


def _parallel(jobs: list, work) -> list[Finding]:  # type: ignore[no-untyped-def, type-arg]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = pool.map(work, jobs)
        unique = dict.fromkeys(finding for found in results for finding in found)
    return list(unique)
