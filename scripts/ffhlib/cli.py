"""The command line: finds the verb, sets up what it needs, and turns every outcome into an exit code.

A verb is a module with HELP, EXAMPLE, configure(parser) and run(args) -> exit code. It is imported only
when it is asked for, so that `ffh --help` needs nothing but Python."""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import re
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from . import exits, paths

# verb -> (module, needs the system packages and the virtual environment, one line)
VERBS: dict[str, tuple[str, bool, str]] = {
    "nightly": ("nightly", True, "set up, build every target, fuzz each, and give a verdict"),
    "test": ("test", True, "run every test"),
    "doctor": (
        "doctor",
        False,
        "show every tool, and check that each sanitizer finds a planted bug",
    ),
    "build": ("build", True, "build targets, tools and tests"),
    "list": ("list_", True, "list the targets"),
    "run": ("run", True, "fuzz one target"),
    "repro": ("repro", True, "replay an input or a finding, and say whether it happens every time"),
    "tmin": ("tmin", True, "make a finding's input smaller"),
    "show": ("show", True, "an input as plan text; the interleaving of a finding"),
    "plan": ("plan", True, "compile a plan text into a corpus file"),
    "check": ("check", True, "compare a contract with the built library"),
    "table": ("table", True, "print a contract as an ownership table"),
    "lint": ("lint", True, "check the sources of ffihammer itself"),
    "bench": (
        "bench",
        True,
        "measure speed, memory, what schedules find, and what other tools find",
    ),
}

EXIT_CODES = """exit codes:
  0  passed
  1  the environment or the request is at fault, or a test failed; also Ctrl-C, unless the verb says otherwise
  2  a finding
  3  ffihammer itself is broken (FFH-INTERNAL), or runs of one input disagree"""


class UsageError(exits.FfhError):
    """The command line cannot be understood."""


class Parser(argparse.ArgumentParser):
    """Ends with exit code 1, not argparse's 2, which means a finding here; suggests what was meant."""

    def error(self, message: str) -> NoReturn:
        hints = []
        known = sorted(_options(self))
        for word in re.findall(
            r"--?[A-Za-z][\w-]*", message.partition("unrecognized arguments:")[2]
        ):
            hints += difflib.get_close_matches(word, known, 1)
        meant = f"; did you mean {', '.join(dict.fromkeys(hints))}?" if hints else ""
        self.exit(exits.USAGE, f"{self.prog}: {message}{meant}\n  see {self.prog} --help\n")


@dataclass
class Globals:
    """What may stand before any verb; --yes, --no-install and --build-dir also after it."""

    yes: bool = False
    install: bool = True
    flavor: str = ""


def main(argv: list[str]) -> int:
    os.environ.pop("PYTHONPATH", None)
    try:
        return _guarded(argv)
    except KeyboardInterrupt:
        print("\nffh: interrupted", file=sys.stderr)
        return exits.USAGE
    except BrokenPipeError:
        # The reader of our output is gone; the interpreter must not try to flush to it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.USAGE
    except Exception as error:
        if type(error).__module__.startswith("ffhlib."):
            print(f"ffh: {error}", file=sys.stderr)
            return exits.USAGE
        traceback.print_exc()
        print("FFH-INTERNAL: ffh itself is broken; please report the lines above", file=sys.stderr)
        return exits.INTERNAL


def _guarded(argv: list[str]) -> int:
    chosen, verb, rest = split(argv)
    if verb in ("--help", ""):
        print(usage())
        return exits.PASS if verb else exits.USAGE
    if verb == "--version":
        print(f"ffihammer {paths.version()}")
        return exits.PASS
    name, needs_setup, _ = find(verb)
    asks_help = any(word in ("-h", "--help") for word in _before_dashes(rest))
    if needs_setup and not asks_help:
        from . import setup

        setup.ensure(argv=argv, assume_yes=chosen.yes, install=chosen.install)
    module = importlib.import_module(f"ffhlib.{name}")
    args = parser_for(verb, module, chosen).parse_args(rest)
    args.yes, args.no_install = chosen.yes, not chosen.install
    code = module.run(args)
    sys.stdout.flush()
    return int(code)


