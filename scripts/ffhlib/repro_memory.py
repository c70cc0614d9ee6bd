"""How a program of ours gives memory of the library back, with the length that came with it."""

from __future__ import annotations

from typing import Any

from .repro_text import parameter_types


def unit(freed: dict[str, Any]) -> str:
    """What the length of memory that goes back counts: bytes, or what it did when it came."""
    return "bytes" if freed.get("element") == 1 else "length"


def units(model: dict[str, Any], handle_type: str) -> list[str]:
    """The units in which functions take the length of that memory."""
    return sorted(
        {
            unit(slot)
            for function in model["functions"]
            for slot in function["parameters"]
            if slot["kind"] == "handle" and slot.get("handle_type") == handle_type
            if "partner" in slot
        }
    )


def freeing_call(
    model: dict[str, Any], handle_type: str, pointer: str, numbers: dict[str, str]
) -> str | None:
    """The call that gives it back; None where it takes more than the memory and its length, which
    `numbers` has for each unit."""
    kind = next(kind for kind in model["handle_types"] if kind["name"] == handle_type)
    function = next((f for f in model["functions"] if f["name"] == kind["destroy"]), None)
    if function is None:
        return None
    types = parameter_types(function["signature"])
    if len(types) == 1:
        return f"{function['name']}({pointer})"
    tops = [slot for slot in function["parameters"] if "parent" not in slot][: len(types)]
    slots = {slot["name"]: slot for slot in tops}
    arguments = []
    for slot in tops:
        partner = slots.get(slot.get("partner", ""), {})
        if slot["kind"] == "handle" and slot.get("handle_type") == handle_type:
            arguments.append(pointer)
        elif slot["kind"] == "length" and partner.get("kind") == "handle":
            arguments.append(numbers[unit(partner)])
    if len(arguments) != len(types):
        return None
    return f"{function['name']}({', '.join(arguments)})"
