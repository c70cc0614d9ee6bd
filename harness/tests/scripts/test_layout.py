"""Layouts of a contract against libraries that are compiled here: C, C++ and Rust, archives and shared."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ffhlib import dwarf, layout, layout_check, replayer

CONTRACT = """
#include <stdint.h>
enum mode { MODE_SLOW = 1, MODE_FAST = 2 };
typedef struct point { int32_t x; int32_t y; } point;
typedef struct job {
  struct point at;
  uint32_t mode;
  double weights[3];
  unsigned urgent : 1;
  unsigned level : 5;
  struct job *next;
} job;
typedef struct store store;
store *store_open(const job *first);
int store_put(store *self, const job *item, enum mode how);
int store_each(store *self, int (*visit)(const job *item, void *data), void *data);
double store_sum(const store *self);
"""
FUNCTIONS = ("store_open", "store_put", "store_each", "store_sum")
BODY = """
struct store { int used; double hidden; };
store *store_open(const job *first) { (void)first; return 0; }
int store_put(store *self, const job *item, enum mode how) { (void)self; (void)item; return how; }
int store_each(store *self, int (*visit)(const job *item, void *data), void *data) {
  (void)self; return visit(0, data);
}
double store_sum(const store *self) { (void)self; return 0; }
"""


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


class Case:
    """A contract and a library of one source."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "contract.h").write_text(CONTRACT, encoding="utf-8")
        self.library = folder / "library.a"

    def target(self, functions: tuple[str, ...] = FUNCTIONS) -> dict[str, Any]:
        model = self.folder / "model.json"
        model.write_text(json.dumps({"functions": [{"name": name} for name in functions]}))
        return {
            "name": "case",
            "contract": str(self.folder / "contract.h"),
            "flags": [],
            "libraries": [str(self.library)],
            "model": str(model),
        }

    def archive(self, text: str, *options: str, suffix: str = ".c") -> None:
        source, built = self.folder / f"source{suffix}", self.folder / "built.o"
        source.write_text(text, encoding="utf-8")
        driver = "clang++-19" if suffix == ".cpp" else "clang-19"
        run(driver, "-g", "-O1", *options, "-c", source, "-o", built)
        self.library.unlink(missing_ok=True)
        run("llvm-ar-19", "rcs", self.library, built)

    def shared(self, text: str, *options: str) -> None:
        source = self.folder / "source.c"
        source.write_text(text, encoding="utf-8")
        self.library = self.folder / "library.so"
        run("clang-19", "-g", "-O1", "-fPIC", "-shared", *options, source, "-o", self.library)

    def check(self) -> layout.Compared:
        return layout.check(self.target())


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def told(compared: layout.Compared) -> list[tuple[str, str, str]]:
    return [(one.what, one.contract, one.library) for one in compared.differences]


def changed(old: str, new: str) -> str:
    assert old in CONTRACT
    return CONTRACT.replace(old, new) + BODY


def test_the_same_header_agrees(case: Case) -> None:
    case.archive(CONTRACT + BODY)
    compared = case.check()
    assert told(compared) == []
    assert compared.checked == sorted(FUNCTIONS)
    assert compared.unchecked == []


def test_a_field_in_the_middle_moves_the_others(case: Case) -> None:
    case.archive(changed("uint32_t mode;", "uint32_t mode; uint64_t added;"))
    found = told(case.check())
    assert ("struct job, size", "56 bytes", "64 bytes") in found
    assert ("struct job, field added", "no such field", "8 bytes at 16") in found
    assert ("struct job, field weights", "24 bytes at 16", "24 bytes at 24") in found
    assert all(what != "struct job, field mode" for what, _, _ in found)


