"""The command line: every mistake gets one clear message and the right exit code."""

from __future__ import annotations

import argparse
import json
import subprocess
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ffhlib import check as check_verb
from ffhlib import cli, exits, procs, selfcheck, setup, setup_packages
from ffhlib import test as test_verb
from ffhlib.pytest_ffh import parse_cmocka, run_unit

Ffh = Callable[..., Any]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["shwo"], "did you mean show"),
        (["--flavour", "x", "list"], "did you mean --flavor"),
        (["list", "--al"], "did you mean --all"),
        (["build", "pricign"], "did you mean pricing"),
        (["check", "pricign"], "did you mean pricing"),
        (["table", "nosuch"], "unknown target 'nosuch'"),
        (["--flavor", "asn", "build"], "unknown flavor 'asn'"),
        (["lint", "nosuch"], "unknown lint rule 'nosuch'"),
        (["test", "nosuch.py"], "there is no test file"),
        (["--results"], "--results needs a value"),
    ],
)
def test_mistakes(ffh: Ffh, words: list[str], message: str) -> None:
    done = ffh(*words)
    assert done.returncode == exits.USAGE
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_version_and_help(ffh: Ffh, project: Path) -> None:
    assert ffh("--version").stdout.startswith("ffihammer ")
    for verb in cli.VERBS:
        if cli._exists(verb):
            done = ffh(verb, "--help")
            assert done.returncode == 0, done.stderr
            assert "example: " in done.stdout.strip().splitlines()[-1]


