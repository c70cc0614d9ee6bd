"""ffh show: the listing of a finding fits the terminal, and a long one says how to get a shorter."""

from __future__ import annotations

from pathlib import Path

import pytest
from ffhlib import show
from ffhlib.interleaving import Listing, Row

TEXT = '3 rep_load(self=h2, text="avuhdzkuqoraf...", error=out h3)'


def listing(threads: int, rows: int = 4) -> Listing:
    names = [chr(ord("A") + number) for number in range(threads - 1)] + ["T1"]
    return Listing(names, [Row(n, names[n % threads], TEXT, "call") for n in range(rows)])


@pytest.mark.parametrize("threads", [2, 4, 9])
def test_a_listing_fits_the_terminal(threads: int, capsys: pytest.CaptureFixture[str]) -> None:
    show._table(listing(threads), 90)
    lines = capsys.readouterr().out.splitlines()
    assert lines and max(map(len, lines)) <= 90
    heading = lines[1].split()
    assert (heading[:2] == ["point", "lane"]) == (threads == 2)
    if threads > 2:  # one column for all of them, in which a call is not cut into pieces
        assert heading == ["point", "thread", "what"]
        assert sum(TEXT in line for line in lines) == 4


def test_elsewhere_every_thread_has_a_column(capsys: pytest.CaptureFixture[str]) -> None:
    show._table(listing(4), None)
    out = capsys.readouterr().out
    assert "lane A" in out and "thread T1" in out and out.count("rep_load") == 4


def test_a_long_listing_says_how_to_get_a_shorter(tmp_path: Path) -> None:
    long, short = listing(2, show.LONG + 1), listing(2)
    assert show._smaller(short, tmp_path, {}) == ""
    assert f"scripts/ffh tmin {tmp_path} " in show._smaller(long, tmp_path, {})
    short.left_out = show.LONG
    assert "104 rows" in show._smaller(short, tmp_path, {})
    assert show._smaller(long, tmp_path, {"minimised": True}) == ""
    (tmp_path / "min").mkdir()
    (tmp_path / "min" / "report.json").write_text("{}")
    assert show._smaller(long, tmp_path, {}).endswith(f"scripts/ffh show {tmp_path}/min")
