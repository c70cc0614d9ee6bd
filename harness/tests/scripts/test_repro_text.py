"""repro.c: names and bytes of a plan are data; nothing breaks out of a literal or a comment."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripts"))

from ffhlib import repro_c
from ffhlib.repro_plan import Bytes, Form, PlanError, parse
from ffhlib.repro_text import comment, integer, literal, parameter_types


def test_a_literal_is_the_bytes() -> None:
    every = bytes(range(256)) + b'??/"\\1234*/'
    pieces = literal(every, "").split("\n")
    assert b"".join(ast.literal_eval("b" + piece) for piece in pieces) == every
    assert "?" not in literal(b"??/")  # trigraphs
    assert literal(b"") == '""'


@pytest.mark.parametrize(
    "text", ["*/ int x; /*", "??/", "a\nb", "\\", "*\\/", "**//", "*?/", "//**", "\x00\xff"]
)
def test_a_comment_stays_one(text: str) -> None:
    clean = comment(text)
    assert "*/" not in clean
    assert "/*" not in clean
    assert "??" not in clean
    assert "\n" not in clean
    assert not clean.endswith("\\")


def test_numbers() -> None:
    assert integer(-(1 << 63)) == "(-9223372036854775807 - 1)"
    assert integer((1 << 64) - 1) == "18446744073709551615u"
    assert integer(-5) == "-5"


def test_parameter_types() -> None:
    assert parameter_types("int f(void)") == []
    assert parameter_types("int f(const s *a, int (*cb)(void *, int), size_t n)") == [
        "const s *a",
        "int (*cb)(void *, int)",
        "size_t n",
    ]


def test_a_printed_plan() -> None:
    text = (
        "ffihammer plan 1 target=t\nschedule random seed=0x1 lanes=2 stickiness=1\n"
        'A: h0 = f(a=h"00ff"*4, b={c=T|U, d="\\"x\\n"}, e=["a", h"00"], g=stale h3, n=null)\n'
        'B: g(err=h1 out h2, o=out h4, x=-5, y=bits:0x7ff8000000000000, u=bad_utf8 h"ff", v={s=bad_version -12})\n'
        "switch 3 B\n"
    )
    first, second = parse(text)
    assert (first.lane, first.result, first.function) == ("A", "h0", "f")
    assert first.values == {
        "a": Bytes(b"\x00\xff", 4),
        "b": {"c": "T|U", "d": Bytes(b'"x\n', 3)},
        "e": [Bytes(b"a", 1), Bytes(b"\x00", 1)],
        "g": Form("stale", "h3"),
        "n": "null",
    }
    assert second.values == {
        "err": Form("out", "h2", "h1"),
        "o": Form("out", "h4"),
        "x": "-5",
        "y": "bits:0x7ff8000000000000",
        "u": Form("bad_utf8", Bytes(b"\xff", 1)),
        "v": {"s": Form("bad_version", "-12")},
    }


@pytest.mark.parametrize("line", ["A: f(a=", "A: f(a=1;system(2))", 'A: f(a="x)', "A: f() x"])
def test_what_the_printer_cannot_have_written(line: str) -> None:
    with pytest.raises(PlanError):
        parse(line)


MODEL = {
    "contract": "c.h",
    "handle_types": [],
    "functions": [
        {
            "name": "f",
            "signature": "void f(const char *a, size_t n)",
            "flags": [],
            "parameters": [
                {"name": "a", "kind": "bytes", "direction": "in", "size": 1, "partner": "n"},
                {"name": "n", "kind": "length", "direction": "in", "size": 8, "partner": "a"},
            ],
        }
    ],
}


def test_a_call_and_its_buffer() -> None:
    source = repro_c.generate('A: f(a="*/")', {"order": [[0, "A", "ok"]]}, MODEL, {})
    assert 'void *s0 = copy("*/", 2, 0);\n  (void)f(s0, 2);' in source
    assert "incomplete" not in source


def test_an_allocation_that_fails_is_part_of_the_call() -> None:
    first, second = parse("A: make(size=1) fail=12\nB: make(size=1)\n")
    assert (first.fail, second.fail) == (12, 0)
    with pytest.raises(PlanError, match="something follows the call"):
        parse("A: make(size=1) fails=12\n")


def test_what_is_left_out_is_said_twice() -> None:
    source = repro_c.generate("A: g()\nA: f(a=null)", {"order": [[0, "A", "ok"]]}, MODEL, {})
    assert source.count("incomplete: call 0 is left out: g is not in the contract") == 2
    source = repro_c.generate("A: f(a=null)", {"order": []}, MODEL, {})
    assert "incomplete: the order of the run is not known" in source


def test_skipped_calls_are_left_out() -> None:
    report = {"order": [[0, "A", "skipped"], [1, "B", "ok"]]}
    source = repro_c.generate("A: f(a=null)\nB: f(a=null)", report, MODEL, {})
    assert "call 0" not in source
    assert '{"B", step_0}' in source


def test_a_contract_path_cannot_break_out() -> None:
    with pytest.raises(repro_c.ReproError):
        repro_c.generate("", {}, {**MODEL, "contract": 'c.h"\nint x;'}, {})
