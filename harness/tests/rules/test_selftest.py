"""What `ffh doctor` asks of a target: that every checker sees the fault planted for it."""

from __future__ import annotations

import re

from ffhlib import exits, paths, profile, replayer, selfcheck, target


def test_the_checkers_work() -> None:
    env = profile.environment("asan", paths.PROJECT)
    code, output = replayer.capture([str(target.load("rules").replay), "--self-test"], env, 30)
    assert code == exits.PASS, output
    found = re.fullmatch(r"self-test: (\d+) checkers\n", output)
    assert found, output
    assert int(found[1]) >= 19


def test_the_doctor_says_so() -> None:
    outcome = selfcheck.checkers()
    assert outcome.passed
    assert "checkers see their planted bug and no other" in outcome.detail
