"""Check the sources of ffihammer itself. `ffh test` runs the same rules as tests."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from . import exits, lint_sources, lint_tools, paths
from .lint_sources import Finding, Tree

HELP = "check the sources of ffihammer itself"
EXAMPLE = "scripts/ffh lint layers clang-format"


@dataclass(frozen=True)
class Rule:
    name: str
    check: Callable[[Tree], list[Finding]]
    meaning: str
    needs_build: bool = False


RULES = (
    Rule("layers", lint_sources.layers, "a stage includes the data it uses, never another stage"),
    Rule("file-length", lint_sources.file_length, "no file is too long"),
    Rule("function-length", lint_sources.function_length, "no function is too long"),
    Rule("machine-paths", lint_sources.machine_paths, "nothing names a path of one machine"),
    Rule("exit-codes", lint_sources.exit_codes, "C and Python agree on the exit codes"),
    Rule("rules-documented", lint_sources.rules_documented, "every rule has its section in docs/rules.md"),
    Rule("headers-alone", lint_tools.headers_alone, "every header compiles alone, as C and as C++"),
    Rule("clang-format", lint_tools.clang_format, "C is formatted"),
    Rule("ruff-check", lint_tools.ruff_check, "Python is free of what ruff finds"),
    Rule("ruff-format", lint_tools.ruff_format, "Python is formatted"),
    Rule("exported-symbols", lint_tools.exported_symbols, "only ffh_* and what stands before libc leaves the runtime", True),
    Rule("generated-deterministic", lint_tools.generated_deterministic,
         "ffh-gen writes the same bytes each time", True),
    Rule("clang-tidy", lint_tools.clang_tidy, "C is free of what clang-tidy finds", True),
)  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    names = [rule.name for rule in RULES]
    parser.add_argument("rules", metavar="RULE", nargs="*",
                        help=f"the rules to check (default: all): {', '.join(names)}")  # fmt: skip
    parser.add_argument("--flavor", default="asan", metavar="NAME", help="the build (default asan)")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(args: argparse.Namespace) -> int:
    by_name = {rule.name: rule for rule in RULES}
    unknown = [name for name in args.rules if name not in by_name]
    if unknown:
        raise exits.FfhError(f"unknown lint rule {unknown[0]!r}: rules are {', '.join(by_name)}")
    chosen = [by_name[name] for name in args.rules] or list(RULES)
    tree = Tree(paths.PROJECT, paths.BUILD / args.flavor)
    if any(rule.needs_build for rule in chosen):
        from . import build

        build.ninja(build.prepare(args.flavor))
    output, bad = [], 0
    for rule in chosen:
        begin = time.monotonic()
        findings = rule.check(tree)
        bad += bool(findings)
        output += [{"rule": rule.name, **finding.__dict__} for finding in findings]
        if not args.json:
            state = f"{len(findings)} findings" if findings else "ok"
            print(f"{rule.name:<24} {state} ({time.monotonic() - begin:.1f} s)", file=sys.stderr)
            for finding in findings:
                print(f"{finding} [{rule.name}]", flush=True)
    if args.json:
        print(json.dumps(output, indent=2))
    return exits.USAGE if bad else exits.PASS
