"""What `ffh bench schedules` prints of its measurements."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from . import console
from .bench_schedules_suite import best, is_silent

RATIO = 50.0  # of the plain target's time to first finding over the controlled one's
MIX_SHARE = 0.95  # of the programs, found by the mix within its limit
FLAT = 1.25  # the cost with 64 lanes over that with 2, of which two have calls
STRAIGHT = 0.98  # r2 of the cost by calls


def summary(document: dict[str, Any]) -> list[dict[str, Any]]:
    """What is wanted and what was measured, for the parts that ran; `reached` is yes, no or partly
    measured."""
    rows = document["programs"]
    return [
        *_suite(rows, document["limits"]),
        *_plain(rows),
        *_rate(document.get("rate")),
        *_leveldb(document.get("leveldb")),
    ]


def _line(what: str, measured: str, wanted: str, reached: bool) -> dict[str, Any]:
    return {"what": what, "measured": measured, "wanted": wanted, "reached": reached}


def _suite(rows: Sequence[dict[str, Any]], limits: dict[str, Any]) -> list[dict[str, Any]]:
    lines = []
    searched = [row for row in rows if "mix" in row]
    if searched:
        n = len(searched)
        found = [row for row in searched if best(row) is not None]
        by_mix = [row for row in searched if _within(row["mix"], limits["mix"])]
        expected = [row for row in found if (best(row) or {})["expected"]]
        lines += [
            _line(
                f"programs found within {limits['schedules']} schedules",
                f"{len(found)} of {n}", "all", len(found) == n,
            ),
            _line(
                f"programs found by the mix within {limits['mix']}",
                f"{len(by_mix)} of {n}", f"{MIX_SHARE:.0%}", len(by_mix) >= MIX_SHARE * n,
            ),
            _line("findings of a rule that was expected", f"{len(expected)} of {len(found)}", "all",
                  len(expected) == len(found)),
        ]  # fmt: skip
    twins = [row["twin"] for row in rows if "twin" in row]
    if twins:
        silent = sum(is_silent(twin) for twin in twins)
        lines.append(
            _line(f"twins silent over {limits['schedules']} schedules",
                  f"{silent} of {len(twins)}", "all", silent == len(twins))
        )  # fmt: skip
    replays = [row["replay"] for row in rows if "replay" in row]
    if replays:
        same = sum(replay["same"] == replay["times"] for replay in replays)
        times = limits["replays"]
        lines.append(
            _line(f"findings with {times} of {times} replays of one outcome and trace",
                  f"{same} of {len(replays)}", "all", same == len(replays))
        )  # fmt: skip
        as_found = sum(replay["as_found"] for replay in replays)
        lines.append(
            _line("of these, with the trace that the search had", f"{as_found} of {len(replays)}",
                  "", True)
        )  # fmt: skip
    return lines


def _within(found: dict[str, Any], limit: int) -> bool:
    return found["schedules"] is not None and found["schedules"] <= limit


def _plain(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    ratios = [row["plain"]["ratio"] for row in rows if "ratio" in row.get("plain", {})]
    if not ratios:
        return []
    median = statistics.median(ratios)
    undisturbed = statistics.median(
        row["plain"]["processor_ratio"] for row in rows if "ratio" in row.get("plain", {})
    )
    found = sum(row["plain"]["found"] for row in rows if "plain" in row)
    return [
        _line("median time to first finding, plain over controlled", f"{median:.1f}",
              f"{RATIO:.0f}", median >= RATIO),
        _line("the same over the processor time of the controlled run", f"{undisturbed:.1f}",
              "", True),
        _line("programs that the plain target found at all", f"{found} of {len(ratios)}", "", True),
    ]  # fmt: skip


def _rate(rate: dict[str, Any] | None) -> list[dict[str, Any]]:
    if rate is None:
        return []
    lines = []
    for case in rate["calls"]:
        if case["calls"] == 54:
            lines.append(
                _line(f"runs a second, 54 calls, 8 switches, 4 lanes, {case['granularity']}",
                      f"{case['median']:.0f} ({case['min']:.0f} to {case['max']:.0f}), "
                      f"{1e6 / case['us']:.0f} a second of the processor",
                      str(rate["wanted"]), case["median"] >= rate["wanted"])
            )  # fmt: skip
    for granularity, fit in rate["fits"].items():
        lines.append(
            _line(f"cost of a run by calls, {granularity}",
                  f"{fit['start_us']:.1f} us + {fit['call_us']:.2f} us a call, r2 {fit['r2']:.3f}",
                  f"linear (r2 {STRAIGHT})", fit["r2"] >= STRAIGHT)
        )  # fmt: skip
    for granularity, ratio in rate["idle_ratio"].items():
        most = max(case["lanes"] for case in rate["idle"])
        fewest = min(case["lanes"] for case in rate["idle"])
        lines.append(
            _line(f"cost with {most} lanes over that with {fewest}, {granularity}", f"{ratio:.2f}",
                  f"flat (below {FLAT})", ratio < FLAT)
        )  # fmt: skip
    return lines


def _leveldb(result: dict[str, Any] | None) -> list[dict[str, Any]]:
    if result is None:
        return []
    ratio = result["ratio"]
    return [
        _line("leveldb, runs a second, memory over calls",
              f"{ratio['median']:.2f} ({ratio['min']:.2f} to {ratio['max']:.2f})",
              f"{result['wanted']:.2f}", bool(result["reached"]))
    ]  # fmt: skip


def print_tables(document: dict[str, Any]) -> None:
    if any("mix" in row for row in document["programs"]):
        columns = ["program", "schedules", "finding", "s", "twin", "replays", "plain s", "ratio"]
        console.table(columns, [_program(row) for row in document["programs"] if "mix" in row],
                      "The suite: schedules until found by the mix, and what became of it")  # fmt: skip
        print()
    if "rate" in document:
        cases = [*document["rate"]["calls"], *document["rate"]["idle"]]
        console.table(["granularity", "calls", "lanes", "with calls", "points", "switches",
                       "runs/s", "us a run"], [_case(case) for case in cases],
                      "Controlled runs: median rate, processor time of the best round")  # fmt: skip
        print()
    lines = [
        [line["what"], line["measured"], line["wanted"], _reached(line)]
        for line in document["summary"]
    ]
    console.table(["", "measured", "wanted", "reached"], lines, "Summary")


def _reached(line: dict[str, Any]) -> str:
    return "" if not line["wanted"] else "yes" if line["reached"] else "no"


def _program(row: dict[str, Any]) -> list[str]:
    found = best(row)
    schedules = _count(row["mix"])
    for name, one in row.get("policies", {}).items():
        schedules += f", {name} {_count(one)}"
    twin, replay, plain = row.get("twin"), row.get("replay"), row.get("plain")
    finding = "no finding" if found is None else str(found["rule"])
    if found is not None and not found["expected"]:
        finding += " (not expected)"
    return [
        row["program"],
        schedules,
        finding,
        "" if found is None else f"{found['seconds']:.2f}",
        ""
        if twin is None
        else "silent"
        if is_silent(twin)
        else f"{twin['rule']} at {_count(twin)}",
        "" if replay is None else f"{replay['same']}/{replay['times']}",
        "" if plain is None else f"{'' if plain['found'] else '>'}{plain['seconds']:.2f}",
        "" if plain is None or "ratio" not in plain else f"{plain['ratio']:.1f}",
    ]


def _count(found: dict[str, Any]) -> str:
    return f">{found['tried']}" if found["schedules"] is None else str(found["schedules"])


def _case(case: dict[str, Any]) -> list[str]:
    numbers = [case[key] for key in ("calls", "lanes", "used", "points", "switches")]
    return [case["granularity"], *map(str, numbers), f"{case['median']:.0f}", f"{case['us']:.1f}"]
