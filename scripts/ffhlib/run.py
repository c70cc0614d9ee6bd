"""ffh run: fuzz one target for a time.

Ctrl-C ends the run and keeps corpus, findings and results. The exit code is then 0 when nothing was found
so far, and 2 with a finding; run.json says "interrupted": true."""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import threading
from pathlib import Path

from . import build, campaign, exits, paths, stats, status, target
from .corpus import CorpusError
from .engine import FuzzOptions, input_timeout
from .findings import Findings
from .repro import positive
from .results import Results, ResultsError, utc_now

HELP = "fuzz one target"
EXAMPLE = "scripts/ffh run pricing --time 60 --lanes 4"
MAX_LANES = 64  # FFH_MAX_LANES in harness/base/limits.h
GRANULARITIES = ("calls", "sync", "memory")


def lanes(text: str) -> int:
    number = positive(text)
    if number > MAX_LANES:
        raise argparse.ArgumentTypeError(f"{number} lanes: there are at most {MAX_LANES}")
    return number


def add_common(parser: argparse.ArgumentParser) -> None:
    """Options that every fuzzing verb has."""
    parser.add_argument(
        "--lanes",
        type=lanes,
        default=4,
        metavar="N",
        help=f"threads that one input may use, 1 to {MAX_LANES} (default 4)",
    )
    parser.add_argument(
        "--granularity",
        choices=GRANULARITIES,
        default="",
        help="where new schedules preempt threads: between calls, also at synchronisation, also at "
        "memory accesses (default: the target's, as a rule memory)",
    )
    parser.add_argument(
        "--seed", type=int, metavar="K", help="seed of the fuzzer (default: drawn, and printed)"
    )
    parser.add_argument(
        "--results",
        type=Path,
        default=paths.RESULTS,
        metavar="DIR",
        help="where results go (default: results/ of the project)",
    )
    parser.add_argument("--flavor", default="asan", metavar="NAME", help="the build (default asan)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON on stdout")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help="a built target (scripts/ffh list)")
    parser.add_argument(
        "--time", type=positive, default=60, metavar="S", help="seconds to fuzz (default 60)"
    )
    parser.add_argument(
        "--jobs",
        type=positive,
        default=1,
        metavar="J",
        help="processes at the same time (default 1)",
    )
    parser.add_argument(
        "--runs", type=positive, default=0, metavar="N", help="stop each process after N inputs"
    )
    parser.add_argument(
        "--timeout",
        type=positive,
        default=0,
        metavar="S",
        help="seconds that one input may take (default: at most 25)",
    )
    parser.add_argument(
        "--corpus",
        type=Path,
        metavar="DIR",
        help="where the corpus grows (default: .cache/corpus/TARGET, which every run adds to)",
    )
    parser.add_argument("--stop", action="store_true", help="end at the first finding")
    build.add_no_build(parser, "fuzz")
    add_common(parser)


def run(args: argparse.Namespace) -> int:
    chosen = (
        build.current(args.target, args.flavor)
        if args.build
        else target.load(args.target, args.flavor)
    )
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(1, 1 << 31)
    options = FuzzOptions(
        float(args.time),
        args.lanes,
        seed,
        args.jobs,
        args.runs,
        args.timeout or input_timeout(args.time),
        args.granularity,
    )
    results = Results(args.results, f"run-{chosen.name}", campaign.commit(paths.PROJECT))
    findings = Findings(results, paths.PROJECT)
    stop = threading.Event()
    print(
        f"fuzzing {chosen.name} for {args.time} s: {args.lanes} lanes, {args.granularity or chosen.granularity} granularity, "
        f"{args.jobs} jobs, seed {seed}; Ctrl-C ends it and keeps everything",
        file=sys.stderr,
        flush=True,
    )
    with campaign.stop_on_signal(stop) as interrupted:
        entry = campaign.fuzz(
            chosen,
            options,
            results,
            findings,
            paths.PROJECT,
            stop,
            quiet=args.json,
            growing=args.corpus and args.corpus.absolute(),
            stop_at_finding=args.stop,
        )
    entry["interrupted"] = interrupted.is_set()
    entry["outcome"] = campaign.outcome(entry)
    run_json = {
        "schema": 1,
        "mode": "run",
        "started": results.started,
        "ended": utc_now(),
        "commit": campaign.commit(paths.PROJECT),
        "command": ["ffh", *sys.argv[1:]],
        "cores": os.cpu_count(),
        "outcome": entry["outcome"],
        "interrupted": entry["interrupted"],
        "targets": [entry],
    }
    results.write_json("run.json", run_json)
    results.publish()
    code = campaign.exit_code([entry["outcome"]])
    if args.json:
        print(json.dumps(run_json, indent=2))
    else:
        print(status.summary(entry))
        for finding in entry["findings"]:
            print(f"  replay it: scripts/ffh repro {_shown(finding['path'])} --times 20")
        if entry["interrupted"]:
            print(
                f"interrupted after {entry['seconds']:.0f} of {args.time} s: the corpus and what was "
                "found are kept"
            )
        print(f"results: {_shown(str(results.where))}")
    return finish(results, campaign.messages(entry), code)


def finish(results: Results, lines: list[str], code: int) -> int:
    """Prints what went wrong besides findings, and lets lost results decide the exit code."""
    for line in lines:
        print(line, file=sys.stderr)
    if results.problem:
        print(f"ffh: {results.problem}", file=sys.stderr)
        return exits.INTERNAL if code == exits.INTERNAL else exits.USAGE
    return code


def _shown(path: str) -> str:
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path


ERRORS = (CorpusError, ResultsError, stats.StatsError, target.TargetError)
