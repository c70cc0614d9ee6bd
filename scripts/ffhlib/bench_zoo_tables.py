"""What `ffh bench zoo` prints of its measurements. `rows` has for each entry its language, its expected rules,
and a row for each tool that was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import console
from .bench_zoo_tools import FFIHAMMER, TOOLS

_FASTER = 1.0  # seconds by which another tool has to be faster to be listed

Rows = Mapping[str, dict[str, Any]]


def cells(name: str, entry: dict[str, Any]) -> list[list[str]]:
    """The lines of one entry: one for each tool, and one for the twin."""
    lines = []
    for tool in TOOLS:
        row = entry["tools"].get(tool)
        if row is None:
            continue
        what = row["what"]
        if tool == FFIHAMMER and row["rule"] and not row["found"]:
            what = f"{what} (not expected)"
        lines.append([name, entry["language"], tool, "yes" if row["found"] else "no", what,
                      _seconds(row["seconds"]), _replay(row["replay"])])  # fmt: skip
    twin = entry.get("twin")
    if twin is not None:
        said = (
            "silent"
            if twin["silent"]
            else f"NOT silent: {', '.join(twin['said']) or twin['outcome']}"
        )
        lines.append([name, entry["language"], "twin", "", said, _seconds(twin["seconds"]), ""])
    return lines


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.1f}"


def _replay(replay: dict[str, Any] | None) -> str:
    return "" if replay is None else f"{replay['same']} of {replay['times']}"


def _every(replay: dict[str, Any] | None) -> bool:
    return replay is not None and replay["same"] == replay["times"]


def totals(rows: Rows) -> list[dict[str, Any]]:
    """For each tool: how many entries it found, how many of these replay every time, and the median time."""
    lines = []
    for tool in TOOLS:
        measured = [entry["tools"][tool] for entry in rows.values() if tool in entry["tools"]]
        found = [row for row in measured if row["found"]]
        times = sorted(row["seconds"] for row in found)
        if measured:
            lines.append(
                {
                    "tool": tool,
                    "measured": len(measured),
                    "found": len(found),
                    "every_replay": sum(_every(row["replay"]) for row in found),
                    "false": sum(row["what"].startswith("false: ") for row in measured),
                    "median_seconds": times[len(times) // 2] if times else None,
                    "longest_seconds": times[-1] if times else None,
                }
            )
    return lines


def twins(rows: Rows) -> dict[str, Any] | None:
    measured = {name: entry["twin"] for name, entry in rows.items() if entry.get("twin")}
    if not measured:
        return None
    return {
        "measured": len(measured),
        "silent": sum(twin["silent"] for twin in measured.values()),
        "shortest_budget": min(twin["budget"] for twin in measured.values()),
        "not_silent": [name for name, twin in measured.items() if not twin["silent"]],
    }


def losses(rows: Rows) -> list[str]:
    """Where ffihammer does worse than it should, or than another tool."""
    lines = []
    for name, entry in rows.items():
        ours = entry["tools"].get(FFIHAMMER)
        if ours is None:
            continue
        others = {tool: row for tool, row in entry["tools"].items() if tool != FFIHAMMER}
        if not ours["found"]:
            seen = [f"{tool} says {row['what']}" for tool, row in others.items() if row["found"]]
            said = f"only {ours['what']}" if ours["rule"] else ours["what"]
            lines.append(f"{name}: {said}{'; ' if seen else ''}{', '.join(seen)}")
            continue
        if ours["others"]:
            lines.append(f"{name}: also found {', '.join(ours['others'])}, which is not expected")
        if not _every(ours["replay"]):
            lines.append(f"{name}: replays {_replay(ours['replay'])}")
        if ours["unsteady"]:
            lines.append(f"{name}: {len(ours['unsteady'])} inputs do not replay")
        faster = [
            f"{tool} ({row['seconds']:.1f} s)"
            for tool, row in others.items()
            if row["found"] and row["seconds"] + _FASTER < ours["seconds"]
        ]
        if faster:
            lines.append(f"{name}: {ours['seconds']:.1f} s; faster: {', '.join(faster)}")
    return lines


def only_ours(rows: Rows, tool: str) -> list[str]:
    """The entries that ffihammer finds and this tool does not."""
    return [
        name
        for name, entry in rows.items()
        if tool in entry["tools"]
        and not entry["tools"][tool]["found"]
        and entry["tools"].get(FFIHAMMER, {}).get("found")
    ]


def markdown(rows: Rows) -> list[str]:
    """The table of docs/benchmarks.md: an entry in each line, a tool in each column."""
    lines = [f"| entry | language | {' | '.join(TOOLS)} | twin |", "|---" * (len(TOOLS) + 3) + "|"]
    for name, entry in rows.items():
        told = [_told(entry["tools"].get(tool)) for tool in TOOLS]
        twin = entry.get("twin")
        if twin is not None:
            told.append(f"{'silent' if twin['silent'] else 'NOT silent'}, {twin['budget']} s")
        else:
            told.append("")
        lines.append(f"| {name} | {entry['language']} | {' | '.join(told)} |")
    return lines


def _told(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    if not row["found"]:
        return str(row["what"])
    replay = row["replay"] or {"same": 0, "times": 0}
    return f"{row['what']}, {row['seconds']:.1f} s, {replay['same']}/{replay['times']}"


def print_tables(rows: Rows, out: Callable[[str], None] = print) -> None:
    lines = [line for name, entry in rows.items() for line in cells(name, entry)]
    console.table(["entry", "language", "tool", "found", "what", "seconds", "replay"], lines)
    out("")
    console.table(
        ["tool", "found", "replays every time", "false reports", "median s", "longest s"],
        [
            [one["tool"], f"{one['found']} of {one['measured']}", f"{one['every_replay']} of {one['found']}",
             str(one["false"]), _seconds(one["median_seconds"]), _seconds(one["longest_seconds"])]
            for one in totals(rows)
        ],
    )  # fmt: skip
    of_twins = twins(rows)
    if of_twins:
        out(
            f"\ntwins silent under ffihammer for {of_twins['shortest_budget']} s and more: "
            f"{of_twins['silent']} of {of_twins['measured']}"
        )
    for tool in TOOLS[1:]:
        missed = only_ours(rows, tool)
        if missed:
            out(f"found by ffihammer and not by {tool}: {len(missed)} ({', '.join(missed)})")
    lost = losses(rows)
    if lost:
        out("\nwhere ffihammer loses:")
        for line in lost:
            out(f"  {line}")
