"""Targets that come after CMake ran, and what a person sees when CMake fails. A small project stands in
for ours: its targets are configured, nothing is compiled."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from types import ModuleType

import pytest
from ffhlib import build, gen, list_, paths, repro, run, show, target, tmin

PROJECT = paths.PROJECT
TOP = """cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES NONE)
file(GLOB lists RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS targets/*/CMakeLists.txt)
foreach(list IN LISTS lists)
  cmake_path(GET list PARENT_PATH directory)
  add_subdirectory(${directory})
endforeach()
"""
PRESETS = {"version": 6, "configurePresets": [{"name": "asan", "generator": "Ninja"}]}


def add(project: Path, name: str, *, folder: str = "targets", before: str = "") -> None:
    """A target whose target.json appears when CMake runs."""
    where = project / folder / name
    where.mkdir(parents=True)
    (where / "contract.h").touch()
    keys = dict.fromkeys(("model", "fuzz", "replay", "dict", "generated"), "")
    content = {**keys, "name": name, "contract": str(where / "contract.h"), "flags": [],
               "libraries": []}  # fmt: skip
    made = f"file(WRITE ${{CMAKE_BINARY_DIR}}/targets/{name}/target.json [==[{json.dumps(content)}]==])"
    lists = project / "targets" / name / "CMakeLists.txt"
    lists.parent.mkdir(parents=True, exist_ok=True)
    lists.write_text(
        f"{before}\n{made}\nadd_custom_target({name}-fuzz)\nadd_custom_target({name}-replay)\n"
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "CMakeLists.txt").write_text(TOP)
    (tmp_path / "CMakePresets.json").write_text(json.dumps(PRESETS))
    monkeypatch.setattr(paths, "PROJECT", tmp_path)
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    add(tmp_path, "first")
    add(tmp_path, "only-tests", folder="harness/tests")
    build.prepare("asan")
    return tmp_path


@pytest.mark.parametrize("look", [lambda name: build.goals([name], "asan"),
                                  lambda name: gen.info(name, "asan"),
                                  lambda name: target.describe(name, "asan")])  # fmt: skip
def test_a_target_added_after_the_configure_is_known(project: Path, look: object) -> None:
    add(project, "second")
    assert "second" not in target.names("asan")
    look("second")  # type: ignore[operator]
    assert "second" in target.names("asan")


def test_a_target_added_after_a_failed_configure_is_known(project: Path) -> None:
    add(project, "bad", before="message(FATAL_ERROR no-such-library)")
    with pytest.raises(build.BuildError, match="no-such-library"):
        target.known("bad", "asan")
    (project / "targets" / "bad" / "CMakeLists.txt").unlink()
    add(project, "good")
    assert build.goals(["good"], "asan") == ["good-fuzz", "good-replay"]


def test_an_unknown_target_lists_those_of_the_user(project: Path) -> None:
    configured = (project / "build" / "asan" / "build.ninja").stat().st_mtime_ns
    with pytest.raises(target.TargetError) as raised:
        target.known("nobody", "asan")
    assert "unknown target 'nobody': targets are first (" in str(raised.value)
    now = (project / "build" / "asan" / "build.ninja").stat().st_mtime_ns
    assert now == configured, "nothing changed, so CMake need not run"


def test_what_cmake_says_is_shown_when_ninja_runs_it(project: Path) -> None:
    where = project / "build" / "asan"
    lists = project / "targets" / "first" / "CMakeLists.txt"
    lists.write_text("message(FATAL_ERROR the-library-is-gone)\n" + lists.read_text())
    with pytest.raises(build.BuildError) as raised:
        build.ninja(where, ["first-fuzz"])
    assert "CMake Error at targets/first/CMakeLists.txt:1" in str(raised.value)
    assert "the-library-is-gone" in str(raised.value)


def test_list_knows_the_flavors(project: Path) -> None:
    with pytest.raises(build.BuildError, match="unknown flavor 'nope': flavors are asan"):
        list_.run(argparse.Namespace(flavor="nope", all=False, json=False))


def test_list_counts_inner_functions_apart() -> None:
    model = {"functions": [{"name": "a"}, {"name": "b", "flags": ["legacy"]},
                           {"name": "c", "flags": ["init"]}]}  # fmt: skip
    assert list_.count_functions(model) == (2, 1)


PROGRAM = """file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.sh)
set(out ${CMAKE_BINARY_DIR}/bin/first-replay)
file(WRITE ${CMAKE_BINARY_DIR}/model.json "{}")
add_custom_command(OUTPUT ${out} DEPENDS library.sh
                   COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_SOURCE_DIR}/library.sh ${out})
add_custom_target(first-replay DEPENDS ${out})
add_custom_target(first-fuzz DEPENDS ${out})
"""


def test_repro_builds_what_changed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(PROJECT / "sanitizers", project / "sanitizers")
    folder, made = project / "targets" / "first", project / "build" / "asan"
    lists, library = folder / "CMakeLists.txt", folder / "library.sh"
    lists.write_text(lists.read_text().split("add_custom_target")[0] + PROGRAM)
    program = str(made / "bin" / "first-replay")
    described = json.loads((made / "targets" / "first" / "target.json").read_text())
    for key in ("model", "fuzz", "replay"):
        wanted = str(made / "model.json") if key == "model" else program
        lists.write_text(lists.read_text().replace(f'"{key}": ""', f'"{key}": "{wanted}"'))
    assert described["replay"] == ""
    file = project / "file"
    file.write_bytes(b"raw")

    def replay(*words: str) -> str:
        parser = argparse.ArgumentParser()
        repro.configure(parser)
        assert repro.run(parser.parse_args([str(file), "--target", "first", *words])) == 0
        said = capsys.readouterr()
        errors.append(said.err)
        return said.out

    errors: list[str] = []
    library.write_text("#!/bin/sh\necho trace: 0x1 calls: 3 skipped: 2\n")
    library.chmod(0o755)
    assert "trace 0x1  3 calls ran, 2 skipped" in replay()
    assert "building" in errors[-1]
    assert "trace 0x1" in replay() and errors[-1] == ""  # where there was nothing to build
    library.write_text("#!/bin/sh\necho trace: 0x2 calls: 3 skipped: 0\n")
    assert "trace 0x1" in replay("--no-build")
    assert "trace 0x2" in replay()


@pytest.mark.parametrize("verb", [repro, run, show, tmin])
def test_what_runs_an_input_takes_no_build(verb: ModuleType) -> None:
    parser = argparse.ArgumentParser()
    verb.configure(parser)
    assert parser.parse_args(["it"]).build
    assert not parser.parse_args(["it", "--no-build"]).build
