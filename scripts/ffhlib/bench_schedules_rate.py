"""Speed of controlled runs in `ffh bench schedules`: runs per second of an input of 54 calls, what a run
costs by calls and by idle lanes, and LevelDB preempted at memory accesses against between calls.

All of it is timed inside one process by harness/tests/bench/main.c, from bytes to the end of the run:
rates by the clock, costs by processor time, which other work on the machine hardly changes."""

from __future__ import annotations

import random
import re
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import bench_pairs, paths
from .bench_pairs import BenchError
from .bench_schedules_run import compiled, timed

CALLS, SWITCHES, LANES = 54, 8, 4
WANTED_RUNS = 5_000  # a second, of that input
WANTED_MEMORY = 0.25  # of the runs a second that `calls` gives
SIZES = (24, 54, 108, 216)  # calls
POOLS = (2, 4, 8, 16, 32, 64)  # lanes, of which two have calls
GRANULARITIES = ("calls", "memory")

_RULES = (
    "5052433102000100010000000002d007f4011900000000000000455507000000ff036c070000"
    "ffffffffffffff7f4a504e06e803535052494e47"
)
_ENGINE = f'h0 = pricing_engine_create(rules=h"{_RULES}")'
# One life of a handle; h is the cursor.
_LIFE = (
    "{h} = pricing_cursor_create(engine=h0)",
    "pricing_cursor_next(cursor={h})",
    "pricing_cursor_name(cursor={h})",
    "pricing_rule_count(engine=h0)",
    "pricing_cursor_rewind(cursor={h})",
    "pricing_cursor_destroy(cursor={h})",
)
_POINTS = re.compile(r"^trace: .* switches: (\d+) points: (\d+)", re.MULTILINE)
_TIMED = re.compile(
    r"^file (\d+) inputs (\d+) seconds ([0-9.]+) cpu_seconds ([0-9.]+)$", re.MULTILINE
)


def plan(calls: int, lanes: int, used: int, granularity: str, steps: Sequence[int] = ()) -> str:
    """Cursors of one engine come and go on the lanes in turn; `used` lanes have calls. At each step
    the next of them goes on, and otherwise nobody is preempted."""
    lines = [
        "ffihammer plan 1 target=pricing",
        f"schedule fixed seed=1 lanes={lanes} granularity={granularity}",
        f"A: {_ENGINE}",
    ]
    for number in range(calls - 1):
        life, part = divmod(number, len(_LIFE))
        lane = "ABCDEFGH"[life % used]
        lines.append(f"{lane}: {_LIFE[part].format(h=f'h{life + 1}')}")
    for number, step in enumerate(steps):
        lines.append(f"switch {step} {'ABCDEFGH'[(number + 1) % used]}")
    return "\n".join(lines) + "\n"


