"""The replay contract: events, the first difference, traces of a build, expected outcomes."""

from __future__ import annotations

from pathlib import Path

import pytest
from ffhlib import events, interleaving, tracestore
from ffhlib.replayer import FINDING, NOTHING, Outcome
from ffhlib.tracestore import TraceStore

LOG = """\
0 A call 0x0
3 A switch to B 0x10
3 B call 0x0
4 B lock 0x20
5 B thread start 0x30
6 T1 input or output 0x40
7 T1 switch to A 0x50
8 A call 0x0
9 A boundary 0x1234
"""


class Names(events.Symbols):
    """Places by their number."""

    def load(self, places: object) -> None:
        pass

    def name(self, place: int) -> str:
        return f"f{place:x} a.c:{place}" if place else ""


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_every_kind_of_event_is_read(tmp_path: Path) -> None:
    found = events.read(write(tmp_path / "events", LOG + "cut o"))
    assert len(found) == 9
    assert (found[1].what, found[1].to, found[1].place) == (events.SWITCH, "B", 0x10)
    assert [event.what for event in found[4:6]] == ["thread start", "input or output"]
    assert events.read(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (LOG, ""),
        (LOG.replace("4 B lock", "5 B lock"), "event 4: point 4: B lock at "),
        (LOG.replace("4 B lock", "5 B lock"), "the other run: point 5: B lock at "),
        (LOG.rsplit("\n", 2)[0] + "\n", "event 9: point 9: A boundary; the other run: the run is over"),
        ("", "event 1: point 0: A call; the other run: the run is over"),
    ],
)  # fmt: skip
def test_the_first_difference_is_named(tmp_path: Path, other: str, words: str) -> None:
    one, two = write(tmp_path / "1", LOG), write(tmp_path / "2", other)
    said = events.first_difference(one, two, Path("/bin/true"))
    assert words in said if words else said == ""


REPORT = {
    "plan": 'ffihammer plan 1 target=x\n# a note\nA: h0 = make(name="' + "n" * 80 + '")\n'
    "B: use(h=h0, how={a=1, b=2, c=333333333})\nB: drop(h=h0)\nA: look(h=h0)\n",
    "order": [[3, "A", "skipped"], [0, "A", "ok"], [1, "B", "in flight"], [2, "B", "in flight"]],
}


def test_a_listing_has_calls_switches_and_operations() -> None:
    text = """\
0 A boundary 0x9
0 A call 0x0
3 A switch to B 0x10
3 B call 0x0
4 B lock 0x20
5 B load 0x21
6 B switch to A 0x22
7 A call 0x0
8 A boundary 0x9
9 B wait 0x30
"""
    found = [event for line in text.splitlines() if (event := events.parse_line(line))]
    listing = interleaving.listing(found, REPORT, Names(Path()))
    assert listing.threads == ["A", "B"]
    rows = [(row.thread, row.kind, row.text) for row in listing.rows]
    assert rows[0][1] == "call"
    assert rows[0][2].startswith('0 h0 = make(name="nnn')
    assert len(rows[0][2]) < 40
    assert rows[1:] == [
        ("A", "out", "lane B goes on at f10 a.c:16"),
        ("B", "call", "1 use(h=h0, how={...})"),
        ("B", "step", "lock  f20 a.c:32"),
        ("B", "out", "lane A goes on at f22 a.c:34"),
        ("A", "end", "0 back: ok"),
        ("B", "step", "wait  f30 a.c:48"),
    ]


def test_a_listing_can_be_limited_to_its_end() -> None:
    found = [event for line in LOG.splitlines() if (event := events.parse_line(line))]
    whole = interleaving.listing(found, REPORT, Names(Path()))
    end = interleaving.listing(found, REPORT, Names(Path()), 2)
    begun = next(row for row in whole.rows if row.thread == "B" and row.kind == "call")
    assert end.rows == [begun, *whole.rows[-2:]]  # what B is in stays to be seen
    assert end.left_out == len(whole.rows) - 2


def test_traces_are_kept_for_one_build(tmp_path: Path) -> None:
    binary, file = write(tmp_path / "replay", "1"), write(tmp_path / "input", "x")
    store = TraceStore(tmp_path / "traces", "t", "asan", binary)
    assert store.differences({file: "trace: 0x1"}) == []
    store.keep({file: "trace: 0x1"})
    again = TraceStore(tmp_path / "traces", "t", "asan", binary)
    assert again.differences({file: "trace: 0x1"}) == []
    assert again.differences({file: "trace: 0x2"}) == ["input: trace: 0x2; before: trace: 0x1"]
    binary.write_text("2")
    other = TraceStore(tmp_path / "traces", "t", "asan", binary)
    assert other.differences({file: "trace: 0x2"}) == []


@pytest.mark.parametrize(
    ("text", "outcome", "holds"),
    [
        ("# outcome nothing\n", Outcome(NOTHING, 0), True),
        ("# outcome nothing\n", Outcome(FINDING, 2, "FFH-UB", "FFH-UB-f-1"), False),
        ("x\n#outcome FFH-UB\nA: f()", Outcome(FINDING, 2, "FFH-UB", "FFH-UB-f-1"), True),
        ("# outcome FFH-UB-f-1", Outcome(FINDING, 2, "FFH-UB", "FFH-UB-f-1"), True),
        ("# outcome FFH-UB-f-1", Outcome(FINDING, 2, "FFH-UB", "FFH-UB-f-2"), False),
        ("# outcome FFH-UB-f-1", Outcome(NOTHING, 0), False),
    ],
)
def test_a_regression_says_its_outcome(
    tmp_path: Path, text: str, outcome: Outcome, holds: bool
) -> None:
    wanted = tracestore.expected(write(tmp_path / "a.plan", text))
    assert wanted
    assert tracestore.is_expected(outcome, wanted) is holds
    assert tracestore.expected(write(tmp_path / "b.plan", "# no outcome here\n")) == ""
