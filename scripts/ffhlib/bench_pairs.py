"""Compares two commands: runs them in turn, A then B then B then A, and prints the ratios.

Each command prints one line `calls N seconds S peak_kib K`, and before it `inputs N` where inputs are
to be compared. Alternating cancels what a machine does
slowly (heat, other load); the order swaps from pair to pair so that neither is always first."""

from __future__ import annotations

import re
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MIN_PAIRS = 5
_LINE = re.compile(r"^calls (\d+) seconds ([0-9.]+) peak_kib (\d+)$", re.MULTILINE)
_INPUTS = re.compile(r"^inputs (\d+)$", re.MULTILINE)


class BenchError(Exception):
    """A measurement is missing or makes no sense; there is no ratio then."""


@dataclass(frozen=True)
class Measurement:
    calls: int
    seconds: float
    peak_kib: int
    inputs: int = 0

    def rate(self, unit: str = "calls") -> float:
        return (self.inputs if unit == "inputs" else self.calls) / self.seconds


def parse(name: str, output: str) -> Measurement:
    match = _LINE.search(output)
    if not match:
        raise BenchError(
            f"{name} printed no line `calls N seconds S peak_kib K`: {output.strip()[-200:]!r}"
        )
    inputs = _INPUTS.search(output)
    measured = Measurement(
        int(match[1]), float(match[2]), int(match[3]), int(inputs[1]) if inputs else 0
    )
    if measured.calls == 0 or measured.seconds <= 0:
        raise BenchError(f"{name} measured nothing: {match[0]}")
    return measured


def measure(
    name: str, command: Sequence[str], timeout: float, env: dict[str, str] | None = None
) -> Measurement:
    try:
        done = subprocess.run(
            list(command),
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{name} did not end within {timeout:.0f} s") from error
    except OSError as error:
        raise BenchError(
            f"cannot run {command[0]}: {error.strerror}; run scripts/ffh build"
        ) from error
    if done.returncode != 0:
        raise BenchError(
            f"{name} ended with exit code {done.returncode}: "
            f"{(done.stderr or done.stdout).strip()[-300:]}"
        )
    return parse(name, done.stdout)


def spread(values: Sequence[float]) -> dict[str, float]:
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def compare(
    title: str,
    a: tuple[str, Sequence[str]],
    b: tuple[str, Sequence[str]],
    *,
    pairs: int = MIN_PAIRS,
    timeout: float = 300.0,
    unit: str = "calls",
    wanted: float | None = None,
    env: dict[str, str] | None = None,
) -> dict[str, Any]:
    """The calls (or `unit`: inputs) per second of A over those of B, for at least five pairs. `wanted`
    is the median that is asked for; the answer says whether it is reached."""
    if pairs < MIN_PAIRS:
        raise BenchError(f"{pairs} pairs are too few; measure at least {MIN_PAIRS}")
    rows: list[dict[str, Any]] = []
    for number in range(pairs):
        order = (a, b) if number % 2 == 0 else (b, a)
        measured = {name: measure(name, command, timeout, env) for name, command in order}
        first, second = measured[a[0]], measured[b[0]]
        rates = first.rate(unit), second.rate(unit)
        if min(rates) <= 0:
            raise BenchError(f"{title}: nothing counted {unit}")
        rows.append(
            {
                "a": first.__dict__ | {"rate": rates[0]},
                "b": second.__dict__ | {"rate": rates[1]},
                "ratio": rates[0] / rates[1],
            }
        )
    ratio = spread([row["ratio"] for row in rows])
    return {
        "title": title,
        "a": a[0],
        "b": b[0],
        "unit": unit,
        "pairs": rows,
        "ratio": ratio,
        "wanted": wanted,
        "reached": None if wanted is None else ratio["median"] >= wanted,
        "peak_kib": {
            "a": max(row["a"]["peak_kib"] for row in rows),
            "b": max(row["b"]["peak_kib"] for row in rows),
        },
    }


def text(result: dict[str, Any]) -> str:
    """A comparison for people."""
    lines = [
        f"{result['title']}: {result['a']} against {result['b']}, {len(result['pairs'])} pairs"
    ]
    for number, row in enumerate(result["pairs"], 1):
        lines.append(
            f"  pair {number}: {row['a']['rate']:>12,.0f} and {row['b']['rate']:>12,.0f} "
            f"{result['unit']}/s, ratio {row['ratio']:.2f}"
        )
    ratio = result["ratio"]
    lines.append(
        f"  ratio: min {ratio['min']:.2f}, median {ratio['median']:.2f}, "
        f"max {ratio['max']:.2f}"
        + (
            f"; wanted {result['wanted']:.2f}: {'reached' if result['reached'] else 'NOT reached'}"
            if result["wanted"] is not None
            else ""
        )
    )
    lines.append(
        f"  peak memory: {result['peak_kib']['a'] / 1024:.0f} MiB and "
        f"{result['peak_kib']['b'] / 1024:.0f} MiB"
    )
    return "\n".join(lines)
