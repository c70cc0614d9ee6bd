"""A contract with a mistake, a library that is not there: one clear message and exit code 1. On a copy of the
project, so that nothing else sees the mistakes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from ffh_e2e import PROJECT, environment


class Copy:
    def __init__(self, root: Path) -> None:
        self.root = root
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=PROJECT, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        for name in filter(None, listed.split("\0")):
            # LevelDB takes a minute to build and shows nothing more.
            if (PROJECT / name).is_file() and not name.startswith("targets/leveldb/"):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(PROJECT / name, root / name)
        shutil.copytree(PROJECT / ".venv", root / ".venv", symlinks=True)
        (root / ".cache").mkdir()
        (root / ".cache" / "ccache").symlink_to(PROJECT / ".cache" / "ccache")

    def ffh(self, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [str(self.root / "scripts" / "ffh"), *arguments],
            cwd=self.root, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", timeout=400, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    def change(self, name: str, old: str, new: str) -> int:
        """Replaces text in a file; returns the line it stood in."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    project = Copy(tmp_path_factory.mktemp("project"))
    code, text = project.ffh("build", "pricing")
    assert code == 0, text
    return project


def test_a_contract_error_names_its_place_and_what_to_do(copy: Copy) -> None:
    contract = "targets/pricing/contract.h"
    right, wrong = "rules FFH_BYTES(length)", "rules FFH_BYTES(lenght)"
    line = copy.change(contract, right, wrong)
    code, text = copy.ffh("build", "pricing")
    copy.change(contract, wrong, right)
    assert code == 1, text
    assert f"contract.h:{line}:" in text
    assert "lenght" in text and "[FFH-C" in text and "hint:" in text
    assert "Traceback" not in text


def test_a_library_that_is_not_built_is_named(copy: Copy) -> None:
    library = copy.root / "build" / "asan" / "lib" / "libpricing_static.a"
    library.rename(library.with_suffix(".away"))
    code, text = copy.ffh("check", "pricing", "--no-build")
    library.with_suffix(".away").rename(library)
    assert code == 1, text
    assert "libpricing_static.a" in text and "scripts/ffh build pricing" in text


def test_a_library_that_no_build_makes_is_named(copy: Copy) -> None:
    lists = "targets/pricing/CMakeLists.txt"
    right, wrong = "LINK pricing_static DICT", "LINK pricing_nowhere DICT"
    copy.change(lists, right, wrong)
    code, text = copy.ffh("build", "pricing")
    copy.change(lists, wrong, right)
    assert code == 1, text
    assert "pricing_nowhere" in text
    assert "Traceback" not in text
