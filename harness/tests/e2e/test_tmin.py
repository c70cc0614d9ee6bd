"""ffh tmin on real targets: findings of every sort shrink to what matters and stay the same."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ffh_e2e import FFH, PROJECT, environment, ffh, fuzz
from ffhlib import paths, plantext, profile, replayer, shrink, target

PAD = [
    "B: h7 = box_create()",
    'C: arg_bounds_good(bytes="abcdef")',
    "D: status_good(input=7)",
    "B: heap_overflow_good(self=h7, index=3)",
    "A: ub_good(a=2147483647, b=1)",
    "C: not_rejected_good(bytes=null)",
    "B: box_destroy(self=h7)",
]
SWITCHES = ["switch 1 B", "switch 3 C", "switch 5 D"]


def padded(folder: Path, *calls: str) -> Path:
    """A plan of the rules target with these calls among others on four lanes."""
    path = folder / "padded.plan"
    head = ["ffihammer plan 1 target=rules", "schedule random seed=0x51c2 lanes=4 stickiness=3"]
    path.write_text("\n".join([*head, *PAD[:4], *calls, *PAD[4:], *SWITCHES, ""]))
    return path


def small(path: Path) -> plantext.Plan:
    return plantext.parse(path.read_text())


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("planted")
    done, entry = fuzz("pricing-planted", 10, results, "--seed", "3")
    assert done.code == 2, done.text
    return Path(entry["findings"][0]["path"])


def test_a_fuzzed_finding_shrinks_to_a_few_calls_on_one_lane(planted: Path) -> None:
    assert re.search(
        r"make it smaller:\n  scripts/ffh tmin \S+", (planted / "report.txt").read_text()
    )
    done = ffh("tmin", planted, "--time", "60", timeout=200)
    assert done.code == 2, done.text
    assert f"{planted.name}  10 of 10" in done.out
    assert re.search(r"^after:  [1-4] calls, 1 lane, 0 switches", done.out, re.M), done.out
    folder = planted / "min"
    report = json.loads((folder / "report.json").read_text())
    assert report["signature"] == planted.name
    assert report["reproduced"] == "10 of 10"
    assert report["plan"] == (folder / "plan.txt").read_text()
    text = (folder / "report.txt").read_text()
    assert "replay it:" in text and "make it smaller" not in text
    again = ffh("repro", folder, "--times", "3")
    assert again.code == 2 and f"{planted.name}  3 of 3" in again.out


@pytest.mark.parametrize(
    ("calls", "left"),
    [
        (["C: abort_bad()"], ["abort_bad"]),
        (
            ["A: h0 = box_create()", "A: leak_bad(self=h0)", "A: box_destroy(self=h0)"],
            ["box_create", "leak_bad"],
        ),
        (["D: timeout_bad()"], ["timeout_bad"]),
        (["C: not_rejected_bad(bytes=null)"], ["not_rejected_bad"]),
    ],
    ids=["abort", "leak", "hang", "not-rejected"],
)
def test_a_padded_plan_shrinks_back(calls: list[str], left: list[str], tmp_path: Path) -> None:
    path = padded(tmp_path, *calls)
    out = tmp_path / "small.plan"
    done = ffh(
        "tmin", path, "-o", out, "--timeout", "1" if "timeout_bad" in left else "20", timeout=300
    )
    assert done.code == 2, done.text
    plan = small(out)
    assert [call.function for call in plan.calls] == left
    assert (plan.policy, plan.lanes, plan.switches, plan.seed) == ("fixed", 1, (), 1)
    assert out.read_text() in done.out


def test_a_number_becomes_the_nearest_that_still_fails(tmp_path: Path) -> None:
    path = padded(tmp_path, "A: global_overflow_bad(index=16)")
    done = ffh("tmin", path)
    assert done.code == 2, done.text
    written = path.with_name("padded.plan.min").read_text()
    assert written.splitlines()[2:] == ["A: global_overflow_bad(index=16)"]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("ffihammer plan 1 target=rules\nA: abort_good()\n", 0, "nothing to minimise"),
        ("", 0, "empty plan"),
        ("ffihammer plan 1 target=rules\nA: no_such()\n", 1, "no function no_such"),
        ("ffihammer plan 1 target=nowhere\n", 1, "nowhere"),
    ],
)
def test_an_input_without_a_finding_is_refused(
    text: str, code: int, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "input"
    path.write_text(text)
    done = ffh("tmin", path)
    assert done.code == code, done.text
    assert words in done.text
    assert "Traceback" not in done.text
    assert not path.with_name("input.min").exists()


def test_the_result_never_replaces_its_input(tmp_path: Path) -> None:
    path = padded(tmp_path, "A: abort_bad()")
    before = path.read_text()
    done = ffh("tmin", path, "-o", path)
    assert done.code == 1 and "name another place" in done.err, done.text
    assert path.read_text() == before


def until_smaller(terminal: int, calls: int) -> None:
    """Reads the live line until it speaks of fewer calls."""
    seen = ""
    while not any(int(n) < calls for n in re.findall(r"ffh: (\d+) calls?,", seen)):
        seen += os.read(terminal, 4096).decode(errors="replace")


@pytest.mark.parametrize("how", ["time", "interrupt"])
def test_the_best_so_far_is_kept(how: str, tmp_path: Path) -> None:
    """Each candidate that still hangs takes two seconds: the search goes on for a while."""
    path = padded(tmp_path, "D: timeout_bad()")
    out = tmp_path / "small.plan"
    seconds = "3" if how == "time" else "300"
    terminal, side = pty.openpty()
    process = subprocess.Popen(
        [
            str(FFH),
            "tmin",
            "--no-build",
            str(path),
            "-o",
            str(out),
            "--timeout",
            "2",
            "--time",
            seconds,
        ],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=side,
        text=True,
        start_new_session=True,
    )
    os.close(side)
    if how == "interrupt":
        until_smaller(terminal, len(small(path).calls))
        os.killpg(process.pid, signal.SIGINT)
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 2, printed
    assert ("interrupted" if how == "interrupt" else "3 s are over") in printed
    os.close(terminal)
    plan = small(out)
    assert "timeout_bad" in [call.function for call in plan.calls]
    assert shrink.goodness(plan) < shrink.goodness(small(path))


def test_candidates_with_fewer_calls_lanes_switches_or_bytes_compile(tmp_path: Path) -> None:
    built = target.load("pricing")
    env = profile.environment("asan", paths.PROJECT)
    seeds = sorted((PROJECT / "corpus" / "pricing" / "seeds").iterdir())
    tried = 0
    for seed in seeds[:3]:
        binary, text = tmp_path / "binary", tmp_path / "text"
        assert replayer.compile_text(built.replay, seed, binary, env)[0] == 0
        plan = plantext.parse(replayer.show(built.replay, binary, env)[1])
        plan = shrink.renumber(plan)

        def candidates(plan: plantext.Plan = plan) -> Iterator[plantext.Plan]:
            yield from shrink.drop_calls(plan, 1)
            yield from shrink.drop_switches(plan, 1)
            yield from shrink.merge_lanes(plan)
            yield from shrink.schedule(plan)

        for other in candidates():
            text.write_text(plantext.text_of(other))
            code, _, message = replayer.compile_text(built.replay, text, binary, env)
            assert code == 0, f"{message}\n{text.read_text()}"
            tried += 1
    assert tried > 20


def found_by_schedules(name: str, calls: list[str], folder: Path) -> Path:
    """A plan of these calls with a schedule that ends in a finding."""
    text, binary, out = folder / "calls.plan", folder / "calls", folder / "found"
    head = f"ffihammer plan 1 target={name}\nschedule random lanes=4 granularity=memory\n"
    text.write_text(head + "\n".join(calls) + "\n")
    env = profile.environment("asan", paths.PROJECT)
    built = target.load(name)
    assert replayer.compile_text(built.replay, text, binary, env)[0] == 0
    options = ["--schedules", "5000", "--policy", "random", "--save", str(out)]
    outcome = replayer.replay(built.replay, binary, env, 60, options=options)
    assert outcome.kind == "finding", outcome.output
    return out


@pytest.mark.parametrize(
    ("name", "rule", "most"),
    [
        ("deadlock_abba", "FFH-DEADLOCK", 1),
        ("lost_update", "FFH-ABORT", 2),
        ("signal_before_wait", "FFH-LOST-WAKEUP", 1),
    ],
)
def test_a_schedule_shrinks_to_few_preemptions(
    name: str, rule: str, most: int, tmp_path: Path
) -> None:
    calls = ["A: torn_pair_good()", f"B: {name}_bad()", "A: lost_update_good()"]
    path = found_by_schedules("schedules", calls, tmp_path)
    out = tmp_path / "small.plan"
    done = ffh("tmin", path, "-o", out, "--time", "200", timeout=400)
    assert done.code == 2 and f"{rule}-" in done.out and "10 of 10" in done.out, done.text
    plan = small(out)
    assert plan.policy == "fixed" and f"{name}_bad" in [call.function for call in plan.calls]
    said = re.search(r"^preemptions: (\d+)$", done.out, re.M)
    assert (int(said[1]) if said else 0) <= most, done.out


@pytest.mark.parametrize(
    ("entry", "calls"),
    [
        (
            "zoo-27-plain-refcount",
            [
                'A: h0 = value_create(text="abc")',
                "A: value_retain(self=h0)",
                "A: value_length(self=h0)",
                "B: value_retain(self=h0)",
                "A: value_release(self=h0)",
                "B: value_release(self=h0)",
                "B: value_release(self=h0)",
                "A: value_length(self=h0)",
            ],
        ),
        (
            "zoo-34-callback-under-lock",
            [
                "A: h0 = feed_create()",
                "A: feed_subscribe(self=h0, notify=observer_reads)",
                "B: feed_observers(self=h0)",
                "B: feed_publish(self=h0, value=5)",
                "A: feed_latest(self=h0)",
            ],
        ),
    ],
)
def test_a_zoo_finding_shrinks(entry: str, calls: list[str], tmp_path: Path) -> None:
    path = found_by_schedules(entry, calls, tmp_path)
    out = tmp_path / "small.plan"
    done = ffh("tmin", path, "-o", out, timeout=300)
    assert done.code == 2 and "10 of 10" in done.out, done.text
    plan = small(out)
    assert len(plan.calls) < len(calls) and len(plan.switches) <= 2, done.out


RULES = PROJECT / "harness" / "tests" / "rules" / "plans"


@pytest.mark.parametrize(
    "rule",
    ["DEADLOCK_threads", "LOST-WAKEUP_threads", "SELF-DEADLOCK", "LIVELOCK", "THREAD-LEFT"],
)
def test_findings_of_threads_stay_what_they_are(rule: str, tmp_path: Path) -> None:
    text = (RULES / f"FFH-{rule}_violates.plan").read_text()
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("A: "))
    lines[at:at] = ["A: h8 = box_create()", "A: status_good(input=7)", "A: box_destroy(self=h8)"]
    path = tmp_path / "violates.plan"
    path.write_text("\n".join(line for line in lines if not line.startswith("switch")) + "\n")
    before = ffh("repro", path, "--times", "1")
    if before.code != 2:  # its switches stood elsewhere: any schedule that shows it will do
        calls = [line for line in path.read_text().splitlines() if ": " in line]
        path = found_by_schedules("rules", calls, tmp_path)
    out = tmp_path / "small.plan"
    done = ffh("tmin", path, "-o", out, "--time", "100", timeout=300)
    assert done.code == 2 and "10 of 10" in done.out, done.text
    assert f"FFH-{rule.split('_')[0]}-" in done.out
    assert not [call for call in small(out).calls if call.function == "status_good"]


POLICIES = ["random", "pct", "pos", "surw"]


@pytest.mark.parametrize(
    "name", ["lost_update", "deadlock_abba", "timed_wait", "spin_check_outside"]
)
@pytest.mark.parametrize("granularity", ["memory", "sync", "calls"])
def test_a_recorded_run_is_the_same_run(name: str, granularity: str, tmp_path: Path) -> None:
    """Outcome, trace and every event, whichever policy chose."""
    replay = target.load("schedules").replay
    env = profile.environment("asan", paths.PROJECT)
    text, binary, record = tmp_path / "text", tmp_path / "binary", tmp_path / "record"
    events = tmp_path / "events"
    for policy in POLICIES:
        for seed in (1, 2, 3):
            head = f"schedule {policy} seed={seed} lanes=2 granularity={granularity} length=400"
            calls = f"A: {name}_bad()\nB: {name}_bad()\n"
            text.write_text(f"ffihammer plan 1 target=schedules\n{head}\n{calls}")
            assert replayer.compile_text(replay, text, binary, env)[0] == 0
            options = ["--record", str(record)]
            first = replayer.replay(replay, binary, env, 60, events, options)
            happened = events.read_bytes()
            again = replayer.replay(replay, record, env, 60, events)
            assert first.identity == again.identity, text.read_text()
            assert happened == events.read_bytes(), text.read_text()
            shown = plantext.parse(replayer.show(replay, record, env)[1])
            assert (shown.policy, shown.granularity) == ("fixed", granularity)
