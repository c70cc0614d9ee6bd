"""ffh_wrap_archive: calls of inner functions are seen also where one object file holds both sides, and what
cannot be seen is said."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ffh_e2e import ffh, plan
from ffhlib import wrap_archive
from ffhlib.wrap_archive import Tools, WrapError

TOOLS = Tools("llvm-objcopy-19")
NAMES = {"engine_turn", "engine_stop"}
SOURCE = """
int turned;
int engine_turn(int by);
void engine_stop(void);
int engine_turn(int by) { return turned += by; }
void engine_stop(void) { turned = 0; }
int joint(int by);
int joint(int by) { int now = engine_turn(by); engine_stop(); return now; }
"""


@pytest.mark.parametrize("target", ["joint-one", "joint-two"])
def test_the_inner_edge_is_seen(target: str, tmp_path: Path) -> None:
    done = ffh("repro", plan(tmp_path, target, "A: joint_elsewhere(by=7)"))
    assert done.code == 2, done.text
    assert "FFH-WRONG-THREAD-" in done.out
    assert "engine_turn (contract line 10) on thread T1: used an object" in done.out
    done = ffh("repro", plan(tmp_path, target, "A: joint_here(by=7)"))
    assert (done.code, "nothing found" in done.out) == (0, True), done.text


def compiled(folder: Path, *words: str, source: str = SOURCE) -> Path:
    (folder / "joint.c").write_text(source)
    subprocess.run([*words, "-c", "joint.c", "-o", "joint.o"], cwd=folder, check=True)
    subprocess.run(["llvm-ar-19", "qcs", "plain.a", "joint.o"], cwd=folder, check=True)
    return folder / "plain.a"


CLANG = ("clang-19", "-O2", "-g", "-fPIC")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*CLANG, "-fno-inline"), []),
        ((*CLANG, "-fno-inline", "-ffunction-sections", "-fvisibility=hidden"), []),
        (CLANG, ["engine_stop: a call has been inlined", "engine_turn: a call has been inlined"]),
        (
            (*CLANG, "-fno-inline", "-fno-semantic-interposition"),
            [f"{name}: a call in .text is already resolved" for name in sorted(NAMES)],
        ),
        (
            (*CLANG, "-fno-inline", "-fno-semantic-interposition", "-ffunction-sections"),
            [f"{name}: a use goes by its section, .text.{name}" for name in sorted(NAMES)],
        ),
    ],
)
def test_what_stays_unseen_is_said(words: tuple[str, ...], said: list[str], tmp_path: Path) -> None:
    archive = compiled(tmp_path, *words)
    found, notes = wrap_archive.wrap(TOOLS, archive, NAMES, tmp_path / "out.a")
    assert found == [f"joint.o: {text}" for text in said]
    assert notes == []


def test_a_copy_without_wrappers_still_works(tmp_path: Path) -> None:
    """The names are weak: nothing is missing where no target is linked."""
    archive = compiled(tmp_path, "clang-19", "-O1", "-fno-inline")
    copy = tmp_path / "out.a"
    _, notes = wrap_archive.wrap(TOOLS, archive, NAMES, copy)
    assert notes == ["joint.o has no debug information: inlined calls cannot be found"]
    (tmp_path / "main.c").write_text(
        "int joint(int); int engine_turn(int); int __wrap_engine_turn(int by) { return 40 + by; }\n"
        "int main(void) { return joint(2) == 42 && engine_turn(3) == 3 ? 0 : 1; }\n"
    )
    program = tmp_path / "program"
    subprocess.run(
        ["clang-19", "-fuse-ld=lld-19", tmp_path / "main.c", copy, "-o", program], check=True
    )
    assert subprocess.run([program], check=False).returncode == 0


def test_what_cannot_be_wrapped(tmp_path: Path) -> None:
    out = tmp_path / "out.a"
    archive = compiled(tmp_path, *CLANG, "-fno-inline")
    with pytest.raises(WrapError, match="defines no inner function of the contract"):
        wrap_archive.wrap(TOOLS, archive, {"engine_paint"}, out)
    with pytest.raises(WrapError, match="is no archive"):
        wrap_archive.wrap(TOOLS, tmp_path / "joint.o", NAMES, out)
    subprocess.run(["llvm-ar-19", "rcsT", "thin.a", "joint.o"], cwd=tmp_path, check=True)
    with pytest.raises(WrapError, match="is a thin archive"):
        wrap_archive.wrap(TOOLS, tmp_path / "thin.a", NAMES, out)
    archive.unlink()
    archive = compiled(tmp_path, *CLANG, "-flto")
    with pytest.raises(WrapError, match="is no ELF object"):
        wrap_archive.wrap(TOOLS, archive, NAMES, out)
    assert not out.exists()
