"""Print a contract as an ownership table: who allocates, who frees, until when, on which thread."""

from __future__ import annotations

import argparse
import sys

from . import gen

HELP = "print a contract as an ownership table"
EXAMPLE = "scripts/ffh table pricing"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help="a target (scripts/ffh list)")
    parser.add_argument("--flavor", default="asan", metavar="NAME", help="the build (default asan)")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")


def run(args: argparse.Namespace) -> int:
    content = gen.info(args.target, args.flavor)
    done = gen.call("table", content, args.flavor, ["--json"] if args.json else [])
    sys.stdout.write(done.out)
    sys.stderr.write(done.err)
    code, message = gen.exit_code(done)
    if message:
        print(message, file=sys.stderr)
    return code