def test_a_difference_is_told_with_both_places_once(case: Case) -> None:
    case.archive(changed("int32_t y; }", "int64_t y; }"))
    compared = case.check()
    (field,) = [one for one in compared.differences if one.what == "struct point, field y"]
    assert (field.contract, field.library) == ("4 bytes at 4", "8 bytes at 8")
    assert field.contract_place.endswith("contract.h:4")
    assert field.library_place.endswith("source.c:4")
    assert field.function == "store_each"  # the first by name that carries it, in a callback


def test_bit_fields_and_enumerators(case: Case) -> None:
    case.archive(
        changed("unsigned level : 5", "unsigned level : 6").replace(
            "MODE_FAST = 2", "MODE_FAST = 3, MODE_IDLE = 4"
        )
    )
    found = told(case.check())
    assert ("struct job, field level", "bits 321 to 325", "bits 321 to 326") in found
    assert ("enum mode, MODE_FAST", "2", "3") in found
    assert ("enum mode, MODE_IDLE", "no such value", "4") in found
    assert len(found) == 3


def test_what_an_opaque_handle_holds_is_the_librarys(case: Case) -> None:
    case.archive(CONTRACT + BODY.replace("int used;", "int used[40];"))
    assert told(case.check()) == []


def test_parameters_and_results(case: Case) -> None:
    text = CONTRACT + BODY
    text = text.replace("int store_put(store *self, const job *item, enum mode how)",
                        "int store_put(store *self, const job *item, enum mode how, int more)")  # fmt: skip
    case.archive(text.replace("double store_sum", "float store_sum"))
    assert told(case.check()) == [
        ("store_put, parameters", "3", "4"),
        ("store_sum, result, size", "8 bytes", "4 bytes"),
    ]


def test_packing_is_seen(case: Case) -> None:
    case.archive(CONTRACT + BODY, "-fpack-struct=1")
    assert "struct job, size" in [what for what, _, _ in told(case.check())]


def test_a_shared_library(case: Case) -> None:
    case.shared(changed("double weights[3]", "double weights[4]"))
    found = told(case.check())
    assert ("struct job, field weights", "24 bytes at 16", "32 bytes at 16") in found


def test_thread_local_variables_do_not_disturb(case: Case) -> None:
    body = BODY.replace("{ (void)self; return 0; }", "{ (void)self; return last++; }")
    case.archive(f"{CONTRACT}_Thread_local int last;\n{body}")
    assert told(case.check()) == []


CXX = """
#include <cstdint>
namespace inner {
struct Point { int32_t x; int16_t y; int16_t z; };
enum class Mode : uint32_t { kSlow = 1, kFast = 2 };
struct Job {
  Point at; uint32_t mode; double weights[3]; unsigned urgent : 1; unsigned level : 5; Job *next;
};
struct Store { int32_t used; };
extern "C" {
int32_t store_put(Store *self, const Job *item, Mode how) {
  return self->used + item->at.x + static_cast<int32_t>(how);
}
double store_sum(const Store *self) { return self->used; }
}
}
"""


def test_cxx_with_types_of_another_name(case: Case) -> None:
    case.archive(CXX, suffix=".cpp")
    compared = case.check()
    assert compared.checked == ["store_put", "store_sum"]
    assert told(compared) == [
        ("struct point, field y", "4 bytes at 4", "2 bytes at 4"),
        ("struct point, field z", "no such field", "2 bytes at 6"),
    ]
    assert compared.unchecked == []


def test_what_a_library_only_names_is_not_checked(case: Case) -> None:
    case.archive(CXX.replace("item->at.x", "(item != nullptr)"), suffix=".cpp")
    compared = case.check()
    assert told(compared) == []
    assert compared.unchecked == ["struct job: the debug information has only its name"]


