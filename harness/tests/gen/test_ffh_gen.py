"""What ffh-gen writes: goldens, determinism, the check of a library's symbols, bad input."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from ffh_gen import FOLDER, GOLDEN, Gen

CONTRACT = GOLDEN / "words.h"
# FFH_UPDATE_GOLDEN=1 writes the goldens anew; review the difference before committing it.
UPDATE = os.environ.get("FFH_UPDATE_GOLDEN") == "1"


def _compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if UPDATE:
        path.write_text(text)
    assert text == path.read_text(), f"{path} differs; FFH_UPDATE_GOLDEN=1 writes it anew"


def test_the_golden_contract_uses_every_word(project: Path) -> None:
    table = (project / "harness/gen/words.def").read_text()
    words = re.findall(r"^FFH_WORD\((\w+),", table, re.M)
    vocabulary = (project / "harness/include/ffh/contract.h").read_text()
    used = set(re.findall(r"\bFFH_([A-Z0-9_]+)", CONTRACT.read_text()))
    assert set(words) <= used
    defined = re.findall(r"#define FFH_(\w+?)(?:\(.*?\))? FFH_WORD_\(", vocabulary)
    assert set(defined) == set(words)
    explained = (project / "docs/contract.md").read_text()
    assert [word for word in words if f"FFH_{word}" not in explained] == []


def test_emitted_c_and_model(gen: Gen, tmp_path: Path) -> None:
    assert gen.emit(CONTRACT, tmp_path / "words.c") == (0, "", "")
    _compare("words.c.txt", (tmp_path / "words.c").read_text())
    _compare("words.json", (tmp_path / "words.json").read_text())


def test_ownership_table(gen: Gen) -> None:
    common = (CONTRACT, "--name", "words", "--project", GOLDEN)
    status, table, errors = gen.run("table", *common, *gen.flags())
    assert (status, errors) == (0, "")
    _compare("words.md", table)
    status, text, errors = gen.run("table", *common, "--json", *gen.flags())
    assert (status, errors) == (0, "")
    _compare("words_table.json", text)
    rows = json.loads(text)["rows"]
    assert {row["function"] for row in rows} == {
        function["name"]
        for function in json.loads((GOLDEN / "words.json").read_text())["functions"]
    }


def test_ownership_of_inner_objects(gen: Gen, tmp_path: Path) -> None:
    """What only inner functions create and end has its owners too; what nothing is said of is not made up."""
    contract = tmp_path / "inner.h"
    contract.write_text(
        "#include <ffh/contract.h>\n"
        "typedef struct core core FFH_HANDLE(FFH_SERIAL);\n"
        "typedef struct task task FFH_HANDLE(FFH_CONFINED);\n"
        "FFH_STATUS(0) int run(int how);\n"
        "FFH_LEGACY FFH_CREATES core *core_new(void);\n"
        "FFH_LEGACY void core_end(core *c FFH_CONSUMES);\n"
        "FFH_LEGACY FFH_CREATES FFH_CHILD_OF(c) task *task_new(core *c);\n"
        "FFH_LEGACY void task_end(task *t FFH_CONSUMES);\n"
        "FFH_LEGACY void task_drop(task *t FFH_CONSUMES);\n"
        "FFH_LEGACY const char *core_name(core *c);\n"
        "FFH_LEGACY FFH_RETURNS_STATIC const char *core_version(void);\n"
        "FFH_LEGACY FFH_RETURNS_OWNED(core_free) char *core_text(core *c);\n"
        "FFH_LEGACY void core_free(char *text FFH_CONSUMES);\n"
    )
    status, text, errors = gen.run("table", contract, "--name", "t", "--json", *gen.flags())
    assert (status, errors) == (0, "")
    table = json.loads(text)
    assert (table["functions"], table["inner_functions"]) == (1, 9)
    rows = {(row["function"], row["value"]): [row[key] for key in
            ("allocated_by", "freed_by", "ownership", "valid_until")] for row in table["rows"]}  # fmt: skip
    ends = "task_end, task_drop"
    assert rows["core_new", "result"] == [
        "this call",
        "core_end",
        "owned by the caller",
        "`core_end`",
    ]
    assert rows["core_end", "c"] == ["core_new", "this call", "consumed", "this call"]
    assert rows["core_name", "c"] == ["core_new", "core_end", "borrowed", "the call returns"]
    assert rows["task_new", "result"] == [
        "this call", ends, "owned by the caller, child of `c`", f"`{ends}`"]  # fmt: skip
    assert rows["core_name", "result"] == ["not said"] * 4
    assert rows["core_text", "result"] == [
        "this call",
        "core_free",
        "owned by the caller",
        "`core_free`",
    ]
    assert rows["core_free", "text"] == ["core_text", "this call", "consumed", "this call"]
    assert rows["core_version", "result"] == ["library", "library", "static", "the process ends"]


@pytest.mark.parametrize("contract", [CONTRACT, *sorted((FOLDER / "good").glob("*.h"))], ids=str)
def test_emitted_c_compiles(gen: Gen, tmp_path: Path, contract: Path) -> None:
    out = tmp_path / "target.c"
    assert gen.emit(contract, out)[0] == 0
    json.loads(out.with_suffix(".json").read_text())
    subprocess.run(
        ["clang-19", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{contract.parent}",
         f"-I{gen.project / 'harness/include'}", "-c", out, "-o", tmp_path / "target.o"],
        check=True,
    )  # fmt: skip


def test_the_same_everywhere(gen: Gen, tmp_path: Path) -> None:
    assert gen.emit(CONTRACT, tmp_path / "first.c")[0] == 0
    assert gen.emit(CONTRACT, tmp_path / "second.c", cwd=tmp_path)[0] == 0
    relative = Path(os.path.relpath(CONTRACT, GOLDEN.parent))
    status, _, errors = gen.run(
        *("emit", relative, "--name", "words", "--project", "golden", "-o", tmp_path / "third.c"),
        *gen.flags(),
        cwd=GOLDEN.parent,
    )
    assert (status, errors) == (0, "")
    texts = {(tmp_path / f"{name}.c").read_text() for name in ("first", "second", "third")}
    assert len(texts) == 1
    assert str(gen.project) not in texts.pop()
    assert (tmp_path / "first.json").read_text() == (tmp_path / "second.json").read_text()


def test_symbols(gen: Gen, tmp_path: Path) -> None:
    contract = FOLDER / "good" / "sidecar.h"
    names = ["library_open", "library_read", "library_close", "library_free", "library_forgotten"]
    symbols = tmp_path / "symbols"
    symbols.write_text("\n".join([*names, "library_sort", ""]))
    assert gen.check(contract, "--symbols", symbols) == (0, "", "")
    symbols.write_text("\r\n".join([*names[1:], "library_sort", "library_compare", "library_new"]))
    status, _, shown = gen.check(contract, "--symbols", symbols)
    assert status == 1
    assert re.search(r"good/sidecar.h:\d+:\d+: error: 'library_open' .*\[FFH-C049\]", shown)
    assert re.search(r"library.h:\d+:\d+: error: .*'library_compare'.*\[FFH-C048\]", shown)
    assert re.search(r"good/sidecar.h:1:1: error: .*'library_new'.*\[FFH-C048\]", shown)
    assert shown.count("error:") == 3
    status, _, shown = gen.check(contract, "--symbols", tmp_path / "absent")
    assert status == 1 and "cannot read" in shown


def test_the_free_of_libc_needs_no_symbol(gen: Gen, tmp_path: Path) -> None:
    contract = tmp_path / "contract.h"
    contract.write_text(
        "#include <ffh/contract.h>\nFFH_RETURNS_OWNED(free) char *text(void);\n"
        "void free(void *memory FFH_CONSUMES FFH_NULLABLE);\n"
    )
    symbols = tmp_path / "symbols"
    symbols.write_text("text\n")
    assert gen.check(contract, "--symbols", symbols) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "a command, a contract and --name are needed"),
        (["emit", "words.h", "--name", "x"], "emit needs --project and -o"),
        (["frob", "words.h", "--name", "x"], "unknown command frob"),
        (["table", "words.h", "--name"], "a value is missing after --name"),
        (["table", "words.h", "--name", "--", "-I."], "a value is missing after --name"),
        (["table", "absent.h", "--name", "x"], "cannot read absent.h"),
        (["table", "words.h", "also.h", "--name", "x"], "not also also.h"),
        (["table", "words.h", "--name", "x", "--frob"], "unknown option --frob"),
        (["table", "words.h", "--name", "x", "--project", "no"], "no such directory: no"),
        (["table", ".", "--name", "x"], "[FFH-C002]"),
        (
            ["table", "words.h", "--name", "x"],
            "'ffh/contract.h' file not found in: the directory of the file itself [FFH-C075]",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_bad_commands(gen: Gen, arguments: list[str], message: str) -> None:
    status, out, errors = gen.run(*arguments, cwd=GOLDEN)
    assert (status, out) == (1, "")
    assert message in errors


def test_help(gen: Gen) -> None:
    status, out, errors = gen.run("--help")
    assert (status, errors) == (0, "")
    assert "Example:" in out


def test_nothing_is_written_with_errors(gen: Gen, tmp_path: Path) -> None:
    assert gen.emit(FOLDER / "cases" / "c015_pointer.h", tmp_path / "out.c")[0] == 1
    assert list(tmp_path.iterdir()) == []
    status, _, errors = gen.emit(CONTRACT, tmp_path / "absent" / "out.c")
    assert status == 1 and "cannot write" in errors


def test_truncated_contracts(gen: Gen, tmp_path: Path) -> None:
    text = CONTRACT.read_text()
    cut = tmp_path / "cut.h"
    refused = 0
    for size in range(0, len(text), 131):
        cut.write_text(text[:size])
        status, _, shown = gen.run("check", cut, "--name", "t", *gen.flags())
        assert status in (0, 1) and (status == 0 or "[FFH-C" in shown), f"{size}: {shown}"
        refused += status
    assert refused > 30


def test_adversarial_contracts(gen: Gen, tmp_path: Path) -> None:
    include = "#include <ffh/contract.h>\n"
    texts = {
        "deep_pointers": f"{include}void f(int {'*' * 3000}p);\n",
        "deep_brackets": f"{include}void f(int x FFH_RANGE(0, {'(' * 5000}1{')' * 5000}));\n",
        "many_fields": include
        + "".join(f"struct s{i} {{ struct s{i + 1} *a, *b, *c; }};\n" for i in range(40))
        + "struct s40 { int x; };\nvoid f(const struct s0 *p);\n",
        "many_functions": include + "".join(f"void f{i}(void);\n" for i in range(5000)),
        "long_name": f"{include}void {'f' * 100000}(char *{'p' * 100000});\n",
        "binary": f"{include}\x01\x02\x7f\u00ff(((",
        "long_word": f"{include}void f(int x FFH_ENUM({'a' * 100000}));\n",
        "itself": '#include "itself.h"\n',
    }
    for name, text in texts.items():
        path = tmp_path / f"{name}.h"
        path.write_text(text)
        status, _, shown = gen.run("check", path, "--name", "t", *gen.flags())
        assert status == 1, f"{name}: {status} {shown[:500]}"
        assert "[FFH-C" in shown, name


def test_the_fuzz_target_runs(gen: Gen, tmp_path: Path) -> None:
    binary = gen.build / "bin" / "ffh-gen-fuzz"
    assert binary.is_file(), "ffh-gen-fuzz is not built"
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for path in (CONTRACT, *(FOLDER / "cases").glob("*.h"), *(FOLDER / "good").glob("*.h")):
        (seeds / path.name).write_bytes(path.read_bytes())
    done = subprocess.run(
        [binary, "-runs=2000", "-seed=1", "-max_len=8192", "-timeout=20", "-detect_leaks=0",
         f"-artifact_prefix={tmp_path}/", seeds],
        capture_output=True, text=True, timeout=170, check=False, errors="replace",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    assert re.search(r"Done \d{4,} runs", done.stderr)
