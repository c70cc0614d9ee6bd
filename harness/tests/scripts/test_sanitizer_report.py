"""The parser of sanitizer reports against reports of real planted bugs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ffhlib import profile, replayer, rules, sanitizer_report, signature
from ffhlib.sanitizer_report import SanitizerReport

PROJECT = Path(__file__).resolve().parents[3]
FLAGS = ["-g", "-O1", "-fno-omit-frame-pointer", "-fno-sanitize-recover=undefined"]

# mode: (rule, the readable part of the signature, roles of the stacks that must be there)
CASES = {
    "double_free": ("FFH-DOUBLE-FREE", "lib_double_free", {"second free", "free", "allocation"}),
    "use_after_free": ("FFH-USE-AFTER-FREE", "lib_use_after_free", {"use", "free", "allocation"}),
    "heap_overflow": ("FFH-HEAP-OVERFLOW", "lib_heap_overflow", {"use", "allocation"}),
    "stack_buffer": ("FFH-STACK-BUFFER", "lib_stack_buffer", {"use", "variable"}),
    "global_overflow": ("FFH-GLOBAL-OVERFLOW", "lib_global_overflow", {"use"}),
    "stack_overflow": ("FFH-STACK-OVERFLOW", "lib_stack_overflow", {"crash"}),
    "invalid_free": ("FFH-INVALID-FREE", "lib_invalid_free", {"free", "allocation"}),
    "free_mismatch": ("FFH-FREE-MISMATCH", "lib_free_mismatch", {"free", "allocation"}),
    "new_delete_size": ("FFH-FREE-MISMATCH", "lib_new_delete_size", {"allocation"}),
    "null_deref": ("FFH-NULL-DEREF", "lib_null_deref", {"crash"}),
    "wild": ("FFH-SEGV", "lib_wild", {"crash"}),
    "ub_add": ("FFH-UB", "lib_ub_add", {"crash"}),
    "ub_shift": ("FFH-UB", "lib_ub_shift", {"crash"}),
    "ub_null": ("FFH-NULL-DEREF", "lib_ub_null", {"crash"}),
    "divide": ("FFH-UB", "lib_divide", {"crash"}),
    "abort": ("FFH-ABORT", "lib_abort", {"crash"}),
    "assert": ("FFH-ABORT", "lib_assert", {"crash"}),
    "throw": ("FFH-UNWIND", "lib_throw", {"crash"}),
    "trap": ("FFH-SEGV", "lib_trap", {"crash"}),
    "negative_size": ("FFH-UB", "lib_negative_size", {"crash"}),
    "use_after_return": ("FFH-USE-AFTER-FREE", "lib_use_after_return", {"use", "variable"}),
    "use_after_scope": ("FFH-USE-AFTER-FREE", "lib_use_after_scope", {"use", "variable"}),
    "leak": ("FFH-LEAK", "lib_leak", {"leak"}),
    "thread_uaf": ("FFH-USE-AFTER-FREE", "touch", {"use", "free", "allocation", "creation"}),
    "strict_string": ("FFH-HEAP-OVERFLOW", "lib_strict_string", {"use", "allocation"}),
    "new_too_big": ("FFH-OOM", "lib_new_too_big", {"crash"}),
}
THREAD_CASES = {
    "race": ("FFH-DATA-RACE", "lib_add", {"use", "earlier use", "creation"}),
    "use_after_free": ("FFH-USE-AFTER-FREE", "lib_use_after_free", {"use", "earlier use"}),
    "thread_uaf": ("FFH-USE-AFTER-FREE", "touch", {"use", "earlier use", "creation"}),
    "null_deref": ("FFH-NULL-DEREF", "lib_null_deref", {"crash"}),
    "trap": ("FFH-SEGV", "lib_trap", {"crash"}),
    "abort": ("FFH-ABORT", "lib_abort", {"crash"}),
    "throw": ("FFH-UNWIND", "lib_throw", {"crash"}),
}
FUZZ_CASES = {
    "double_free": "FFH-DOUBLE-FREE",
    "ub_add": "FFH-UB",
    "throw": "FFH-UNWIND",
    "abort": "FFH-ABORT",
    "exit": "FFH-EXIT",
    "hang": "FFH-TIMEOUT",
    "oom": "FFH-OOM",
}


def _build(out: Path, *flags: str) -> Path:
    compiler = shutil.which("clang++-19")
    assert compiler, "clang++-19 is missing; run scripts/ffh doctor"
    source = Path(__file__).with_name("planted.cc")
    subprocess.run([compiler, *FLAGS, *flags, str(source), "-o", str(out)], check=True, timeout=120)
    return out


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("planted")
    return {
        "asan": _build(folder / "asan", "-fsanitize=address,undefined"),
        "fuzz": _build(folder / "fuzz", "-fsanitize=fuzzer,address,undefined", "-DPLANTED_FUZZ"),
        "plain": _build(folder / "plain"),
        "tsan": _build(folder / "tsan", "-fsanitize=thread"),
    }


def _environment() -> dict[str, str]:
    env = profile.environment("asan", PROJECT)
    env["ASAN_OPTIONS"] += ":leak_check_at_exit=1"  # these programs have no runtime that checks
    return env


@pytest.mark.parametrize("mode", sorted(CASES))
def test_asan_report(planted: dict[str, Path], mode: str) -> None:
    rule, place, roles = CASES[mode]
    code, output = replayer.capture([str(planted["asan"]), mode], _environment(), 60)
    assert code == 2, output
    report = sanitizer_report.parse(output)
    assert report is not None, output
    assert report.rule == rule, output
    assert roles <= {stack.role for stack in report.stacks}, output
    name = signature.make(report.rule, report)
    assert name.startswith(f"{rule}-{place}-"), name
    _, again = replayer.capture([str(planted["asan"]), mode], _environment(), 60)
    second = sanitizer_report.parse(again)
    assert second and signature.make(second.rule, second) == name


def _thread_report(program: Path, mode: str) -> SanitizerReport:
    env = profile.environment("tsan", PROJECT)
    code, output = replayer.capture([str(program), mode], env, 60)
    assert code == 2, output
    report = sanitizer_report.parse(output)
    assert report is not None, output
    return report


@pytest.mark.parametrize("mode", sorted(THREAD_CASES))
def test_tsan_report(planted: dict[str, Path], mode: str) -> None:
    rule, place, roles = THREAD_CASES[mode]
    report = _thread_report(planted["tsan"], mode)
    assert report.rule == rule, report
    assert roles <= {stack.role for stack in report.stacks}, report
    assert signature.make(report.rule, report).startswith(f"{rule}-{place}-"), report


def test_a_race_has_one_signature_and_names_the_lanes(planted: dict[str, Path]) -> None:
    for mode, lanes in (("race", ("lane A", "lane B")), ("race_swapped", ("lane B", "lane A"))):
        report = _thread_report(planted["tsan"], mode)
        use, earlier = report.stack("use"), report.stack("earlier use")
        assert use and earlier and (use.thread, earlier.thread) == lanes, report
        assert report.headline == "ThreadSanitizer: data race"
        assert use.frames[0].location.split("/")[-1].startswith("planted.cc:"), use
    names = {
        signature.make("FFH-DATA-RACE", _thread_report(planted["tsan"], mode))
        for mode in ("race", "race_swapped")
    }
    assert len(names) == 1, names


@pytest.mark.parametrize("flavor", ["asan", "tsan"])
def test_a_sound_program_has_no_report(planted: dict[str, Path], flavor: str) -> None:
    env = _environment() if flavor == "asan" else profile.environment(flavor, PROJECT)
    code, output = replayer.capture([str(planted[flavor]), "quiet"], env, 60)
    assert (code, sanitizer_report.parse(output)) == (0, None), output


@pytest.mark.parametrize("mode", sorted(FUZZ_CASES))
def test_libfuzzer_saves_the_input(planted: dict[str, Path], mode: str, tmp_path: Path) -> None:
    env = {**profile.environment("asan", PROJECT), "PLANTED_MODE": mode}
    code, output = replayer.capture(
        [
            str(planted["fuzz"]),
            f"-timeout={1 if mode == 'hang' else 30}",
            "-rss_limit_mb=512",
            "-detect_leaks=0",
            "-runs=10",
            "-error_exitcode=2",
            "-timeout_exitcode=2",
            f"-artifact_prefix={tmp_path}/",
        ],
        env,
        60,
    )
    assert code == (71 if mode == "oom" else 2), output
    assert len(list(tmp_path.iterdir())) == 1, output
    report = sanitizer_report.parse(output)
    assert report and report.rule == FUZZ_CASES[mode], output
    outcome = replayer.classify(code, output, {})
    assert outcome.kind == replayer.FINDING
    assert outcome.signature.startswith(f"{FUZZ_CASES[mode]}-lib_{mode}"), outcome.signature


@pytest.mark.parametrize(
    ("mode", "rule"),
    [
        ("double_free", "FFH-DOUBLE-FREE"),
        ("invalid_free", "FFH-INVALID-FREE"),
        ("throw", "FFH-UNWIND"),
        ("assert", "FFH-ABORT"),
        ("abort", "FFH-ABORT"),
        ("wild", "FFH-SEGV"),
        ("trap", "FFH-SEGV"),
    ],
)
def test_without_a_sanitizer(planted: dict[str, Path], mode: str, rule: str) -> None:
    code, output = replayer.capture([str(planted["plain"]), mode], dict(os.environ), 60)
    assert code is not None and code < 0, output
    assert replayer.classify(code, output, {}).rule == rule, output


def test_rust_panic_at_the_boundary(tmp_path: Path) -> None:
    rustc = shutil.which("rustc")
    assert rustc, "rustc is missing; run scripts/ffh doctor"
    source = tmp_path / "panic.rs"
    source.write_text(
        '#[inline(never)] extern "C" fn lib_panic(n: usize) -> u8 '
        "{ [1u8, 2][std::hint::black_box(n)] }\n"
        "fn main() { std::process::exit(lib_panic(7) as i32) }\n"
    )
    subprocess.run(
        [rustc, "-g", str(source), "-o", str(tmp_path / "panic")], check=True, timeout=120
    )
    code, output = replayer.capture([str(tmp_path / "panic")], dict(os.environ), 60)
    outcome = replayer.classify(code, output, {})
    assert (outcome.kind, outcome.rule) == (replayer.FINDING, "FFH-UNWIND"), output


def test_a_caught_panic_is_not_an_error() -> None:
    assert sanitizer_report.parse("thread 'main' panicked at src/lib.rs:3:5:\nboom\n") is None


def test_a_panic_is_told_in_its_own_words() -> None:
    text = (
        "thread 'main' panicked at src/lib.rs:3:5:\ncaught long ago\n"
        "thread '<unnamed>' (28744) panicked at src/lib.rs:17:9:\nthe index is 4\n"
        "thread '<unnamed>' (28744) panicked at core/src/panicking.rs:225:5:\n"
        "panic in a function that cannot unwind\n"
        "==7==ERROR: AddressSanitizer: ABRT on unknown address 0x000000007000 (pc 0x7f T4)\n"
        "    #0 0x7f in abort stdlib/abort.c:79:7\n"
        "    #1 0x7f in core::panicking::panic_cannot_unwind core/src/panicking.rs:225:5\n"
    )
    report = sanitizer_report.parse(text)
    assert report and report.rule == "FFH-UNWIND"
    assert report.headline == "Rust panicked at src/lib.rs:17:9: the index is 4"


def test_a_check_that_only_aborts_is_no_escaping_panic() -> None:
    report = sanitizer_report.parse(
        "thread '<unnamed>' (28744) panicked at src/lib.rs:17:9:\n"
        "unsafe precondition(s) violated: slice::from_raw_parts requires the pointer\n"
        "thread caused non-unwinding panic. aborting.\n"
        "==7==ERROR: AddressSanitizer: ABRT on unknown address 0x000000007000 (pc 0x7f T4)\n"
        "    #0 0x7f in abort stdlib/abort.c:79:7\n"
        "    #1 0x7f in core::panicking::panic_nounwind core/src/panicking.rs:225:5\n"
        "    #2 0x7f in sum_add src/lib.rs:17:9\n"
    )
    assert report and report.rule == "FFH-ABORT"
    assert report.headline.startswith("Rust panicked at src/lib.rs:17:9: unsafe precondition")


def test_an_abort_on_a_rust_thread_is_no_panic() -> None:
    report = sanitizer_report.parse(
        "==7==ERROR: AddressSanitizer: ABRT on unknown address 0x000000007000 (pc 0x7f T4)\n"
        "    #0 0x7f in abort stdlib/abort.c:79:7\n"
        "    #1 0x7f in std::process::abort std/src/process.rs:2500:5\n"
        "    #2 0x7f in suite::fail src/lib.rs:42:5\n"
        "    #3 0x7f in std::panicking::try::do_call std/src/panicking.rs:581:40\n"
        "    #4 0x7f in std::panicking::catch_unwind std/src/panicking.rs:544:19\n"
    )
    assert report and report.rule == "FFH-ABORT"


def test_rust_prints_no_backtrace_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads the memory map, and how long that is differs between runs."""
    monkeypatch.setenv("RUST_BACKTRACE", "full")
    env = profile.environment("asan", PROJECT)
    assert env["RUST_BACKTRACE"] == env["RUST_LIB_BACKTRACE"] == "0"


