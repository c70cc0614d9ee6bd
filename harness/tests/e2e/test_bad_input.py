"""Bad input: each kind gets one clear message and the right exit code, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import ffhlib.target
import pytest
from ffh_e2e import FFH, environment, ffh, fuzz, plan
from ffhlib import corpus, paths, profile, replayer
from ffhlib.findings import Finding, Findings
from ffhlib.replayer import FINDING, Outcome
from ffhlib.results import Results

# function of misbehave: (exit code, the words that must be said)
MISBEHAVIOUR = {
    "well": (0, "nothing found"),
    "hang": (2, "FFH-LIVELOCK-misbehave_hang-"),
    "abort": (2, "FFH-ABORT-misbehave_abort-"),
    "exit": (2, "FFH-EXIT-"),
    "quick_exit": (2, "FFH-EXIT-"),
    "throw": (2, "FFH-UNWIND-misbehave_throw-"),
    "exhaust_memory": (2, "FFH-OOM-"),
    "start_thread": (2, "FFH-THREAD-LEFT"),
    "again": (0, "nothing found"),
    "overflow_stack": (2, "FFH-STACK-OVERFLOW-"),
    "null": (2, "FFH-NULL-DEREF-misbehave_null-"),
    "leak": (2, "FFH-LEAK-"),
    "use_after_free": (2, "FFH-USE-AFTER-FREE-misbehave_use_after_free-"),
    "fork": (0, "nothing found"),
    "fork_exit": (0, "nothing found"),
    "fork_abort": (0, "nothing found"),
    "fork_null": (0, "nothing found"),
    "fork_free": (0, "nothing found"),
    "fork_return": (0, "nothing found"),
    "unload": (0, "nothing found"),
    "unload_covered": (0, "nothing found"),
    "unload_leak": (2, "FFH-LEAK-"),
    "status": (2, "FFH-STATUS-misbehave_status-"),
}


def misbehave(folder: Path, function: str) -> Path:
    return plan(
        folder,
        "misbehave",
        "A: h0 = misbehave_create()",
        f"A: misbehave_{function}(self=h0)",
        "A: misbehave_destroy(self=h0)",
    )


def misbehave_malloc(folder: Path) -> Path:
    return plan(folder, "misbehave-malloc", "A: h0 = misbehave_create()")


@pytest.mark.parametrize("function", sorted(MISBEHAVIOUR))
def test_misbehaviour_is_named(function: str, tmp_path: Path) -> None:
    code, words = MISBEHAVIOUR[function]
    done = ffh("repro", misbehave(tmp_path, function), "--timeout", "20")
    assert done.code == code, done.text
    assert words in done.out, done.text
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "function", [name for name in MISBEHAVIOUR if name.startswith(("fork", "unload"))]
)
def test_a_fuzz_process_with_children_or_plugins(function: str, tmp_path: Path) -> None:
    """What a child does is neither said nor saved; what the parent finds is said."""
    target = ffhlib.target.load("misbehave")
    env = profile.environment("asan", paths.PROJECT)
    data = tmp_path / "data"
    assert replayer.compile_text(target.replay, misbehave(tmp_path, function), data, env)[0] == 0
    done = subprocess.run(
        [target.fuzz, "-runs=3", f"-artifact_prefix={tmp_path}/saved-", data],
        env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    finds = MISBEHAVIOUR[function][0] != 0
    assert (done.returncode != 0) == finds, done.stderr
    assert ("ERROR: " in done.stderr) == finds
    assert not list(tmp_path.glob("saved-*"))
    assert done.stderr.count("Executed ") == (not finds)
    kept = "libmisbehave-covered.so, which is built with coverage, so it stays loaded"
    assert done.stderr.count(kept) == (function == "unload_covered")


def test_a_checker_that_is_silent_stops_every_command(tmp_path: Path) -> None:
    words = "start-up self-test: the checker of crossings is silent"
    text = plan(tmp_path, "misbehave-crippled", "A: h0 = misbehave_create()")
    done = ffh("repro", text)
    assert (done.code, "FFH-INTERNAL" in done.out) == (3, True), done.text
    assert words in done.out
    done, entry = fuzz("misbehave-crippled", 5, tmp_path)
    assert done.code == 3, done.text
    assert words in done.err
    assert (entry["runs"], entry["findings"]) == (0, [])
    target = ffhlib.target.load("misbehave-crippled")
    env = profile.environment("asan", paths.PROJECT)
    code, output = replayer.capture([str(target.replay), "--self-test"], env, 30)
    assert (code, words in output) == (3, True), output


def triaged(name: str, text: Path, rule: str, folder: Path) -> Finding:
    """What becomes of an input for which the fuzz process has said `rule`."""
    target = ffhlib.target.load(name)
    env = profile.environment("asan", paths.PROJECT)
    data = folder / "input"
    assert replayer.compile_text(target.replay, text, data, env)[0] == 0
    found = Findings(Results(folder, "run", "0"), paths.PROJECT)
    first = Outcome(FINDING, 2, rule=rule, signature=f"{rule}-first")
    finding = found.triage(target, data.read_bytes(), first, env, folder, 20)
    assert finding is not None
    return finding


def test_a_finding_of_a_warm_process_is_kept_warm(tmp_path: Path) -> None:
    finding = triaged("misbehave", misbehave(tmp_path, "again"), "FFH-ABORT", tmp_path)
    assert (finding.rule, finding.reproduced, finding.replays) == ("FFH-ABORT", 3, 3)
    assert " warm=1" in (finding.path / "plan.txt").read_text()
    assert ffh("repro", finding.path, "--times", "3").code == 2


def test_a_finding_of_another_schedule_is_hunted(tmp_path: Path) -> None:
    plans = paths.PROJECT / "harness" / "tests" / "rules" / "plans"
    lines = (plans / "FFH-DEADLOCK_violates.plan").read_text().splitlines()
    text = tmp_path / "quiet.plan"
    text.write_text("\n".join([line for line in lines if not line.startswith("switch")]) + "\n")
    assert ffh("repro", text).code == 0
    finding = triaged("rules", text, "FFH-DEADLOCK", tmp_path)
    assert (finding.rule, finding.reproduced, finding.replays) == ("FFH-DEADLOCK", 3, 3)


def test_runs_that_disagree(tmp_path: Path) -> None:
    done = ffh("repro", misbehave(tmp_path, "sometimes"), "--times", "16")
    assert done.code == 3, done.text
    assert "the runs disagree" in done.out
    assert "nothing found" in done.out
    difference = next(line for line in done.out.splitlines() if line.startswith("first difference"))
    assert "A sleep at misbehave_sometimes misbehave.cpp:" in difference


@pytest.mark.slow
def test_a_run_survives_a_target_that_misbehaves(tmp_path: Path) -> None:
    rules: set[str] = set()
    for seed in range(3, 11):  # how far one run comes depends on the machine
        done, entry = fuzz("misbehave", 12, tmp_path, "--timeout", "2", "--seed", str(seed))
        assert done.code == 2, done.text
        for finding in entry["findings"]:
            assert (Path(finding["path"]) / "report.txt").is_file()
        rules |= {finding["rule"] for finding in entry["findings"]}
        if len(rules) >= 4:
            break
    assert len(rules) >= 4, rules


def test_a_target_that_dies_at_start(tmp_path: Path) -> None:
    done, entry = fuzz("misbehave-start", 5, tmp_path)
    assert done.code == 2, done.text
    assert [finding["rule"] for finding in entry["findings"]] == ["FFH-START"]
    assert "ended before its first input" in entry["findings"][0]["message"]
    assert (Path(entry["findings"][0]["path"]) / "log").stat().st_size > 0


def test_a_target_that_replaces_malloc(tmp_path: Path) -> None:
    done = ffh("repro", misbehave_malloc(tmp_path))
    assert done.code == 1, done.text
    assert "the target replaces malloc and free: what it allocates is not seen" in done.text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "no-such-target"], "unknown target 'no-such-target'"),
        (["run", "pricng"], "did you mean pricing?"),
        (["run", "pricing", "--no-such-flag"], "--no-such-flag"),
        (["run", "pricing", "--lanes", "65"], "at most 64"),
        (["run", "pricing", "--time", "soon"], "'soon' is not a whole number"),
        (["repro", "no/such/file"], "No such file"),
        (["show", "no/such/file"], "No such file"),
        (["plan", "compile", "no/such/file"], "No such file"),
    ],
)
def test_usage_errors(arguments: list[str], words: str) -> None:
    done = ffh(*arguments)
    assert done.code == 1, done.text
    assert words in done.err
    assert "Traceback" not in done.err


def header(target: str, version: bytes = b"\x01") -> bytes:
    return b"FFH" + version + corpus.target_id(target).to_bytes(4, "little")


def test_a_file_finds_its_own_target(tmp_path: Path) -> None:
    text = plan(
        tmp_path, "misbehave", "A: h0 = misbehave_create()", "A: misbehave_destroy(self=h0)"
    )
    binary = tmp_path / "any-name"
    assert ffh("plan", "compile", text, "-o", binary).code == 0
    assert binary.read_bytes()[:8] == header("misbehave")
    done = ffh("repro", binary, "--json")
    assert (done.code, json.loads(done.out)["target"]) == (0, "misbehave")
    done = ffh("repro", binary, "--target", "pricing")
    assert done.code == 1
    assert "is a plan of target misbehave, not of pricing" in done.err


@pytest.mark.parametrize("verb", ["repro", "show"])
@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (header("nobody-built-this") + b"\0" * 32, 1, "belongs to a target that is not built"),
        (header("pricing", b"\x09") + b"\0" * 32, 1, "is a plan of format version 9"),
        (b"ffihammer plan 2 target=pricing\n", 1, "is a plan of format version 2"),
        (b"ffihammer plan 1 target=nobody\n", 1, "unknown target 'nobody'"),
        (b"ffihammer plan 1 target=pricing\nA: no_such_function()\n", 1, "no_such_function"),
        (b"", 0, "is empty: an empty plan has nothing to run"),
        (b"\x80\x81 raw bytes", 1, "add --target NAME"),
    ],
)
def test_corpus_files(verb: str, data: bytes, code: int, words: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)
    done = ffh(verb, file)
    assert done.code == code, done.text
    assert words in done.text
    assert "Traceback" not in done.err


def test_raw_bytes_are_a_plan_of_any_target(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"\x80\x81 raw bytes" * 20)
    assert ffh("repro", file, "--target", "pricing").code == 0


@pytest.mark.parametrize("size", [8, 12, 20])
def test_a_file_cut_before_its_first_call(size: int, tmp_path: Path) -> None:
    text = plan(tmp_path, "misbehave", "A: h0 = misbehave_create()")
    binary = tmp_path / "binary"
    assert ffh("plan", "compile", text, "-o", binary).code == 0
    binary.write_bytes(binary.read_bytes()[:size])
    done = ffh("repro", binary)
    assert done.code == 1, done.text
    assert "holds no whole call, so nothing ran" in done.err


@pytest.mark.parametrize("data", [b"", b"FFH", header("misbehave")[:5], header("misbehave"),
                                  header("pricing") + bytes(40), b"replaced" * 9])  # fmt: skip
def test_a_finding_whose_input_was_cut_or_replaced(data: bytes, tmp_path: Path) -> None:
    finding = tmp_path / "findings" / "FFH-STATUS"
    finding.mkdir(parents=True)
    misbehave(tmp_path, "status").rename(finding / "plan.txt")
    (finding / "report.json").write_text('{"target": "misbehave"}')
    assert ffh("plan", "compile", finding / "plan.txt", "-o", finding / "input").code == 0
    done = ffh("repro", finding)
    assert (done.code, "note: " in done.text) == (2, False), done.text
    (finding / "input").write_bytes(data)
    for verb, code in (("repro", 2), ("show", 0)):
        done = ffh(verb, finding)
        assert done.code == code, done.text
        assert "it was cut or replaced; plan.txt is used instead" in done.err
        assert "misbehave_status" in done.out


def test_a_run_is_not_a_finding(tmp_path: Path) -> None:
    for verb in ("repro", "show"):
        done = ffh(verb, tmp_path)
        assert done.code == 1
        assert "is not a finding's directory, and there is no finding in it" in done.err
    finding = tmp_path / "findings" / "FFH-X"
    finding.mkdir(parents=True)
    (finding / "report.json").write_text("{}")
    for verb in ("repro", "show"):
        done = ffh(verb, tmp_path)
        assert done.code == 1
        assert f"is not a finding's directory; its findings are:\n  {finding}" in done.err


def test_a_file_of_100_mb(tmp_path: Path) -> None:
    file = tmp_path / "large"
    with file.open("wb") as stream:
        stream.truncate(100 << 20)
    for verb in ("repro", "show"):
        done = ffh(verb, file, "--target", "pricing")
        assert done.code == 1, done.text
        assert "has 104857600 bytes; an input has at most 1048576" in done.err


def test_show_and_compile_are_inverse(tmp_path: Path) -> None:
    binary, again = tmp_path / "one", tmp_path / "two"
    text = plan(tmp_path, "misbehave", "A: h0 = misbehave_create()", "A: misbehave_well(self=h0)")
    assert ffh("plan", "compile", text, "-o", binary).code == 0
    shown = ffh("show", binary)
    assert shown.code == 0, shown.text
    second = tmp_path / "shown.plan"
    second.write_text(shown.out)
    assert ffh("plan", "compile", second, "-o", again).code == 0
    assert binary.read_bytes() == again.read_bytes()


def test_an_unwritable_results_directory(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    done = ffh("run", "pricing", "--time", "2", "--results", blocked)
    assert done.code == 1, done.text
    assert "cannot write results under" in done.err
    assert "--results DIR" in done.err


@pytest.mark.slow
def test_a_full_results_directory_loses_no_finding(tmp_path: Path) -> None:
    """A disk of 64 KiB that the log fills: the finding goes to a temporary directory."""
    unshare = shutil.which("unshare")
    assert unshare, "unshare is missing (package util-linux)"
    results, kept = tmp_path / "results", tmp_path / "tmp"
    results.mkdir()
    kept.mkdir()
    script = (
        'mount -t tmpfs -o size=64k none "$1" || exit 99; "$2" run pricing-planted --time 12 '
        '--results "$1" --seed 1; code=$?; umount "$1"; exit $code'
    )
    how = ["-m", "--propagation", "unchanged"] if os.geteuid() == 0 else ["-rm"]
    done = subprocess.run(
        # Root needs no user namespace, which a container may forbid; and in a chroot the root directory
        # is no mount point, so that its propagation cannot be changed.
        [unshare, *how, "sh", "-c", script, "sh", str(results), str(FFH)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        env={**environment(), "TMPDIR": str(kept)},
        stdin=subprocess.DEVNULL,
    )
    if done.returncode == 99 or "unshare failed" in done.stderr:
        pytest.skip("this machine does not let a test mount a small disk")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "cannot write results under" in done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    findings = list(kept.glob("ffh-results-*/findings/FFH-DOUBLE-FREE-*/report.json"))
    assert findings, done.stdout + done.stderr
    assert (findings[0].parent / "input").stat().st_size > 0
