"""ffh nightly: build every target, fuzz each, and write one run with a verdict."""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import threading
import time
from pathlib import Path
from typing import Any

from . import campaign, exits, paths, profile, replay_check, stats, status, target
from .corpus import CorpusError
from .engine import FuzzOptions, input_timeout
from .findings import Findings
from .repro import positive
from .results import SCHEMA, Results, utc_now
from .run import add_common, finish
from .target import Target

HELP = "set up, build every target, fuzz each, and give a verdict"
EXAMPLE = "scripts/ffh nightly --quick"
QUICK_SECONDS = 40  # of one target
QUICK_TOTAL = 200  # of all targets together
FULL_SECONDS = 600


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"a short budget: {QUICK_SECONDS} s a target, {QUICK_TOTAL} s in all "
        f"(default {FULL_SECONDS} s a target)",
    )
    parser.add_argument(
        "--time-per-target",
        type=positive,
        default=0,
        metavar="S",
        help="seconds to fuzz each target",
    )
    parser.add_argument(
        "--jobs",
        type=positive,
        default=0,
        metavar="J",
        help="processes at the same time (default: one for each core)",
    )
    add_common(parser)


def budget(args: argparse.Namespace, targets: int) -> int:
    """Seconds for one target."""
    if args.time_per_target:
        return int(args.time_per_target)
    if not args.quick:
        return FULL_SECONDS
    return max(5, min(QUICK_SECONDS, QUICK_TOTAL // max(1, targets)))


def _failed_entry(name: str, flavor: str, message: str) -> dict[str, Any]:
    """The entry of a target that could not be fuzzed: an error, never a pass."""
    return {
        "target": name,
        "flavor": flavor,
        "seconds": 0.0,
        "runs": 0,
        "runs_per_second": 0.0,
        "calls": 0,
        "cov": 0,
        "features": 0,
        "corpus": {"files": 0, "bytes": 0},
        "coverage": stats.Coverage([], [], [], []).as_dict(),
        "findings": [],
        "replayed": replay_check.empty(),
        "notes": [],
        "problems": [message],
        "internal": [],
        "outcome": "error",
    }


def junit(entries: list[dict[str, Any]]) -> str:
    """One test case for each target; findings are failures, all else that is wrong errors."""
    import junitparser  # of the virtual environment; `--help` needs none

    suite = junitparser.TestSuite("ffihammer nightly")
    for entry in entries:
        case = junitparser.TestCase(
            entry["target"], classname=f"ffihammer.{entry['flavor']}", time=entry["seconds"]
        )
        if entry["outcome"] == "finding":
            failure = junitparser.Failure(
                _xml_clean(", ".join(finding["signature"] for finding in entry["findings"]))
            )
            failure.text = _xml_clean(
                "\n".join(
                    [
                        *(f"{one['signature']}: {one['message']}" for one in entry["findings"]),
                        *campaign.messages(entry),
                    ]
                )
            )
            case.result = [failure]
        elif entry["outcome"] != "pass":
            case.result = [junitparser.Error(_xml_clean("\n".join(campaign.messages(entry))))]
        suite.add_testcase(case)
    report = junitparser.JUnitXml()
    report.add_testsuite(suite)
    report.update_statistics()
    return report.tostring().decode()


def _xml_clean(text: str) -> str:
    return "".join(
        c for c in text if c in "\t\n" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe"
    )


def table(entries: list[dict[str, Any]]) -> list[list[str]]:
    """The rows of the summary table; the first is the heading."""
    rows = [
        [
            "target",
            "runs",
            "runs/s",
            "cov",
            "functions",
            "error paths",
            "findings",
            "replayed",
            "verdict",
        ]
    ]
    for entry in entries:
        cover = entry["coverage"]
        rows.append(
            [
                entry["target"],
                status.count(entry["runs"]),
                status.count(entry["runs_per_second"]),
                str(entry["cov"]),
                f"{cover['functions_reached']}/{cover['functions']}",
                f"{cover['error_paths_reached']}/{cover['error_paths']}",
                str(len(entry["findings"])),
                status.replayed(entry["replayed"]),
                entry["outcome"],
            ]
        )
    return rows


def text_table(rows: list[list[str]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def markdown(verdict: dict[str, Any], entries: list[dict[str, Any]]) -> str:
    rows = table(entries)
    lines = [
        f"# Nightly run: {verdict['verdict']}",
        "",
        f"Commit {verdict['commit']}, {verdict['started']} to {verdict['ended']}.",
        "",
        "| " + " | ".join(rows[0]) + " |",
        "|" + "---|" * len(rows[0]),
    ]
    lines += [
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows[1:]
    ]
    for entry in entries:
        cover = entry["coverage"]
        lines += ["", f"## {entry['target']}", ""]
        lines += [f"* {line}" for line in campaign.messages(entry)]
        lines += (
            [f"* never called: {', '.join(cover['functions_unreached'])}"]
            if cover["functions_unreached"]
            else []
        )
        lines += [f"* {line.strip()}" for line in status.inner_lines(cover)]
        missed = [
            f"{path['function']} {path['what']}"
            for path in cover["error_path_list"]
            if not path["reached"]
        ]
        lines += [f"* error paths never reached: {', '.join(missed)}"] if missed else []
        lines += [
            f"* **{finding['signature']}** ({finding['count']} times, reproduced "
            f"{finding['reproduced']}): {finding['message']}"
            for finding in entry["findings"]
        ]
        lines += [f"* {line}" for line in status.replay_lines(entry["replayed"])]
    return "\n".join([*lines, ""])


def _prepare(flavor: str) -> list[str]:
    """Builds what a nightly run fuzzes, and names it."""
    from . import build

    where = build.prepare(flavor)
    names = [name for name in target.names(flavor) if not target.describe(name, flavor).planted]
    build.ninja(where, build.goals(names, flavor))
    return names


def fuzz_all(
    chosen: list[Target],
    args: argparse.Namespace,
    results: Results,
    findings: Findings,
    stop: threading.Event,
    seed: int,
) -> list[dict[str, Any]]:
    seconds = budget(args, len(chosen))
    jobs = args.jobs or len(os.sched_getaffinity(0))
    entries = []
    for item in chosen:
        if stop.is_set():
            entries.append(_failed_entry(item.name, item.flavor, "interrupted before its turn"))
            continue
        timeout = input_timeout(seconds)
        options = FuzzOptions(float(seconds), args.lanes, seed, jobs, 0, timeout, args.granularity)
        try:
            entry = campaign.fuzz(
                item, options, results, findings, paths.PROJECT, stop, quiet=args.json
            )
        except (CorpusError, stats.StatsError, profile.ProfileError, OSError) as error:
            entry = _failed_entry(item.name, item.flavor, str(error))
        if stop.is_set() and entry["outcome"] == "pass":
            entry["problems"].append(f"interrupted after {entry['seconds']:.0f} of {seconds} s")
            entry["outcome"] = campaign.outcome(entry)
        entries.append(entry)
    return entries


def write(results: Results, entries: list[dict[str, Any]], code: int) -> dict[str, Any]:
    """Everything that a run leaves besides its targets and findings."""
    internal = any(entry["outcome"] == "internal" for entry in entries)
    names = {
        exits.PASS: "pass",
        exits.FINDING: "finding",
        exits.INTERNAL: "internal" if internal else "nondeterministic",
    }
    commit = campaign.commit(paths.PROJECT)
    verdict = {
        "schema": SCHEMA,
        "verdict": names.get(code, "error"),
        "exit": code,
        "commit": commit,
        "started": results.started,
        "ended": utc_now(),
        "targets": {entry["target"]: entry["outcome"] for entry in entries},
        "findings": [finding["signature"] for e in entries for finding in e["findings"]],
        "reasons": [line for entry in entries for line in campaign.messages(entry)],
    }
    results.write_json(
        "run.json",
        {
            "schema": SCHEMA,
            "mode": "nightly",
            "started": results.started,
            "ended": verdict["ended"],
            "commit": commit,
            "command": ["ffh", *sys.argv[1:]],
            "cores": os.cpu_count(),
            "outcome": verdict["verdict"],
            "targets": entries,
        },
    )
    results.write_json("verdict.json", verdict)
    results.write("junit.xml", junit(entries))
    results.write("summary.md", markdown(verdict, entries))
    for entry in entries:
        cover = entry["coverage"]
        results.append_history(
            {
                "ended": verdict["ended"],
                "commit": commit,
                "mode": "nightly",
                "target": entry["target"],
                "flavor": entry["flavor"],
                "outcome": entry["outcome"],
                "seconds": f"{entry['seconds']:.0f}",
                "runs": entry["runs"],
                "runs_per_second": f"{entry['runs_per_second']:.0f}",
                "coverage": entry["cov"],
                "functions_reached": cover["functions_reached"],
                "functions": cover["functions"],
                "error_paths_reached": cover["error_paths_reached"],
                "error_paths": cover["error_paths"],
                "findings": len(entry["findings"]),
            }
        )
    results.publish()
    return verdict


def run(args: argparse.Namespace) -> int:
    begin = time.monotonic()
    chosen = [target.load(name, args.flavor) for name in _prepare(args.flavor)]
    if not chosen:
        raise target.TargetError("no target is built: there is nothing to fuzz; look into targets/")
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(1, 1 << 31)
    results = Results(args.results, "nightly", campaign.commit(paths.PROJECT))
    findings = Findings(results, paths.PROJECT)
    stop = threading.Event()
    print(
        f"fuzzing {', '.join(item.name for item in chosen) or 'nothing'}: "
        f"{budget(args, len(chosen))} s each, {args.lanes} lanes, seed {seed}",
        file=sys.stderr,
    )
    with campaign.stop_on_signal(stop):
        entries = fuzz_all(chosen, args, results, findings, stop, seed)
    code = campaign.exit_code([entry["outcome"] for entry in entries])
    verdict = write(results, entries, code)
    if args.json:
        print(json.dumps({**verdict, "path": str(results.where)}, indent=2))
    else:
        for entry in entries:
            print(status.summary(entry))
        print(f"\n{text_table(table(entries))}\n")
        print(
            f"verdict: {verdict['verdict']}, {time.monotonic() - begin:.0f} s; "
            f"results: {_relative(results.where)}"
        )
    return finish(results, verdict["reasons"], code)


def _relative(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
