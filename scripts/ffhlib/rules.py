"""The rules of harness/include/ffh/rules.def, read so that every fact about them stays there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

UNCLASSIFIED = "FFH-UNCLASSIFIED"

_LITERAL = r'"(?:[^"\\]|\\.)*"'
_STRING = rf"{_LITERAL}(?:\s*{_LITERAL})*"
_RULE = re.compile(
    rf"FFH_RULE\(\s*(\w+)\s*,\s*({_STRING})\s*,\s*(\w+)\s*,\s*({_STRING})\s*,"
    rf"\s*({_STRING})\s*,\s*({_STRING})\s*\)"
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class RulesError(Exception):
    """rules.def cannot be read; the message says where and what to do."""


@dataclass(frozen=True)
class Rule:
    """One rule; `patterns` are (tool, how the tool's error begins)."""

    symbol: str
    id: str
    severity: str
    meaning: str
    advice: str
    patterns: tuple[tuple[str, str], ...]


def _join(literals: str) -> str:
    parts = re.findall(_LITERAL, literals)
    return "".join(re.sub(r"\\(.)", r"\1", part[1:-1]) for part in parts)


def _patterns(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for item in text.split("|"):
        tool, colon, error = item.strip().partition(":")
        if colon:
            found.append((tool.strip(), error.strip()))
    return tuple(found)


def parse(text: str) -> dict[str, Rule]:
    """Every rule of a rules.def text by its ID."""
    rules: dict[str, Rule] = {}
    body = _COMMENT.sub("", text)
    for match in _RULE.finditer(body):
        symbol, name, severity, meaning, advice, patterns = match.groups()
        rule = Rule(
            symbol, _join(name), severity, _join(meaning), _join(advice), _patterns(_join(patterns))
        )
        if rule.id in rules:
            raise RulesError(f"rules.def defines {rule.id} twice; keep one")
        rules[rule.id] = rule
    if len(rules) != body.count("FFH_RULE("):
        raise RulesError(
            f"rules.def: {body.count('FFH_RULE(')} rules begin but {len(rules)} can be read; "
            'write FFH_RULE(symbol, "ID", severity, "meaning", "advice", "patterns")'
        )
    return rules


def default_path() -> Path:
    return Path(__file__).resolve().parents[2] / "harness" / "include" / "ffh" / "rules.def"


@lru_cache(maxsize=4)
def load(path: Path | None = None) -> dict[str, Rule]:
    """The project's rules by ID."""
    path = path or default_path()
    try:
        return parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RulesError(f"cannot read {path}: {error.strerror}") from error


def classify(keys: list[tuple[str, str]], rules: dict[str, Rule] | None = None) -> str:
    """The ID of the rule for a report. `keys` are (tool, error), the most telling first; of two
    patterns that fit the same key the longer one wins."""
    rules = rules if rules is not None else load()
    for tool, error in keys:
        best, length = "", -1
        for rule in rules.values():
            for pattern_tool, pattern in rule.patterns:
                if tool == pattern_tool and error.startswith(pattern) and len(pattern) > length:
                    best, length = rule.id, len(pattern)
        if best:
            return best
    return UNCLASSIFIED
