"""ffh show: print an input as a plan's text, and the interleaving of a finding."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from . import build, events, exits, finding_report, interleaving, paths, profile, replayer, waits
from .corpus import CorpusError
from .interleaving import Listing
from .replayer import FINDING, Outcome
from .repro import Input, add_common, flavor_of, opened, positive

HELP = "print an input as plan text, or the interleaving of a finding"
EXAMPLE = "scripts/ffh show results/latest/findings/FFH-DOUBLE-FREE-f-3f2a91c0"
ROWS = 60
LONG = 100  # rows from which a listing is for a smaller plan
POINT, NARROWEST = 10, 30  # characters of the first column, and of a thread's that can be read


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help="a finding's directory (what its threads did), a corpus file or a plan text (its calls)",
    )
    parser.add_argument(
        "--plan", action="store_true", help="of a finding, too, only the plan's text"
    )
    parser.add_argument(
        "--rows",
        type=positive,
        default=ROWS,
        metavar="N",
        help=f"of an interleaving, the last N rows (default {ROWS})",
    )
    parser.add_argument(
        "--all", action="store_true", help="of an interleaving, every row from the start"
    )
    add_common(parser)
    build.add_no_build(parser, "use")


def run(args: argparse.Namespace) -> int:
    args.flavor = flavor_of(args.file, args.flavor)
    env = profile.environment(args.flavor, paths.PROJECT)
    with opened(args.file, args.target, args.flavor, env, build_first=args.build) as item:
        if args.file.is_dir() and not args.plan and not item.empty:
            return _interleaving(args, item, env)
        code, text, message = replayer.show(item.target.replay, item.file, env)
        if code == exits.USAGE:
            raise CorpusError(message or f"{item.source} cannot be shown")
        if code != exits.PASS:
            print(f"FFH-INTERNAL: {message}", file=sys.stderr)
            return exits.INTERNAL
        sys.stdout.write(text)
        if item.empty:
            print(f"{item.source} is empty: an empty plan has nothing to run", file=sys.stderr)
    return exits.PASS


def _interleaving(args: argparse.Namespace, item: Input, env: dict[str, str]) -> int:
    """Runs the finding once more with its events kept, and prints what its threads did."""
    with tempfile.TemporaryDirectory(prefix="ffh-events-") as folder:
        log = Path(folder) / "events"
        outcome = replayer.replay(item.target.replay, item.file, env, args.timeout, log)
        if outcome.kind == replayer.USAGE:
            raise CorpusError(outcome.message or f"{item.source} cannot be replayed")
        if outcome.kind == replayer.INTERNAL:
            print(f"FFH-INTERNAL: {outcome.message}", file=sys.stderr)
            return exits.INTERNAL
        known = _stored(args.file)
        report = outcome.report or known
        symbols = events.Symbols(item.target.replay)
        listing = interleaving.listing(
            events.read(log), report, symbols, 0 if args.all else args.rows
        )
    _print(listing, item, outcome, report, known)
    if smaller := _smaller(listing, args.file, known):
        print(smaller)
    return exits.PASS


def _stored(folder: Path) -> dict[str, Any]:
    """What report.json says, {} when there is none."""
    try:
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) else {}


def _print(
    listing: Listing,
    item: Input,
    outcome: Outcome,
    report: dict[str, Any],
    known: dict[str, Any],
) -> None:
    print(f"{item.target.name}: {outcome.label}\n")
    if listing.left_out:
        print(f"{listing.left_out} rows before these are left out; --all shows them\n")
    if listing.rows:
        _table(listing, shutil.get_terminal_size().columns if sys.stdout.isatty() else None)
    else:
        print("the run left no events")
    print()
    if outcome.kind != FINDING:
        print(f"this time nothing was found; the finding is {known.get('signature', 'unknown')}")
        return
    print(f"{outcome.rule}: {outcome.message}")
    stacks = outcome.sanitizer.stacks if outcome.sanitizer else []
    for line in [*finding_report.places(stacks), *waits.lines(report, not stacks)]:
        print(line)
    print(f"trace {outcome.trace or 'unknown'}")


def _smaller(listing: Listing, folder: Path, known: dict[str, Any]) -> str:
    """Where a listing that nobody reads to its end can be had shorter, "" for a short one."""
    rows = len(listing.rows) + listing.left_out
    if rows <= LONG or known.get("minimised"):
        return ""
    if (folder / "min" / "report.json").is_file():
        return f"{rows} rows; the minimised finding has fewer: scripts/ffh show {folder / 'min'}"
    return f"{rows} rows; scripts/ffh tmin {folder} makes the finding smaller"


def _table(listing: Listing, columns: int | None) -> None:
    """One column for each thread that took part; in a terminal that is too narrow for that, one for
    all. `columns` is the terminal's width, None: what is printed goes elsewhere."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    terminal = columns is not None
    one = columns is not None and columns < POINT + NARROWEST * len(listing.threads)
    width = columns or POINT + 58 * len(listing.threads)
    console = Console(width=width, no_color=not terminal, highlight=False)
    table = Table(box=box.SIMPLE_HEAD if terminal else box.ASCII, pad_edge=terminal)
    table.add_column("point", justify="right", no_wrap=True)
    for title in ("thread", "what") if one else map(waits.name_of, listing.threads):
        table.add_column(title, overflow="fold", no_wrap=title == "thread")
    styles = {"call": "bold", "out": "yellow", "end": "green", "step": "dim"}
    marks = {"out": "=> ", "step": "   ", "end": "", "call": ""}
    for row in listing.rows:
        what = Text(f"{marks[row.kind]}{row.text}", style=styles[row.kind])
        cells = [what if row.thread == thread else Text("") for thread in listing.threads]
        table.add_row(str(row.points), *([Text(waits.name_of(row.thread)), what] if one else cells))
    console.print(table)