@pytest.mark.skipif(shutil.which("rustc") is None, reason="needs rustc")
@pytest.mark.parametrize("weights", [3, 2])
def test_rust(case: Case, weights: int) -> None:
    source = case.folder / "source.rs"
    source.write_text(f"""
#[repr(C)] pub struct Point {{ x: i32, y: i32 }}
#[repr(u32)] #[derive(Clone, Copy)] pub enum Mode {{ Slow = 1, Fast = 2 }}
#[repr(C)] pub struct Bits(u32);
#[repr(C)] pub struct Job {{ at: Point, mode: u32, weights: [f64; {weights}], bits: Bits, next: *mut Job }}
pub struct Store {{ used: u64 }}
#[no_mangle] pub extern "C" fn store_open(_first: *const Job) -> Option<Box<Store>> {{ None }}
#[no_mangle] pub unsafe extern "C" fn store_put(_s: *mut Store, _item: &Job, how: Mode) -> i32 {{ how as i32 }}
#[no_mangle] pub extern "C" fn store_sum(s: &Store) -> f64 {{ s.used as f64 }}
""", encoding="utf-8")  # fmt: skip
    text = CONTRACT.replace("unsigned urgent : 1;\n  unsigned level : 5;", "uint32_t bits;")
    (case.folder / "contract.h").write_text(text, encoding="utf-8")
    run("rustc", "--crate-type=staticlib", "-Cdebuginfo=2", "-Copt-level=1", "--edition=2021",
        source, "-o", case.library)  # fmt: skip
    compared = layout.check(case.target(("store_open", "store_put", "store_sum")))
    assert compared.checked == ["store_open", "store_put", "store_sum"]
    if weights == 3:
        assert told(compared) == []
    else:
        assert ("struct job, field weights", "24 bytes at 16", "16 bytes at 16") in told(compared)


def test_a_library_without_debug_information_is_not_checked(case: Case) -> None:
    case.archive(changed("int32_t y; }", "int64_t y; }"), "-g0")
    compared = case.check()
    assert (compared.differences, compared.checked) == ([], [])
    (line,) = layout.lines(compared)
    assert line.startswith("not checked: library.a(built.o) has no debug information")


def test_line_tables_alone_say_nothing_about_types(case: Case) -> None:
    case.archive(changed("int32_t y; }", "int64_t y; }"), "-g1")
    compared = case.check()
    assert (compared.differences, compared.checked) == ([], [])
    assert compared.unchecked


def test_a_stripped_shared_library_is_not_checked(case: Case) -> None:
    case.shared(changed("int32_t y; }", "int64_t y; }"), "-s")
    assert "has no debug information" in layout.lines(case.check())[0]


def test_what_is_no_library_is_an_error(case: Case) -> None:
    case.library.write_bytes(b"!<arch>\nnothing of the kind" + bytes(60))
    with pytest.raises(dwarf.DwarfError, match=r"cannot read .*library\.a"):
        case.check()


def test_a_contract_that_does_not_compile_is_an_error(case: Case) -> None:
    case.archive(CONTRACT + BODY)
    (case.folder / "contract.h").write_text("struct {", encoding="utf-8")
    with pytest.raises(layout.LayoutError, match="cannot be compiled"):
        case.check()


def test_it_is_compared_once_for_each_build(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.archive(changed("int32_t y; }", "int64_t y; }"))
    first = layout.cached(case.target())
    assert first.differences
    counted: list[int] = []
    real = layout.check
    monkeypatch.setattr(layout, "check", lambda content: counted.append(1) or real(content))
    assert layout.cached(case.target()) == first
    assert not counted
    case.archive(CONTRACT + BODY)
    assert layout.cached(case.target()).differences == []
    assert counted


def test_the_outcome_names_the_rule_and_every_difference(case: Case) -> None:
    case.archive(changed("int32_t y; }", "int64_t y; }"))
    said = layout_check.outcome(case.check())
    assert (said.kind, said.rule) == (replayer.FINDING, "FFH-LAYOUT")
    assert said.signature.startswith("FFH-LAYOUT-store_each-")
    assert len(said.report["evidence"]) > 1
    case.archive(CONTRACT + BODY)
    assert layout_check.outcome(case.check()).kind == replayer.NOTHING
