"""ffh repro: replay one input in separate processes and say whether they agree."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import build, corpus, determinism, exits, layout_check, paths, profile, replayer, target
from .corpus import CorpusError, Kind
from .replayer import FINDING, INTERNAL, NOTHING, USAGE, Outcome
from .target import Target, TargetError

HELP = "replay an input or a finding, and say whether it happens every time"
_LOOKS = 20  # replays that look for a difference, at least
_RUSTS_ADVICE = "note: run with `RUST_BACKTRACE="  # replays do without: see profile.py
_NO_CALLS = "note: the plan is empty"  # what the replay says
EXAMPLE = "scripts/ffh repro results/latest/findings/FFH-DOUBLE-FREE-f-3f2a91c0 --times 20"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help="a finding's directory, a corpus file, or a plan text",
    )
    parser.add_argument(
        "--times",
        type=positive,
        default=1,
        metavar="N",
        help="run N separate processes (default 1)",
    )
    add_common(parser)
    build.add_no_build(parser, "replay with")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def add_common(parser: argparse.ArgumentParser) -> None:
    """What every command takes that runs an input or a finding."""
    parser.add_argument(
        "--target", metavar="NAME", help="the target; by default the one that the file names"
    )
    parser.add_argument(
        "--timeout",
        type=positive,
        default=25,
        metavar="S",
        help="seconds after which a run counts as hung (default 25)",
    )
    parser.add_argument(
        "--flavor", default="", metavar="NAME", help="the build (default: the finding's, else asan)"
    )


def positive(text: str) -> int:
    """An argument that is a whole number from 1."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return number


@dataclass
class Input:
    """An input with the target it belongs to, as a binary file."""

    file: Path
    source: Path
    target: Target
    empty: bool


def input_file(path: Path) -> Path:
    """The input itself, of a finding's directory or a file."""
    if path.is_dir():
        for name in ("input", "plan.txt"):
            if (path / name).is_file():
                return path / name
        if (path / "report.json").is_file():
            raise CorpusError(
                f"{path} holds no input: its finding was seen without one; read its log"
            )
        reports = [*path.glob("findings/*/report.json"), *path.glob("*/report.json")]
        listed = "".join(f"\n  {report.parent}" for report in sorted(reports))
        raise CorpusError(
            f"{path} is not a finding's directory"
            + (f"; its findings are:{listed}" if listed else ", and there is no finding in it")
        )
    return path


def _target_of(
    path: Path, kind: Kind, wanted: str | None, flavor: str, build_first: bool
) -> Target:
    """The target of a file: the one it names, then the one asked for, then the finding's."""
    named = kind.target
    if kind.format == "binary":
        lists = paths.PROJECT.glob("targets/*/CMakeLists.txt")
        added = [file.parent.name for file in lists]  # perhaps after the last build
        known = {corpus.target_id(name): name for name in [*added, *target.names(flavor)]}
        named = known.get(kind.target_id, "")
        if not named and not wanted:
            raise TargetError(
                f"{path} belongs to a target that is not built (id {kind.target_id:08x}); built: "
                f"{', '.join(known.values()) or 'none'}; build it, or name one with --target"
            )
    if named and wanted and named != wanted:
        raise TargetError(
            f"{path} is a plan of target {named}, not of {wanted}; leave out --target"
        )
    name = named or wanted or _finding_target(path) or _folder_target(path, flavor)
    if not name:
        raise TargetError(f"{path} does not say which target it is for; add --target NAME")
    if not build_first:
        return target.load(name, flavor)
    try:
        return build.current(name, flavor)
    except build.BuildError as error:
        raise build.BuildError(f"{error}\n--no-build uses what was built before") from error


def _finding_target(path: Path) -> str:
    with contextlib.suppress(OSError, ValueError):
        report = json.loads((path.parent / "report.json").read_text(encoding="utf-8"))
        return str(report.get("target") or "") if isinstance(report, dict) else ""
    return ""


