"""At the end of a campaign: a sample of the inputs that the fuzzer kept is run again in processes that leave
by exit() after the last call, with whatever is alive then. A fuzz process cannot do that: it goes on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from . import replayer
from .replayer import FINDING, INTERNAL, Outcome

if TYPE_CHECKING:
    from .fuzzer import Campaign

RULE = "FFH-EXIT-CRASH"
_INPUTS = 32
_SHARE = 0.1  # of the campaign's time at most
_LEAST_SECONDS = 5.0


def sample(names: list[str], most: int = _INPUTS) -> list[str]:
    """Evenly from the names in order: those of inputs are hashes."""
    names = sorted(names)
    if len(names) <= most:
        return names
    return [names[i * len(names) // most] for i in range(most)]


def run(campaign: Campaign, scratch: Path) -> int:
    """Runs the sample and adds what it finds. Returns how many inputs were run."""
    folder = campaign.corpus.growing
    names = [path.name for path in folder.iterdir() if len(path.name) == 40]
    seconds = max(_LEAST_SECONDS, _SHARE * campaign.options.seconds)
    end, done = time.monotonic() + seconds, 0
    for name in sample(names):
        if campaign.stop.is_set() or time.monotonic() > end:
            break
        outcome = replayer.replay(
            campaign.target.replay,
            folder / name,
            campaign.env,
            campaign.options.timeout,
            options=("--exit",),
        )
        done += 1
        if outcome.kind == INTERNAL:
            with campaign.lock:
                campaign.internal.append(outcome.message)
            break
        if outcome.kind == FINDING and outcome.rule == RULE:
            _keep(campaign, outcome, scratch)
    return done


def _keep(campaign: Campaign, outcome: Outcome, scratch: Path) -> None:
    """As a finding whose plan says exit=1, so that every replay of it leaves in the same way."""
    known = campaign.findings.known(outcome)
    if known:
        campaign.findings.count_again(known)
        return
    text, file = scratch / "exit.plan", scratch / "exit"
    text.write_text(str(outcome.report.get("plan") or ""))
    code, _, _ = replayer.compile_text(campaign.target.replay, text, file, campaign.env)
    if code == 0:
        campaign.findings.triage(
            campaign.target,
            file.read_bytes(),
            outcome,
            campaign.env,
            scratch,
            campaign.options.timeout,
        )
