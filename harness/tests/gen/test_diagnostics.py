"""Every diagnostic of ffh-gen: each case is a small contract with the expected text beside the offending line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ffh_gen import FOLDER, Gen

EXPECT = re.compile(r"/\* expect: (error|warning) (FFH-C\d{3}) (.*?) \*/")
SHOWN = re.compile(r"^(\S+?):(\d+):(\d+): (error|warning): (.*) \[(FFH-C\d{3})\]$")

CASES = sorted((FOLDER / "cases").glob("*.h"))
GOOD = sorted((FOLDER / "good").glob("*.h"))


def diagnostics(text: str) -> list[tuple[str, int, str, str, str]]:
    """File, line, severity, ID and message of each; a diagnostic is two lines, the second a hint."""
    lines = text.splitlines()
    assert len(lines) % 2 == 0, text
    found = []
    for first, second in zip(lines[::2], lines[1::2], strict=True):
        match = SHOWN.match(first)
        assert match, first
        assert second.startswith("  hint: ") and len(second) > 12, second
        assert int(match[3]) > 0, first
        found.append((match[1], int(match[2]), match[4], match[6], match[5]))
    return found


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 40
    assert len(GOOD) >= 3


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_says_what_is_expected_and_nothing_else(gen: Gen, case: Path) -> None:
    expected = [
        (number, *match.groups())
        for number, line in enumerate(case.read_text().splitlines(), 1)
        for match in EXPECT.finditer(line)
    ]
    assert expected
    status, _, shown = gen.check(case)
    unexpected = []
    for file, line, severity, ident, message in diagnostics(shown):
        assert file == f"cases/{case.name}"
        found = next(
            (e for e in expected if e[:3] == (line, severity, ident) and e[3] in message), None
        )
        if found is None:
            unexpected.append((line, severity, ident, message))
        else:
            expected.remove(found)
    assert (expected, unexpected) == ([], [])
    assert status == ("error:" in shown)


@pytest.mark.parametrize("contract", GOOD, ids=lambda path: path.stem)
def test_good_contracts_are_silent(gen: Gen, contract: Path) -> None:
    assert gen.check(contract) == (0, "", "")


def test_every_id_has_a_case() -> None:
    """IDs of `check --symbols` and of unreadable files are tested in test_ffh_gen.py."""
    table = (FOLDER.parents[1] / "gen" / "diags.def").read_text()
    ids = re.findall(r'FFH_DIAG\(\w+, "(FFH-C\d{3})"', table)
    assert len(ids) == len(set(ids))
    elsewhere = {"FFH-C002", "FFH-C048", "FFH-C049"}
    tested = {match[2] for case in CASES for match in EXPECT.finditer(case.read_text())}
    assert set(ids) - elsewhere == tested
