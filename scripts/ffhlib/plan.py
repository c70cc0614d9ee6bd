"""ffh plan compile: turn a plan's text into the binary form that the fuzzer reads."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from . import build, corpus, exits, paths, profile, replayer, target
from .corpus import CorpusError
from .results import write_atomic

HELP = "compile a plan text into a corpus file"
EXAMPLE = "scripts/ffh plan compile corpus/pricing/seeds/quote.plan -o /tmp/quote.bin"


def configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="plan_verb", metavar="VERB", required=True)
    one = verbs.add_parser(
        "compile", help=HELP, description=f"{HELP}.", epilog=f"example: {EXAMPLE}"
    )
    one.add_argument("file", metavar="FILE", type=Path, help="a plan text")
    one.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=Path,
        help="the binary file (default: FILE with the suffix .bin)",
    )
    one.add_argument("--flavor", default="asan", metavar="NAME", help="the build (default asan)")
    build.add_no_build(one, "use")


def run(args: argparse.Namespace) -> int:
    kind = corpus.inspect(corpus.load(args.file))
    if kind.format != "text" or not kind.target:
        raise CorpusError(f"{args.file}:1:1: a plan text begins 'ffihammer plan 1 target=NAME'")
    owner = (build.current if args.build else target.load)(kind.target, args.flavor)
    env = profile.environment(args.flavor, paths.PROJECT)
    out: Path = args.output or args.file.with_suffix(".bin")
    if out.resolve() == args.file.resolve():
        raise CorpusError(f"{out} is the text itself; name another file with -o")
    with tempfile.TemporaryDirectory(prefix="ffh-plan-") as folder:
        binary = Path(folder) / "plan"
        code, _, message = replayer.compile_text(owner.replay, args.file, binary, env)
        if code == exits.INTERNAL:
            print(f"FFH-INTERNAL: {message}")
            return exits.INTERNAL
        if code != exits.PASS:
            raise CorpusError(message or f"{args.file} cannot be compiled")
        data = binary.read_bytes()
    try:
        write_atomic(out, data)
    except OSError as error:
        raise CorpusError(f"cannot write {out}: {os.strerror(error.errno or 0)}") from error
    print(f"{out}: {len(data)} bytes for target {owner.name}")
    return exits.PASS
