"""What a person sees. Messages go to stderr, so that stdout carries only what was asked for.

rich draws tables when it is installed; before set-up, and for `ffh doctor` on a bare machine, plain
columns do."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def say(message: str) -> None:
    print(f"ffh: {message}", file=sys.stderr, flush=True)


def ask(question: str) -> bool:
    """Yes is the default. End of input means no."""
    print(f"ffh: {question} [Y/n] ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    return answer != "" and answer.strip().lower() in ("", "y", "yes")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Prints a table on stdout: drawn on a terminal, plain columns in a file or pipe."""
    if sys.stdout.isatty():
        try:
            _rich_table(columns, rows, title)
            return
        except ImportError:
            pass
    if title:
        print(title)
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]
    for row in [columns, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def _rich_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title or None, title_justify="left")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell, style=_style(cell)) for cell in row))
    Console().print(drawn)


def _style(cell: str) -> str:
    if cell.startswith(("missing", "failed", "no ")):
        return "red"
    return "green" if cell in ("found", "passed", "yes") else ""