def flavor_of(path: Path, asked: str) -> str:
    """The build that was asked for, else the one that a finding was made in, else asan."""
    if asked:
        return asked
    folder = path if path.is_dir() else path.parent
    with contextlib.suppress(OSError, ValueError):
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        return str(report.get("flavor") or "asan") if isinstance(report, dict) else "asan"
    return "asan"


def _folder_target(path: Path, flavor: str) -> str:
    """corpus/<target>/... and .cache/corpus/<target>/... name the target of raw bytes."""
    known = target.names(flavor)
    parts = path.resolve().parts
    return next(
        (
            part.removesuffix(".crashes")
            for part in reversed(parts)
            if part.removesuffix(".crashes") in known
        ),
        "",
    )


@contextlib.contextmanager
def opened(
    path: Path,
    wanted: str | None,
    flavor: str,
    env: dict[str, str],
    *,
    build_first: bool = False,
) -> Iterator[Input]:
    """The input of a path, ready to be replayed. A text is compiled into a temporary file."""
    source = input_file(path)
    data = corpus.load(source)
    kind = corpus.inspect(data)
    text = path / "plan.txt"
    if path.is_dir() and source != text and text.is_file():
        plan = corpus.inspect(corpus.load(text))
        other = kind.format == "binary" and kind.target_id != corpus.target_id(plan.target)
        if plan.target and (other or kind.format == "empty"):
            source, kind = text, plan
            _use_text(path)
    if kind.format in ("text", "binary") and kind.version != str(corpus.VERSION):
        raise CorpusError(
            f"{source} is a plan of format version {kind.version or '?'}; this ffihammer "
            f"reads version {corpus.VERSION}: use the one that wrote it"
        )
    if kind.format == "empty":
        build_first = False
        if not wanted and not _folder_target(source, flavor):
            names = target.names(flavor)
            wanted = names[0] if names else None
    owner = _target_of(source, kind, wanted, flavor, build_first)
    with tempfile.TemporaryDirectory(prefix="ffh-plan-") as folder:
        out = Path(folder) / "input"
        if kind.format == "text":
            code, _, message = replayer.compile_text(owner.replay, source, out, env)
            if code != 0:
                raise CorpusError(message or f"{source} cannot be compiled")
        elif path.is_dir() and _differs(owner, source, text, out, env):
            _use_text(path)
            source = text
        else:
            out = source
        yield Input(out, source, owner, kind.format == "empty")


def _use_text(path: Path) -> None:
    print(
        f"note: {path / 'input'} does not hold the plan of this finding: it was cut or replaced; "
        "plan.txt is used instead",
        file=sys.stderr,
    )


def _differs(owner: Target, source: Path, text: Path, out: Path, env: dict[str, str]) -> bool:
    """Whether a finding's input is no longer the plan of its plan.txt, which is then compiled into
    out. A text that this contract does not compile any more says nothing about the input."""
    if not text.is_file() or replayer.compile_text(owner.replay, text, out, env)[0] != 0:
        return False
    plans = [replayer.show(owner.replay, file, env) for file in (source, out)]
    return plans[1][0] == 0 and plans[0][:2] != plans[1][:2]


def verdict(outcomes: list[Outcome]) -> int:
    """0: nothing every time. 2: the same finding every time. 3: they disagree in outcome or trace, or
    FFH-INTERNAL."""
    kinds = {outcome.kind for outcome in outcomes}
    if USAGE in kinds:
        return exits.USAGE
    if INTERNAL in kinds or determinism.runs_differ(outcomes):
        return exits.INTERNAL
    return exits.FINDING if kinds == {FINDING} else exits.PASS