def parser_for(verb: str, module: ModuleType, chosen: Globals) -> Parser:
    parser = Parser(
        prog=f"ffh {verb}",
        description=(module.__doc__ or "").strip(),
        allow_abbrev=False,
        epilog=f"Also: --yes, --no-install, --build-dir DIR.\nexample: {module.EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.configure(parser)
    if chosen.flavor:
        _set_default(parser, "flavor", chosen.flavor)
    return parser


def split(argv: list[str]) -> tuple[Globals, str, list[str]]:
    """The global options, the verb ("" when there is none, or --help, --version), and the rest."""
    chosen, rest, verb = Globals(), [], ""
    words = iter(argv)
    for word in words:
        name, equals, value = word.partition("=")
        if word == "--" and verb:
            rest += [word, *words]
        elif word == "--yes":
            chosen.yes = True
        elif word == "--no-install":
            chosen.install = False
        elif name == "--build-dir" or (not verb and name in ("--flavor", "--results")):
            _set(chosen, name, value if equals else next(words, ""))
        elif verb:
            rest.append(word)
        elif word in ("-h", "--help", "--version"):
            return chosen, "--help" if word == "-h" else word, []
        elif word.startswith("-"):
            _unknown(
                "flag",
                word,
                [
                    "--yes",
                    "--no-install",
                    "--flavor",
                    "--build-dir",
                    "--results",
                    "--version",
                    "--help",
                ],
            )
        else:
            verb = word
    return chosen, verb, rest


def find(verb: str) -> tuple[str, bool, str]:
    known = [name for name in VERBS if _exists(name)]
    if verb not in known:
        _unknown("command", verb, known)
    return VERBS[verb]


def usage() -> str:
    verbs = "\n".join(f"  {name:<9} {VERBS[name][2]}" for name in VERBS if _exists(name))
    return (
        f"usage: ffh [OPTION...] COMMAND [ARGUMENT...]\n\n"
        f"ffihammer {paths.version()}: fuzz a C ABI from many threads under its contract\n\n"
        f"commands:\n{verbs}\n\noptions:\n"
        "  --yes            install what is missing without asking\n"
        "  --no-install     install nothing: list what is missing and end with exit code 1\n"
        "  --flavor NAME    the build to use (default asan)\n"
        "  --build-dir DIR  where builds are (default: build/ of the project)\n"
        "  --results DIR    where results go (default: results/ of the project)\n"
        "  --version, --help\n\n"
        f"{EXIT_CODES}\n\nexample: scripts/ffh nightly --quick\n"
        "Each command has its own --help."
    )


def _unknown(what: str, word: str, known: list[str]) -> NoReturn:
    near = difflib.get_close_matches(word, known, 2)
    meant = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(known)}"
    raise UsageError(f"unknown {what} {word!r}: {meant} (ffh --help lists all)")


def _exists(verb: str) -> bool:
    return (Path(__file__).parent / f"{VERBS[verb][0]}.py").is_file()


def _set(chosen: Globals, name: str, value: str) -> None:
    if not value:
        raise UsageError(f"{name} needs a value")
    if name == "--flavor":
        chosen.flavor = value
    elif name == "--build-dir":
        paths.BUILD = Path(value).absolute()
    else:
        paths.RESULTS = Path(value).absolute()


def _before_dashes(words: list[str]) -> list[str]:
    return words[: words.index("--")] if "--" in words else words


def _options(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings}


def _set_default(parser: argparse.ArgumentParser, name: str, value: str) -> None:
    for action in parser._actions:
        if action.dest == name:
            action.default = value
        elif isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                _set_default(inner, name, value)