class Rates:
    def __init__(
        self, pricing: Path, bench: Path, folder: Path, env: dict[str, str], seconds: float
    ) -> None:
        """`pricing` is the replay binary, `bench` the program that times inputs."""
        self.pricing, self.bench, self.folder, self.env = pricing, bench, folder, env
        self.seconds = seconds

    def prepare(self, calls: int, lanes: int, used: int, granularity: str) -> dict[str, Any]:
        """The input with its switches spread evenly over the points that it passes."""
        name = f"rate-{granularity}-{calls}-{lanes}-{used}"
        _, points = self._passed(plan(calls, lanes, used, granularity), name)
        steps = [points * (i + 1) // (SWITCHES + 1) for i in range(SWITCHES)]
        text = plan(calls, lanes, used, granularity, steps)
        switches, points = self._passed(text, name)
        return {
            "granularity": granularity,
            "calls": calls,
            "lanes": lanes,
            "used": used,
            "switches": switches,
            "points": points,
            "file": str(self.folder / f"{name}.bin"),
            "rates": [],
            "costs": [],  # microseconds of processor time for a run
        }

    def _passed(self, text: str, name: str) -> tuple[int, int]:
        file = compiled(self.pricing, text, name, self.folder, self.env)
        ended = timed([str(self.pricing), str(file)], self.env, 60)
        said = _POINTS.search(ended.output)
        if ended.code != 0 or not said:
            raise BenchError(f"{name} cannot be run: {ended.output.strip()[-300:]}")
        return int(said[1]), int(said[2])

    def time(self, cases: Sequence[dict[str, Any]], rounds: int) -> None:
        """Each case once in each round, so that what the machine does slowly meets all alike."""
        files = [case["file"] for case in cases]
        command = [str(self.bench), str(self.seconds), "--each", str(rounds), *files]
        ended = timed(command, self.env, 300)
        said = _TIMED.findall(ended.output)
        if ended.code != 0 or len(said) != rounds * len(cases):
            raise BenchError(f"{self.bench.name}: {ended.output.strip()[-300:]}")
        for number, inputs, seconds, cpu in said:
            cases[int(number)]["rates"].append(int(inputs) / float(seconds))
            cases[int(number)]["costs"].append(1e6 * float(cpu) / int(inputs))

    def measure(
        self, sizes: Sequence[int], pools: Sequence[int], rounds: int, say: Callable[[str], None]
    ) -> dict[str, Any]:
        """A process has the lanes of its largest input, so each number of lanes has one of its own."""
        calls = [self.prepare(n, LANES, LANES, g) for g in GRANULARITIES for n in sizes]
        idle = [self.prepare(CALLS, n, 2, g) for g in GRANULARITIES for n in pools]
        self.time(calls, rounds)
        say(f"rates: {len(sizes)} numbers of calls")
        for lanes in pools:
            self.time([case for case in idle if case["lanes"] == lanes], rounds)
            say(f"rates: {lanes} lanes, of which 2 have calls")
        for case in [*calls, *idle]:
            case |= bench_pairs.spread(case["rates"])
            case["us"] = min(case["costs"])  # the round that was disturbed least
            del case["file"]
        return {
            "calls": calls,
            "idle": idle,
            "fits": {name: fit(_of(calls, name)) for name in GRANULARITIES},
            "idle_ratio": {name: idle_ratio(_of(idle, name)) for name in GRANULARITIES},
            "wanted": WANTED_RUNS,
        }


def _of(cases: Sequence[dict[str, Any]], granularity: str) -> list[dict[str, Any]]:
    return [case for case in cases if case["granularity"] == granularity]


def fit(cases: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The straight line of cost by calls: microseconds for a run, for each call, and how well it fits."""
    calls, cost = [float(case["calls"]) for case in cases], [case["us"] for case in cases]
    slope, start = statistics.linear_regression(calls, cost)
    correlation = statistics.correlation(calls, cost)
    away = max(abs(start + slope * x - y) / y for x, y in zip(calls, cost, strict=True))
    return {"start_us": start, "call_us": slope, "r2": correlation**2, "furthest": away}


def idle_ratio(cases: Sequence[dict[str, Any]]) -> float:
    """The cost with the most lanes over that with the fewest."""
    ordered = sorted(cases, key=lambda case: case["lanes"])
    return float(ordered[-1]["us"] / ordered[0]["us"])


# ---- LevelDB

_SCHEDULE = re.compile(r"^schedule .*$", re.MULTILINE)
_CALL = re.compile(r"^([A-Z]): ", re.MULTILINE)
_LANES = re.compile(r"lanes=(\d+)")
_MIX = ("pct", "random", "surw", "pos", "random", "pct", "random", "surw", "pct", "pos")
_DEPTHS = (1, 2, 2, 2, 2, 3, 3, 3, 4, 5)


def schedules(text: str, seed: int, length: dict[str, int]) -> dict[str, str]:
    """The plan under one schedule as the mutator draws it, for each granularity."""
    lanes = _LANES.search(text)
    if not _SCHEDULE.search(text) or not lanes:
        raise BenchError("a seed states no schedule")
    draws = random.Random(seed)
    policy, depth = draws.choice(_MIX), draws.choice(_DEPTHS)
    hold = {"calls": draws.randrange(6), "memory": 1 + draws.randrange(12)}
    plans = {}
    for granularity in GRANULARITIES:
        words = f"schedule {policy} seed={draws.randrange(1 << 16)} lanes={lanes[1]}"
        if policy == "random":
            words += f" stickiness={hold[granularity]}"
        words += f" granularity={granularity}"
        if policy == "pct":
            words += f" depth={depth}"
        if policy in ("pct", "surw"):
            words += f" length={length[granularity]}"
        if policy == "surw":
            words += f" weights={_weights(text, length[granularity])}"
        plans[granularity] = _SCHEDULE.sub(words, text, count=1)
    return plans


def _weights(text: str, length: int) -> str:
    """What each lane is expected to pass, by its calls."""
    calls = Counter(_CALL.findall(text))
    total = max(1, sum(calls.values()))
    return ",".join(f"{lane}:{max(1, length * n // total)}" for lane, n in sorted(calls.items()))


def leveldb(
    replay: Path,
    bench: Path,
    folder: Path,
    env: dict[str, str],
    seconds: float,
    pairs: int,
    draws: int,
    most: int = 1000,
) -> dict[str, Any]:
    """Runs a second of the committed seeds (at `most` that many) under `draws` schedules each, in pairs
    of `memory` and `calls`."""
    files: dict[str, list[str]] = {granularity: [] for granularity in GRANULARITIES}
    seeds = sorted((paths.PROJECT / "corpus" / "leveldb" / "seeds").glob("*.plan"))[:most]
    if not seeds:
        raise BenchError("LevelDB has no seeds in corpus/leveldb/seeds")
    for number, seed in enumerate(seeds):
        text = seed.read_text(encoding="utf-8")
        length = _lengths(replay, text, seed.stem, folder, env)
        for draw in range(draws):
            plans = schedules(text, number * 100 + draw, length)
            for granularity, changed in plans.items():
                name = f"{seed.stem}-{draw}-{granularity}"
                files[granularity].append(str(compiled(replay, changed, name, folder, env)))
    result = bench_pairs.compare(
        "leveldb, preempted at memory accesses",
        ("memory", [str(bench), str(seconds), *files["memory"]]),
        ("calls", [str(bench), str(seconds), *files["calls"]]),
        pairs=pairs,
        unit="inputs",
        wanted=WANTED_MEMORY,
        env=env,
    )
    return {**result, "seeds": len(seeds), "inputs": len(files["memory"])}


def _lengths(
    replay: Path, text: str, name: str, folder: Path, env: dict[str, str]
) -> dict[str, int]:
    """How many points the plan passes, which the fuzzer knows from earlier runs."""
    lengths = {}
    lanes = _LANES.search(text)
    for granularity in GRANULARITIES:
        words = f"schedule fixed seed=1 lanes={lanes[1] if lanes else 1} granularity={granularity}"
        file = compiled(
            replay, _SCHEDULE.sub(words, text, count=1), f"{name}-{granularity}", folder, env
        )
        ended = timed([str(replay), str(file)], env, 60)
        said = _POINTS.search(ended.output)
        if ended.code != 0 or not said:
            raise BenchError(f"the seed {name} cannot be run: {ended.output.strip()[-300:]}")
        lengths[granularity] = int(said[2])
    return lengths
