"""pytest plugin: C unit tests and lint rules are items like any other, and everything is counted.

A cmocka executable runs once, when its first item does; each of its test cases is an item, and one more
says that the executable ended well. What ffh test closes with is counted here."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from . import lint, paths, procs
from .lint_sources import Tree

UNIT_TIMEOUT = 600
TIDY_TIMEOUT = 1800  # of the whole tree, where no file is known to be clean
LINT_FILE = Path(lint.__file__)
SHOWN = 60


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ffihammer")
    group.addoption("--ffh-build", type=Path, help="a built build/<flavor>")
    group.addoption("--ffh-counts", type=Path, help="where to write the counts, as JSON")
    group.addoption("--ffh-fast", action="store_true", help="leave out what is marked slow")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Counter(config), "ffh-counter")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    build: Path | None = parent.config.getoption("--ffh-build")
    if file_path == LINT_FILE:
        return LintFile.from_parent(parent, path=file_path)
    if build and file_path.parent == build / "tests" and os.access(file_path, os.X_OK):
        return UnitFile.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--ffh-fast"):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="slow, left out by --fast"))


# ---- C unit tests --------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitRun:
    code: int
    text: str
    cases: dict[str, str]  # name -> OK, FAILED or SKIPPED


def run_unit(program: Path, timeout: float = UNIT_TIMEOUT) -> UnitRun:
    env = {key: value for key, value in os.environ.items() if not key.endswith("SAN_OPTIONS")}
    env["CMOCKA_MESSAGE_OUTPUT"] = "STDOUT"
    if symbolizer := shutil.which("llvm-symbolizer-19"):
        env["ASAN_SYMBOLIZER_PATH"] = symbolizer
    done = procs.capture([program], timeout=timeout, cwd=paths.PROJECT, env=env)
    return UnitRun(done.code, done.text, parse_cmocka(done.text))


def parse_cmocka(text: str) -> dict[str, str]:
    """The outcome of each case; one that failed anywhere has failed."""
    cases: dict[str, str] = {}
    for state, name in re.findall(
        r"^\[\s+(OK|FAILED|SKIPPED|ERROR)\s+\] (\w+)", text, re.MULTILINE
    ):
        if cases.get(name) != "FAILED":
            cases[name] = "FAILED" if state == "ERROR" else state
    return cases


def case_names(program: str) -> list[str]:
    """The cases that a test's source registers; macros that make up names are not seen."""
    for source in sorted(paths.PROJECT.glob(f"*/**/tests/**/{program}.c")):
        text = source.read_text(encoding="utf-8", errors="replace")
        return list(dict.fromkeys(re.findall(r"\bcmocka_unit_test\w*\(\s*(\w+)", text)))
    return []


class UnitFile(pytest.File):
    outcome: UnitRun | None = None

    def collect(self) -> Iterator[pytest.Item]:
        for name in case_names(self.path.name):
            yield UnitCase.from_parent(self, name=name)
        yield UnitEnd.from_parent(self, name="ends_well")

    def run(self) -> UnitRun:
        if self.outcome is None:
            self.outcome = run_unit(self.path)
        return self.outcome


class ToldItem(pytest.Item):
    """An item whose failed assertion is told by its own text."""

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        return (
            str(excinfo.value)
            if isinstance(excinfo.value, AssertionError)
            else super().repr_failure(excinfo)
        )


class UnitItem(ToldItem):
    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, 0, f"{self.path.name}::{self.name}"


class UnitCase(UnitItem):
    def runtest(self) -> None:
        outcome = self.parent.run()  # type: ignore[union-attr, attr-defined]
        state = outcome.cases.get(self.name, "missing")
        if state == "SKIPPED":
            pytest.skip("skipped by the test itself")
        if state == "missing":
            raise AssertionError(f"the case did not run to its end; {describe(outcome)}")
        if state == "FAILED":
            raise AssertionError(excerpt(outcome.text, self.name))


class UnitEnd(UnitItem):
    """The executable ends with 0, and every case it ran is accounted for."""

    def runtest(self) -> None:
        outcome = self.parent.run()  # type: ignore[union-attr, attr-defined]
        if outcome.code != 0:
            raise AssertionError(describe(outcome))
        if not outcome.cases:
            raise AssertionError(f"no test case ran; {describe(outcome)}")


def describe(outcome: UnitRun) -> str:
    if outcome.code == procs.TIMED_OUT:
        how = f"the executable did not end within {UNIT_TIMEOUT} s"
    elif outcome.code < 0:
        how = f"the executable was ended by signal {-outcome.code}"
    else:
        how = f"the executable ended with exit code {outcome.code}"
    return "\n".join([how, *outcome.text.splitlines()[-SHOWN:]])


def excerpt(text: str, name: str) -> str:
    """What a case printed."""
    match = re.search(rf"^\[ RUN\s+\] {name}$(.*?)^\[\s+(?:FAILED|ERROR)\s+\] {name}.*?$", text,
                      re.MULTILINE | re.DOTALL)  # fmt: skip
    lines = (match[0] if match else text).splitlines()
    return "\n".join(lines[-SHOWN:])


# ---- lint ----------------------------------------------------------------------------------------


class LintFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        tree = Tree(paths.PROJECT, self.config.getoption("--ffh-build"))
        for rule in lint.RULES:
            item = LintItem.from_parent(self, name=rule.name, rule=rule, tree=tree)
            if rule.name == "clang-tidy":
                item.add_marker(pytest.mark.slow)
                item.add_marker(pytest.mark.timeout(TIDY_TIMEOUT))
            yield item


class LintItem(ToldItem):
    def __init__(self, *, rule: lint.Rule, tree: Tree, **rest: Any) -> None:
        super().__init__(**rest)
        self.rule, self.tree = rule, tree

    def runtest(self) -> None:
        findings = self.rule.check(self.tree)
        if findings:
            lines = "\n".join(map(str, findings[:SHOWN]))
            raise AssertionError(
                f"{len(findings)} findings of {self.rule.name} ({self.rule.meaning}):\n{lines}"
            )

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, 0, f"lint::{self.name}"


# ---- counting ------------------------------------------------------------------------------------


class Counter:
    """Counts every test once: failed in any phase is failed; a module that cannot be collected too."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.states: dict[str, str] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.states[f"collect {report.nodeid}"] = "failed"
        elif report.skipped:
            self.states[f"collect {report.nodeid}"] = "skipped"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        known = self.states.get(report.nodeid)
        if report.failed:
            self.states[report.nodeid] = "failed"
        elif report.skipped and known != "failed":
            self.states[report.nodeid] = "skipped"
        elif report.when == "call" and report.passed and known is None:
            self.states[report.nodeid] = "passed"

    def pytest_sessionfinish(self) -> None:
        where: Path | None = self.config.getoption("--ffh-counts")
        if where:
            values = list(self.states.values())
            where.write_text(
                json.dumps({name: values.count(name) for name in ("passed", "failed", "skipped")})
            )
