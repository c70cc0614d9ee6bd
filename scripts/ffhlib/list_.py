"""List the targets: contract, functions, handle types, seeds, and whether each is built."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from . import build, console, exits, gen, paths, target

HELP = "list the targets"
EXAMPLE = "scripts/ffh list --all"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="also targets that only the tests use")
    parser.add_argument("--flavor", default="asan", metavar="NAME", help="the build (default asan)")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def run(args: argparse.Namespace) -> int:
    build.check_flavor(args.flavor)
    rows = [
        row for row in targets(args.flavor) if args.all or row["contract"].startswith("targets/")
    ]
    if args.json:
        print(json.dumps(rows, indent=2))
        return exits.PASS
    if not rows:
        raise exits.FfhError(
            "there is no target: each is a directory in targets/ with a CMakeLists.txt"
        )
    console.table(
        [
            "target",
            "contract",
            "functions",
            "inner",
            "handle types",
            "seeds",
            "regressions",
            "built",
        ],
        [
            [
                row["name"],
                row["contract"],
                _number(row["functions"]),
                _number(row["inner_functions"]),
                str(len(row["handle_types"])) if row["functions"] is not None else "-",
                str(row["seeds"]),
                str(row["regressions"]),
                "yes" if row["built"] else "no",
            ]
            for row in rows
        ],
    )
    return exits.PASS


def targets(flavor: str) -> list[dict[str, Any]]:
    """Every target: those of the build directory, and those that targets/ declares."""
    found = dict(_declared())
    for name in target.names(flavor):
        found[name] = paths.shown(Path(gen.info(name, flavor)["contract"]))
    return [_row(name, contract, flavor) for name, contract in sorted(found.items())]


def _declared() -> list[tuple[str, str]]:
    calls = []
    for lists in sorted(paths.PROJECT.glob("targets/*/CMakeLists.txt")):
        text = lists.read_text(encoding="utf-8", errors="replace")
        for call in re.findall(r"\bffh_add_target\(([^)]*)\)", text):
            name = re.search(r"\bNAME\s+([\w-]+)", call)
            contract = re.search(r"\bCONTRACT\s+(\S+)", call)
            if name and contract:
                calls.append((name[1], paths.shown(lists.parent / contract[1])))
    return calls


def _row(name: str, contract: str, flavor: str) -> dict[str, Any]:
    model, built = _model(name, flavor)
    functions, inner = count_functions(model) if model else (None, None)
    corpus = paths.PROJECT / "corpus" / name
    return {
        "name": name,
        "contract": contract,
        "functions": functions,
        "inner_functions": inner,
        "handle_types": [kind["name"] for kind in model["handle_types"]] if model else [],
        "seeds": _count(corpus / "seeds"),
        "regressions": _count(corpus / "regress"),
        "built": built,
    }


def count_functions(model: dict[str, Any]) -> tuple[int, int]:
    """Those of the caller, and the inner ones (FFH_LEGACY) behind them."""
    inner = sum("legacy" in (function.get("flags") or []) for function in model["functions"])
    return len(model["functions"]) - inner, inner


def _model(name: str, flavor: str) -> tuple[dict[str, Any] | None, bool]:
    if name not in target.names(flavor):
        return None, False
    content = gen.info(name, flavor)
    built = all(Path(content[kind]).is_file() for kind in ("fuzz", "replay", "model"))
    try:
        model = json.loads(Path(content["model"]).read_text(encoding="utf-8"))
        return (model if "functions" in model and "handle_types" in model else None), built
    except (OSError, ValueError):
        return None, False


def _count(folder: Path) -> int:
    return sum(1 for file in folder.glob("*") if file.is_file() and not file.name.startswith("."))


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)