def test_internal_error_wins_over_everything() -> None:
    text = "FFH-INTERNAL sched.c:12: lane < lanes\n==1==ERROR: AddressSanitizer: ABRT on 0x1\n"
    report = sanitizer_report.parse(text)
    assert report and report.internal
    assert replayer.classify(2, text, {}).kind == replayer.INTERNAL


@pytest.mark.parametrize(
    ("code", "output", "kind"),
    [
        (127, "x-fuzz: error while loading shared libraries: libx.so: cannot open", "usage"),
        (1, "ffihammer: cannot start: no private directory can be made", "usage"),
        (1, "the library said something and ended the process", "finding"),
        (3, "FFH-INTERNAL run.c:1: broken", "internal"),
        (3, "the library chose 3", "finding"),
        (None, "", "finding"),
    ],
)
def test_exit_codes(code: int | None, output: str, kind: str) -> None:
    assert replayer.classify(code, output, {}, complete=False).kind == kind


def test_unknown_error_is_unclassified() -> None:
    report = sanitizer_report.parse(
        "==7==ERROR: AddressSanitizer: a-new-kind of error\n    #0 0x1 in f a.c:1\n"
    )
    assert report and report.rule == rules.UNCLASSIFIED


def test_normalise() -> None:
    cases = {
        "leveldb::DBImpl::Get(leveldb::ReadOptions const&, std::string*)": "leveldb::DBImpl::Get",
        "std::vector<int, std::allocator<int>>::push_back(int&&)": "std::vector::push_back",
        "(anonymous namespace)::Table::read(char const*)": "anonymous::Table::read",
        "lib::run::h0123456789abcdef": "lib::run",
        "encode.llvm.1234": "encode",
        "void ns::call<int>(int)": "ns::call",
        "plain_c_function": "plain_c_function",
    }
    for name, expected in cases.items():
        assert signature.normalise(name) == expected


def test_signature_is_a_file_name() -> None:
    assert signature.make("FFH-STATUS", None, "../../etc/passwd\0$(x)").startswith(
        "FFH-STATUS-etc_passwd_x-"
    )


def test_every_rule_of_rules_def_is_read() -> None:
    known = rules.load()
    assert len(known) >= 20
    assert all(rule.meaning and rule.advice for rule in known.values())


def test_a_broken_rules_def_is_refused() -> None:
    with pytest.raises(rules.RulesError, match="2 rules begin but 1 can be read"):
        rules.parse('FFH_RULE(A, "A", error, "m", "w", "")\nFFH_RULE(B, "B", error, "m")\n')
