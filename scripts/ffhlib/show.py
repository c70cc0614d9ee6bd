"""ffh show: print an input as a plan's text."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import build, exits, paths, profile, replayer
from .corpus import CorpusError
from .repro import opened

HELP = "print an input as plan text"
EXAMPLE = "scripts/ffh show results/latest/findings/FFH-DOUBLE-FREE-f-3f2a91c0"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help="a finding's directory, a corpus file, or a plan text",
    )
    parser.add_argument(
        "--target", metavar="NAME", help="the target; by default the one that the file names"
    )
    parser.add_argument("--flavor", default="asan", metavar="NAME", help="the build (default asan)")
    build.add_no_build(parser, "use")


def run(args: argparse.Namespace) -> int:
    env = profile.environment(args.flavor, paths.PROJECT)
    with opened(args.file, args.target, args.flavor, env, build_first=args.build) as item:
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
