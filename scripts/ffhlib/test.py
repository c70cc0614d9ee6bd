"""Run every test: C unit tests, pytest files, lint rules. The last line is
`N passed, N failed, N skipped`; an error counts as failed, and no test at all is never a success."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from . import build, console, exits, paths

HELP = "run every test"
EXAMPLE = 'scripts/ffh test -k "plan and not fuzz" --fast'
SUITE = "harness/tests"


class SuiteError(exits.FfhError):
    """The tests cannot be started."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path,
                        help="only these test files or directories")  # fmt: skip
    parser.add_argument(
        "-k", dest="expression", metavar="EXPR", help="only tests that match, as in pytest"
    )
    parser.add_argument("--fast", action="store_true", help="leave out what is marked slow")
    parser.add_argument("--flavor", default="asan", metavar="NAME", help="the build (default asan)")
    parser.add_argument("--results", type=Path, default=paths.RESULTS, metavar="DIR",
                        help="junit.xml goes to DIR/test/ (default: results/ of the project)")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    begin = time.monotonic()
    where = build.prepare(args.flavor)
    build.ninja(where)
    junit = args.results.absolute() / "test" / "junit.xml"
    try:
        junit.parent.mkdir(parents=True, exist_ok=True)
        junit.unlink(missing_ok=True)
    except OSError as error:
        raise SuiteError(f"cannot write {junit}: {error.strerror}") from error
    console.say(f"built; testing (junit: {paths.shown(junit)})")
    with tempfile.TemporaryDirectory(prefix="ffh-test-") as folder:
        counts_file = Path(folder) / "counts.json"
        code = _pytest(command(args, where, junit, counts_file))
        counts = _counts(counts_file)
    console.say(f"{time.monotonic() - begin:.0f} s, build included")
    code, reason = verdict(code, counts)
    if reason:
        console.say(reason)
    print(
        f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped",
        flush=True,
    )
    return code


def command(args: argparse.Namespace, where: Path, junit: Path, counts: Path) -> list[str]:
    words = [sys.executable, "-P", "-m", "pytest", "-p", "ffhlib.pytest_ffh", "--rootdir", str(paths.PROJECT),
             "-c", str(paths.PROJECT / "pyproject.toml"), "-rfE", "--no-header", "--durations=5",
             "--tb=short", f"--junitxml={junit}", "--ffh-build", str(where), "--ffh-counts", str(counts)]  # fmt: skip
    if args.expression:
        words += ["-k", args.expression]
    if args.fast:
        words.append("--ffh-fast")
    return [*words, *(str(path) for path in suite(args.files, where))]


def suite(files: Sequence[Path], where: Path) -> list[Path]:
    """What pytest is to collect: the unit tests that this build declares, lint, and the Python tests."""
    if files:
        for path in files:
            if not path.exists():
                raise SuiteError(f"there is no test file {path}")
        return [path.absolute() for path in files]
    return [*unit_tests(where), Path(__file__).with_name("lint.py"), paths.PROJECT / SUITE]


def unit_tests(where: Path) -> list[Path]:
    """The executables in tests/ that Ninja builds; what an earlier build left there is not run."""
    listed = subprocess.run(["ninja", "-C", str(where), "-t", "targets", "all"], capture_output=True,
                            text=True, check=False).stdout  # fmt: skip
    names = sorted(
        {line.split(":")[0] for line in listed.splitlines() if line.startswith("tests/test_")}
    )
    found = [where / name for name in names if (where / name).is_file()]
    if not found:
        raise SuiteError(f"{paths.shown(where / 'tests')} holds no unit test")
    return found


def verdict(code: int, counts: dict[str, int]) -> tuple[int, str]:
    """Our exit code for pytest's, and what to say about it."""
    if counts["failed"]:
        return exits.USAGE, ""
    if code == 0 and counts["passed"]:
        return exits.PASS, ""
    if code == 2:
        return exits.USAGE, "the tests were interrupted"
    if code in (0, 5):
        return exits.USAGE, "no test ran"
    return exits.USAGE, f"pytest ended with exit code {code}"


def _pytest(words: list[str]) -> int:
    env = dict(os.environ)
    env["PYTHONPATH"] = str(paths.PROJECT / "scripts")
    env.pop("PYTEST_ADDOPTS", None)
    with subprocess.Popen(words, cwd=paths.PROJECT, env=env) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # pytest got it too, and ends by itself


def _counts(path: Path) -> dict[str, int]:
    try:
        counts: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))
        return counts
    except (OSError, ValueError):
        return {"passed": 0, "failed": 0, "skipped": 0}
