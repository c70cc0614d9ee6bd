"""Pieces of C source from names, bytes and numbers that are data, never code."""

from __future__ import annotations


class CannotWrite(Exception):
    """The call cannot be written in C; the message says why."""


def literal(data: bytes, indent: str = "      ") -> str:
    """A C string literal; whatever is not plainly printable is an octal escape."""
    pieces = []
    for at in range(0, max(len(data), 1), 48):
        out = ""
        for byte in data[at : at + 48]:
            plain = 0x20 <= byte < 0x7F and chr(byte) not in '"\\?'
            out += chr(byte) if plain else f"\\{byte:03o}"
        pieces.append(f'"{out}"')
    return f"\n{indent}".join(pieces)


def comment(text: str) -> str:
    """Text that neither ends a comment nor looks like the beginning of one."""
    clean = "".join(c if " " <= c < "\x7f" else "?" for c in text)
    while "??" in clean:
        clean = clean.replace("??", "? ?")
    return clean.replace("*/", "* /").replace("/*", "/ *").replace("\\", "\\ ").rstrip("\\")


def integer(value: int) -> str:
    if value < -(1 << 63) or value >= 1 << 64:
        raise CannotWrite(f"the number {value} has more than 64 bits")
    if value == -(1 << 63):
        return "(-9223372036854775807 - 1)"
    return f"{value}u" if value >= 1 << 31 else str(value)


def parameter_types(signature: str) -> list[str]:
    """The types of the parameters, each without its name."""
    inside = signature[signature.index("(") + 1 : signature.rindex(")")]
    parts, depth, start = [], 0, 0
    for at, char in enumerate(inside):
        depth += (char in "([") - (char in ")]")
        if char == "," and depth == 0:
            parts.append(inside[start:at])
            start = at + 1
    parts.append(inside[start:])
    return [] if inside.strip() in ("", "void") else [part.strip() for part in parts]
