"""Each lint rule finds its violation in a small tree, and is silent about the corrected one."""

from __future__ import annotations

from pathlib import Path

import pytest
from ffhlib import lint, lint_sources, lint_tools
from ffhlib.lint_sources import Tree

LONG_BODY = "  work();\n" * 70
RULE = 'FFH_RULE(FFH_X, "FFH-X", error, "m", "d", "")\n'
EXIT_H = "#define FFH_EXIT_PASS 0\n#define FFH_EXIT_USAGE 1\n"

# rule -> files that violate it, where the finding is, files that must be silent
CASES: dict[str, tuple[dict[str, str], str, dict[str, str]]] = {
    "layers": (
        {"harness/plan/a.c": '#include "plan/a.h"\n#include "sched/sched.h"\n'},
        "harness/plan/a.c:2",
        {"harness/plan/a.c": '#include "plan/a.h"\n#include <base/out.h>\n#include <stdio.h>\n'},
    ),
    "file-length": ({"a.c": "\n" * 801}, "a.c:801", {"a.c": "\n" * 800}),
    "function-length": (
        {"a.c": f"int ffh_a(void) {{\n{LONG_BODY}}}\n"},
        "a.c:1",
        {
            "a.c": "int ffh_a(void) {\n  work();\n}\n"
            + f"static int t[] = {{\n{LONG_BODY}}};\n"
            + f"struct s {{\n  ~s() {{\n  }}\n}};\n{LONG_BODY}"
        },
    ),
    "machine-paths": (
        {"a.py": "x = 1\nopen('/" + "root/x')\n"},
        "a.py:2",
        {"a.py": "open('/usr/lib/x')\nopen(f'{root}/" + "work/x')\nopen('/workshop')\n"},
    ),
    "exit-codes": (
        {"harness/base/exit.h": EXIT_H, "scripts/ffhlib/exits.py": "PASS = 0\nUSAGE = 2\n"},
        "scripts/ffhlib/exits.py:1",
        {"harness/base/exit.h": EXIT_H, "scripts/ffhlib/exits.py": "PASS = 0\nUSAGE = 1\n"},
    ),
    "rules-documented": (
        {"harness/include/ffh/rules.def": RULE, "docs/rules.md": "## FFH-Y\n"},
        "docs/rules.md:1",
        {"harness/include/ffh/rules.def": RULE, "docs/rules.md": "## FFH-X\n"},
    ),
    "headers-alone": (
        {"harness/base/a.h": "static inline uint8_t ffh_a(void) { return 0; }\n"},
        "harness/base/a.h:1",
        {
            "harness/base/a.h": "#include <stdint.h>\n"
            "static inline uint8_t ffh_a(void) { return 0; }\n"
        },
    ),
    "clang-format": (
        {".clang-format": "BasedOnStyle: Google\n", "a.c": "int  a ;\n"},
        "a.c:1",
        {".clang-format": "BasedOnStyle: Google\n", "a.c": "int a;\n"},
    ),
    "ruff-check": ({"a.py": "import os\n"}, "a.py:1", {"a.py": "import os\n\nprint(os.name)\n"}),
    "ruff-format": ({"a.py": "x = ( 1 )\n"}, "a.py:1", {"a.py": "x = 1\n"}),
}


def plant(root: Path, files: dict[str, str]) -> Tree:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Tree(root)


@pytest.mark.parametrize("name", CASES)
def test_violation_is_found_and_correction_is_silent(name: str, tmp_path: Path) -> None:
    bad, place, good = CASES[name]
    rule = next(rule for rule in lint.RULES if rule.name == name)
    found = rule.check(plant(tmp_path / "bad", bad))
    assert any(str(finding).startswith(f"{place}:") for finding in found), found
    assert rule.check(plant(tmp_path / "good", good)) == []


def compiled(folder: Path, source: str, symbol: str) -> Tree:
    plant(folder, {"a.c": source})
    build = folder / "build" / "asan"
    (build / "lib").mkdir(parents=True)
    done = lint_tools.procs.capture(
        ["clang-19", "-c", folder / "a.c", "-o", folder / f"{symbol}.o"]
    )
    assert done.code == 0, done.text
    archive = build / "lib" / "libffh_runtime.a"
    done = lint_tools.procs.capture(["llvm-ar-19", "rc", archive, folder / f"{symbol}.o"])
    assert done.code == 0, done.text
    return Tree(folder, build)


def test_exported_symbols(tmp_path: Path) -> None:
    source = "int helper(void) { return 0; }\nint ffh_a(void) { return helper(); }\n"
    found = lint_tools.exported_symbols(compiled(tmp_path / "bad", source, "bad"))
    assert [finding.message for finding in found] == ["defines the global symbol helper"]
    good = compiled(tmp_path / "good", f"static {source}", "good")
    assert lint_tools.exported_symbols(good) == []


GENERATOR = """#!/usr/bin/env python3
import os, sys
out = sys.argv[sys.argv.index("-o") + 1]
model = sys.argv[sys.argv.index("--model") + 1]
open(out, "w").write({text})
open(model, "w").write("{{}}")
"""


@pytest.mark.parametrize(("text", "clean"), [("out", False), ("'same'", True)])
def test_generated_deterministic(text: str, clean: bool, tmp_path: Path) -> None:
    description = '{"name": "t", "contract": "c.h", "flags": []}'
    plant(tmp_path, {"build/asan/targets/t/target.json": description,
                     "build/asan/bin/ffh-gen": GENERATOR.format(text=text)})  # fmt: skip
    (tmp_path / "build/asan/bin/ffh-gen").chmod(0o755)
    found = lint_tools.generated_deterministic(Tree(tmp_path, tmp_path / "build" / "asan"))
    assert (found == []) == clean, found


@pytest.mark.parametrize("clean", [False, True])
def test_clang_tidy(clean: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint_tools.paths, "CACHE", tmp_path / "cache")
    source = (
        f"double ffh_a(int a);\ndouble ffh_a(int a) {{ return a / {'2.0' if clean else '2'}; }}\n"
    )
    path = tmp_path / "a.c"
    plant(tmp_path, {
        "a.c": source,
        ".clang-tidy": "Checks: '-*,bugprone-integer-division'\nWarningsAsErrors: '*'\n",
        "build/asan/compile_commands.json":
            f'[{{"directory": "{tmp_path}", "file": "{path}", "command": "clang -c {path}"}}]'})  # fmt: skip
    tree = Tree(tmp_path, tmp_path / "build" / "asan")
    for _ in range(2):  # the second time what was clean is remembered, what was not is found again
        found = lint_tools.clang_tidy(tree)
        assert (found == []) == clean, found


def test_every_rule_has_its_test() -> None:
    tested = {*CASES, "exported-symbols", "generated-deterministic", "clang-tidy"}
    assert {rule.name for rule in lint.RULES} == tested


def test_tool_that_fails_without_a_place_is_a_finding(tmp_path: Path) -> None:
    done = lint_tools.procs.Done(1, "", "the tool fell over")
    assert lint_tools._reported(done, Tree(tmp_path), "tool")


def test_harness_directory_without_a_layer_is_found(tmp_path: Path) -> None:
    found = lint_sources.layers(plant(tmp_path, {"harness/novel/a.c": "\n"}))
    assert "not in the table" in found[0].message