def test_works_from_anywhere_and_through_a_link(ffh: Ffh, project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "with spaces"
    folder.mkdir()
    link = folder / "ffh link"
    link.symlink_to(project / "scripts" / "ffh")
    done = procs.capture([link, "--version"], cwd=folder)
    assert (done.code, done.err) == (0, "")


def test_list_is_json(ffh: Ffh) -> None:
    rows = json.loads(ffh("list", "--json").stdout)
    assert {"leveldb", "pricing"} <= {row["name"] for row in rows}


@pytest.mark.parametrize(("error", "code"), [(exits.FfhError("no disk"), exits.USAGE),
                                             (KeyError("bug"), exits.INTERNAL),
                                             (KeyboardInterrupt(), exits.USAGE)])  # fmt: skip
def test_exceptions(error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch,
                    capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    def fail(argv: list[str]) -> int:
        raise error

    monkeypatch.setattr(cli, "_guarded", fail)
    assert cli.main([]) == code
    assert ("FFH-INTERNAL" in capsys.readouterr().err) == (code == exits.INTERNAL)


def test_global_flavor_reaches_nested_verbs() -> None:
    def configure(parser: argparse.ArgumentParser) -> None:
        inner = parser.add_subparsers(dest="inner").add_parser("go")
        inner.add_argument("--flavor", default="asan")

    module: Any = types.SimpleNamespace(__doc__="x", EXAMPLE="x", configure=configure)
    parser = cli.parser_for("x", module, cli.Globals(flavor="coverage"))
    assert parser.parse_args(["go"]).flavor == "coverage"
    assert parser.parse_args(["go", "--flavor", "asan"]).flavor == "asan"


def test_only_c_functions_of_the_library_count_as_exported() -> None:
    text = ("compiler_builtins-1.o:\ntruncf16 T 0 1\na.o:\nleveldb_open T 0 10\n_ZN1aC1Ev T 0 1\n"
            "_RNvCs1_1a1f T 0 1\nrust_eh_personality T 0 1\n__asan_x W 0 1\nffh_x T 0 1\nweak_one W 0 1\ndata D 0 8\n")  # fmt: skip
    assert check_verb.functions(text) == {"leveldb_open", "weak_one"}


def test_hidden_functions_of_an_archive_are_not_exported(tmp_path: Path) -> None:
    source, thing, archive = (tmp_path / name for name in ("a.c", "a.o", "liba.a"))
    source.write_text('int shown(void) { return 1; }\n__attribute__((visibility("hidden"))) int kept(void)'
                      " { return 2; }\nint both(void) { return kept(); }\n")  # fmt: skip
    subprocess.run(["clang-19", "-c", source, "-o", thing], check=True)
    subprocess.run(["llvm-ar-19", "rc", archive, thing], check=True)
    assert check_verb.exported([archive]) == ["both", "shown"]


# ---- set-up --------------------------------------------------------------------------------------


def test_no_install_lists_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    package = setup_packages.Package("nosuch-19", ("nosuch-19",), "does things", "build")
    monkeypatch.setattr(setup_packages, "PACKAGES", (package,))
    monkeypatch.setattr(setup, "_done", False)
    with pytest.raises(setup.SetupError, match=r"(?s)nosuch-19 +does things.*apt-get install"):
        setup.ensure(assume_yes=True, install=False)


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("E: Could not get lock /var/lib/dpkg/lock-frontend.", "another program is using apt"),
        ("E: Write error - write (28: No space left on device)", "the disk is full"),
        ("Err:1 Temporary failure resolving 'deb'", "cannot be reached"),
        ("E: Unable to locate package clang-19", "Debian 12"),
        ("sudo: a password is required", "sudo does not allow it"),
    ],
)
def test_apt_failures_are_explained(log: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(setup.SetupError, match=reason):
        setup_packages._apt(["sh", "-c", 'echo "$1"; exit 100', "sh", log], tmp_path / "log", "apt")


def test_a_partial_environment_is_not_current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                              ) -> None:  # fmt: skip
    monkeypatch.setattr(setup.paths, "VENV", tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    assert not setup._current()
    (tmp_path / setup.STAMP).write_text(setup._fingerprint())
    assert setup._current()
    (tmp_path / setup.STAMP).write_text("hash of other requirements")
    assert not setup._current()


# ---- doctor and test -----------------------------------------------------------------------------


@pytest.mark.parametrize("check", selfcheck.CHECKS, ids=lambda check: check.name)
@pytest.mark.parametrize("broken", ["blind", "noisy"])
def test_selfcheck_notices_a_broken_sanitizer(check: selfcheck.Check, broken: str, tmp_path: Path,
                                              project: Path) -> None:  # fmt: skip
    """A sanitizer that finds nothing, or reports the fixed twin, fails its self-check."""
    text = (project / "sanitizers" / "selfcheck" / f"{check.name}.c").read_text()
    edit = "#undef PLANTED\n" if broken == "blind" else "#undef PLANTED\n#define PLANTED\n"
    (tmp_path / f"{check.name}.c").write_text(edit + text)
    short = selfcheck.Check(check.name, check.flags, check.pattern,
                            tuple(a.replace("2000000", "200000") for a in check.arguments))  # fmt: skip
    outcome = selfcheck.run(short, tmp_path, tmp_path)
    assert not outcome.passed
    assert ("not found" if broken == "blind" else "twin was reported") in outcome.detail


@pytest.mark.parametrize(("code", "passed", "failed", "wanted"), [
    (0, 3, 0, exits.PASS), (1, 3, 1, exits.USAGE), (0, 0, 0, exits.USAGE), (5, 0, 0, exits.USAGE),
    (2, 3, 0, exits.USAGE), (3, 3, 0, exits.USAGE)])  # fmt: skip
def test_never_green_without_a_test(code: int, passed: int, failed: int, wanted: int) -> None:
    counts = {"passed": passed, "failed": failed, "skipped": 0}
    assert test_verb.verdict(code, counts)[0] == wanted


def test_cmocka_output_is_read() -> None:
    text = "[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n[  FAILED  ] b\n[  SKIPPED ] c\n"
    assert parse_cmocka(text) == {"a": "OK", "b": "FAILED", "c": "SKIPPED"}


def test_a_unit_test_that_dies_is_seen(tmp_path: Path) -> None:
    program = tmp_path / "test_x"
    program.write_text("#!/bin/sh\necho '[ RUN      ] a'\nkill -SEGV $$\n")
    program.chmod(0o755)
    outcome = run_unit(program)
    assert outcome.code == -11
    assert outcome.cases == {}


def test_suite_closes_with_the_counts(ffh: Ffh, tmp_path: Path) -> None:
    suite = tmp_path / "test_small.py"
    suite.write_text("import pytest\ndef test_a(): pass\ndef test_b(): assert 0\n"
                     "def test_c(): pytest.skip('x')\n")  # fmt: skip
    done = ffh("test", suite)
    assert done.stdout.splitlines()[-1] == "1 passed, 1 failed, 1 skipped"
    assert done.returncode == exits.USAGE
    suite.write_text("import nosuch\n")
    done = ffh("test", suite)
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"
    suite.write_text("")
    done = ffh("test", suite)
    assert (done.stdout.splitlines()[-1], done.returncode) == ("0 passed, 0 failed, 0 skipped", 1)