def _table(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    counts = Counter(
        (o.label, o.rule, o.trace, o.calls, o.skipped, o.not_controlled) for o in outcomes
    )
    return [
        {
            "outcome": label,
            "rule": rule,
            "trace": trace,
            "calls": calls,
            "skipped": skipped,
            "not_controlled": not_controlled,
            "count": number,
        }
        for (label, rule, trace, calls, skipped, not_controlled), number in counts.most_common()
    ]


def _difference(item: Input, env: dict[str, str], timeout: int, times: int) -> str:
    """What two runs of the input do differently first. They have to disagree again for that."""
    with tempfile.TemporaryDirectory(prefix="ffh-events-") as folder:
        numbers = itertools.count()
        found = determinism.alone(
            item.target.replay,
            item.file,
            env,
            timeout,
            lambda: Path(folder) / f"events-{next(numbers)}",
            max(times, _LOOKS),
        )
        return found.first or f"not seen again in {len(found.outcomes)} more runs"


def _print(
    path: Path,
    code: int,
    outcomes: list[Outcome],
    rows: list[dict[str, Any]],
    difference: str,
) -> None:
    total = len(outcomes)
    width = max(len(row["outcome"]) for row in rows)
    for row in rows:
        trace = f"  trace {row['trace']}" if row["trace"] else ""
        if row["calls"] is not None:
            trace += f"  {row['calls']} calls ran, {row['skipped']} skipped"
        if row["not_controlled"]:
            trace += f"  not controlled: {row['not_controlled']}"
        print(f"{row['outcome']:<{width}}  {row['count']} of {total}{trace}")
    first = next((o for o in outcomes if o.kind in (FINDING, INTERNAL)), None)
    if first and first.message:
        print(f"  {first.message}")
    for note in sorted(
        {
            line
            for outcome in outcomes
            for line in outcome.output.splitlines()
            if line.startswith("note: ") and not line.startswith(_RUSTS_ADVICE)
        }
    ):
        print(note)
    if difference:
        print(f"first difference: {difference}")
    print(
        {
            exits.PASS: f"{path}: nothing found",
            exits.FINDING: f"{path}: the finding reproduces every time",
            exits.INTERNAL: f"{path}: "
            + (
                "the harness is broken: FFH-INTERNAL"
                if any(o.kind == INTERNAL for o in outcomes)
                else "the runs disagree"
            ),
        }[code]
    )


def run(args: argparse.Namespace) -> int:
    args.flavor = flavor_of(args.file, args.flavor)
    if name := layout_check.is_finding(args.file):
        outcomes = layout_check.again(name, args.flavor, args.times)
        return _tell(args, name, outcomes, "", verdict(outcomes))
    env = profile.environment(args.flavor, paths.PROJECT)
    with opened(args.file, args.target, args.flavor, env, build_first=args.build) as item:
        if item.empty:
            message = f"{item.source} is empty: an empty plan has nothing to run"
            print(
                json.dumps({"file": str(args.file), "exit": 0, "message": message})
                if args.json
                else message
            )
            return exits.PASS
        outcomes = [
            replayer.replay(item.target.replay, item.file, env, args.timeout)
            for _ in range(args.times)
        ]
        code = verdict(outcomes)
        if code == exits.USAGE:
            bad = next(o for o in outcomes if o.kind == USAGE)
            raise CorpusError(bad.message or f"{item.source} cannot be replayed")
        if code == exits.PASS and _NO_CALLS in outcomes[0].output:
            raise CorpusError(
                f"{item.source} holds no whole call, so nothing ran: it was cut, or is no plan of "
                f"target {item.target.name}"
            )
        difference = ""
        if determinism.runs_differ(outcomes):
            difference = _difference(item, env, args.timeout, args.times)
        return _tell(args, item.target.name, outcomes, difference, code)


def _tell(
    args: argparse.Namespace, name: str, outcomes: list[Outcome], difference: str, code: int
) -> int:
    rows = _table(outcomes)
    if args.json:
        json.dump(
            {
                "file": str(args.file),
                "target": name,
                "exit": code,
                "times": args.times,
                "outcomes": rows,
                "difference": difference,
                "reports": [o.report for o in outcomes if o.kind == FINDING][:1],
            },
            sys.stdout,
            indent=2,
        )
        print()
    else:
        _print(args.file, code, outcomes, rows, difference)
    return code


__all__ = ["EXAMPLE", "HELP", "NOTHING", "configure", "opened", "positive", "run", "verdict"]
