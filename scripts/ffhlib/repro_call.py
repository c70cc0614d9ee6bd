"""One call of a plan as C: the arguments as the runtime builds them (harness/boundary/args.c)."""

from __future__ import annotations

import re
from typing import Any

from .repro_memory import freeing_call, unit, units
from .repro_plan import Bytes, Call, Form
from .repro_text import CannotWrite, integer, literal, parameter_types

_SPARSE = (1 << 32) + (1 << 20)
_REAL = 1 << 17
_BUFFERS = ("bytes", "array", "strings", "text", "path")
_VARIABLE = re.compile(r"h\d+")
_NUMBER = re.compile(r"-?\d+")
_NAMES = re.compile(r"[A-Za-z_]\w*(\|[A-Za-z_]\w*)*")


class Writer:
    """`lines` are what the step does; `call` is given by the plan or, for a teardown call, made."""

    def __init__(self, model: dict[str, Any], function: dict[str, Any], call: Call, number: int):
        self.slots: list[dict[str, Any]] = function["parameters"]
        self.function, self.call, self.number = function, call, number
        self.model = model
        self.types = parameter_types(function["signature"])
        self.parents = [self._parent(i) for i in range(len(self.slots))]
        self.tops = [i for i, parent in enumerate(self.parents) if parent is None]
        self.result = self.tops.pop() if len(self.tops) == len(self.types) + 1 else None
        if len(self.tops) != len(self.types):
            raise CannotWrite("its declaration could not be read")
        self.values: list[Any] = [None] * len(self.slots)
        self._place(call.values, None)
        self.lines: list[str] = []
        self.after: list[str] = []
        self.made: dict[int, str] = {}

    def _parent(self, index: int) -> int | None:
        name = self.slots[index].get("parent")
        if name is None:
            return None
        for i in range(index - 1, -1, -1):
            if self.slots[i]["name"] == name and self.slots[i]["kind"] in ("struct", "array"):
                return i
        raise CannotWrite(f"the struct of field {self.slots[index]['name']} is not known")

    def _place(self, values: dict[str, Any], parent: int | None) -> None:
        for i, slot in enumerate(self.slots):
            key = slot["name"] or f"_{i}"
            if self.parents[i] == parent and i != self.result and key in values:
                self.values[i] = values[key]
                if isinstance(values[key], dict):
                    self._place(values[key], i)

    def _partner(self, index: int) -> int | None:
        name = self.slots[index].get("partner")
        for i, slot in enumerate(self.slots):
            if name is not None and slot["name"] == name and self.parents[i] == self.parents[index]:
                return i
        return None

    def _is(self, index: int, *forms: str) -> bool:
        value = self.values[index]
        return (value == "null" and "null" in forms) or (
            isinstance(value, Form) and value.name in forms
        )

    def _out(self, index: int) -> bool:
        return self.slots[index]["direction"] == "out" or bool(self.slots[index].get("creates"))

    def _make(self, index: int, expression: str) -> str:
        self.lines.append(f"void *s{index} = {expression};")
        return f"s{index}"

    def _bytes(self, index: int) -> Bytes:
        value = self.values[index]
        if isinstance(value, Form) and value.name == "bad_utf8":
            value = value.operand
        return value if isinstance(value, Bytes) else Bytes(b"", 0)

    def _element(self, index: int) -> int:
        slot = self.slots[index]
        return max(int(slot["size"]), 1) if slot["kind"] == "array" else 1

    def _count(self, index: int) -> int:
        value = self.values[index]
        if self._is(index, "length_mismatch", "oversized"):
            return int(value.operand)
        if self._is(index, "null"):
            return 0
        if self.slots[index]["kind"] == "strings":
            return len(value or [])
        return self._bytes(index).size // self._element(index)

    def value(self, index: int) -> str | None:
        """The C expression of an argument or a field; None where nothing is put in."""
        if index not in self.made:
            expression = self._value(index)
            if expression is None:
                return None
            self.made[index] = expression
        return self.made[index]

    def _value(self, index: int) -> str | None:
        slot = self.slots[index]
        kind = slot["kind"]
        if kind in _BUFFERS:
            return self._buffer(index)
        if slot.get("placed"):
            raise CannotWrite(f"the object of {slot['name']} lies in the caller's storage")
        if kind in ("handle", "owned", "view"):
            return self._handle(index)
        if kind == "lengths":
            self.value(self._partner(index) or 0)
            return self.made.get(index, "NULL")
        special = {
            "struct": self._struct,
            "error": self._error,
            "callback": self._callback,
            "userdata": lambda _: f"&cookies[{self.number % 4096}]",
        }.get(kind)
        return special(index) if special else self._scalar(index)

    def _scalar(self, index: int) -> str | None:
        slot = self.slots[index]
        if slot.get("indirect"):
            if self._is(index, "null"):
                return "NULL"
            if slot["direction"] == "out":
                return self._make(index, f"fresh({slot['size']})")
            kind = "double" if slot["size"] == 8 else "float"
            if slot["kind"] != "float":
                kind = f"uint{8 * int(slot['size'])}_t"
            number = f"({kind})({self._number(index)})"
            return self._make(index, f"copy(&({kind}){{{number}}}, {slot['size']}, 0)")
        return None if slot["direction"] == "out" else self._number(index)

    def _number(self, index: int) -> str:
        slot, value = self.slots[index], self.values[index]
        if slot["kind"] == "const" and self._is(index, "bad_version"):
            return f"number((int64_t){integer(int(value.operand))})"
        if slot["kind"] == "const":
            return integer(int(slot["value"]))
        if slot["kind"] == "length":
            partner = self._partner(index)
            if partner is not None and self.slots[partner]["kind"] == "handle":
                return self._freed(partner)
            return integer(0 if partner is None else self._count(partner))
        if isinstance(value, Form) and value.name == "bad_enum":
            return f"number((int64_t){integer(int(value.operand))})"
        if value is None:
            return "0"
        if not isinstance(value, str):
            raise CannotWrite(f"the value of {slot['name']} is not a number")
        if value in ("true", "false"):
            return "1" if value == "true" else "0"
        if value.startswith("bits:"):
            return f"from_bits(UINT64_C({value[5:]}))"
        if _NUMBER.fullmatch(value):
            return integer(int(value))
        if slot["kind"] == "float" or _NAMES.fullmatch(value):
            return value.replace("|", " | ")
        raise CannotWrite(f"the value of {slot['name']} is not a number")

    def _buffer(self, index: int) -> str:
        slot, kind = self.slots[index], self.slots[index]["kind"]
        keep = int(bool(slot.get("kept")))
        if slot["direction"] == "out":
            partner, count = self._partner(index), int(slot.get("cap", 1))
            if partner is not None and self.slots[partner]["kind"] == "length":
                leader = self._partner(partner)
                count = self._count(leader) if leader is not None else 0
            elif partner is not None:
                value = self.values[partner]
                count = int(value) if isinstance(value, str) else 0
            return self._make(index, f"fresh({count * self._element(index)}u)")
        if self._is(index, "null", "length_mismatch"):
            return "NULL"
        if self._is(index, "oversized"):
            return self._oversized(index, keep)
        if kind == "strings":
            return self._strings(index, keep)
        data = self._bytes(index)
        unit = literal(data.unit)
        if kind == "path":
            whole = (data.unit * (data.size // max(len(data.unit), 1) + 1))[: data.size]
            return self._make(index, f"path({literal(whole)}, {keep})")
        if kind == "text":
            return self._make(index, f"text({unit}, {len(data.unit)}, {data.size}, {keep})")
        if data.size == len(data.unit):
            return self._make(index, f"copy({unit}, {data.size}, {keep})")
        return self._make(index, f"repeat({unit}, {len(data.unit)}, {data.size}, {keep})")

    def _oversized(self, index: int, keep: int) -> str:
        element, is_text = self._element(index), self.slots[index]["kind"] in ("text", "path")
        count = self._count(index)
        size = _SPARSE if count > _SPARSE // element else count * element + is_text
        if not is_text and size > _REAL:
            return "sparse()"
        fill = 0 if self.slots[index]["kind"] == "array" else ord("a")
        return self._make(index, f"oversized({integer(size)}, {fill}, {int(is_text)}, {keep})")

    def _strings(self, index: int, keep: int) -> str:
        items: list[Bytes] = self.values[index] or []
        lengths = next(
            (
                i
                for i, slot in enumerate(self.slots)
                if slot["kind"] == "lengths" and self._partner(i) == index
            ),
            None,
        )
        helper = "repeat" if lengths is not None else "text"
        pointers = [
            f"{helper}({literal(item.unit)}, {len(item.unit)}, {item.size}, {keep})"
            for item in items
        ]
        if lengths is not None:
            size = int(self.slots[lengths]["size"])
            numbers = ", ".join(str(item.size) for item in items) or "0"
            self.made[lengths] = self._make(
                lengths, f"copy((uint{8 * size}_t[]){{{numbers}}}, {size * len(items)}, {keep})"
            )
        inside = ", ".join(pointers) or "NULL"
        return self._make(index, f"copy((void *[]){{{inside}}}, {8 * len(items)}, {keep})")

    def _given(self, index: int) -> str:
        value = self.values[index]
        name = value.operand if isinstance(value, Form) else value
        if name is None or name == "null":
            return "NULL"
        if not isinstance(name, str) or not _VARIABLE.fullmatch(name):
            raise CannotWrite(f"the value of {self.slots[index]['name']} is not a handle")
        return name

    def _freed(self, index: int) -> str:
        """The length that came with the memory that goes back."""
        given = self._given(index)
        return "0" if given == "NULL" else f"{given}_{unit(self.slots[index])}"

    def _at(self, index: int) -> str:
        """Where a slot's memory or field lies."""
        parent = self.parents[index]
        if index in self.made:
            return self.made[index]
        if parent is None:
            raise CannotWrite(f"{self.slots[index]['name']} is not in memory")
        return f"(char *){self._at(parent)} + {self.slots[index]['offset']}"

    def _handle(self, index: int) -> str | None:
        slot = self.slots[index]
        if not self._out(index):
            given = self._given(index)
            if slot.get("indirect"):
                return self._make(index, f"copy(&(void *){{{given}}}, sizeof(void *), 0)")
            return given
        made = None
        if self.parents[index] is None:
            made = self.made[index] = self._make(index, "fresh(sizeof(void *))")
        self._deliver(index, f"pointer_at({self._at(index)})", self.values[index])
        return made

    def _deliver(self, index: int, pointer: str, value: Any) -> None:
        """What becomes of a pointer that the call gave out."""
        slot = self.slots[index]
        length = self._stated_length(index)
        element = max(int(slot.get("element", 1)), 1)
        if isinstance(value, Form) and value.name == "out":
            self.after.append(f"{value.operand} = {pointer};")
            pointer = value.operand
            for name in units(self.model, slot["handle_type"]) if length else []:
                times = f" * {element}" if name == "bytes" else ""
                self.after.append(f"{pointer}_{name} = {length}{times};")
        elif slot["kind"] != "view" and slot.get("handle_type"):
            numbers = {"length": length or "0", "bytes": f"{length or 0} * {element}"}
            freeing = freeing_call(self.model, slot["handle_type"], pointer, numbers)
            if freeing:
                self.after.append(f"if ({pointer}) {freeing};")
            return
        if slot["kind"] == "handle" or (slot["kind"] == "view" and slot.get("handle_type")):
            return
        if length:
            self.after.append(f"look({pointer}, {length} * {element});")
        elif element > 1:
            self.after.append(f"look({pointer}, {element});")
        else:
            self.after.append(f"look_text({pointer});")

    def _stated_length(self, index: int) -> str | None:
        """What the callee says of the length of the memory it delivers, once it has returned."""
        for i, other in enumerate(self.slots):
            if other["kind"] == "written" and self._partner(i) == index:
                if self.parents[i] is None:
                    self.value(i)
                return f"number_at({self._at(i)}, {other['size']})"
        return None

    def _error(self, index: int) -> str:
        value = self.values[index]
        given = (value.given if isinstance(value, Form) else self._given(index)) or "NULL"
        made = self._make(index, f"copy(&(void *){{{given}}}, sizeof(void *), 0)")
        if given != "NULL":
            self.after.append(f"{given} = pointer_at({made});")
        elif isinstance(value, Form):
            self.after.append(f"{value.operand} = pointer_at({made});")
        else:
            self._deliver(index, f"pointer_at({made})", None)
        return made

    def _callback(self, index: int) -> str:
        names = self.slots[index].get("implementations") or []
        value = self.values[index]
        if self._is(index, "null"):
            return "NULL"
        if value is None and names:
            return str(names[0])
        if value not in names:
            raise CannotWrite(f"callback {self.slots[index]['name']} has no such implementation")
        return str(value)

    def _type(self, index: int) -> str:
        """The struct's type: from the declaration, or by way of the struct that it is a field of."""
        slot, parent = self.slots[index], self.parents[index]
        if parent is not None:
            star = "" if slot.get("by_value") else "*"
            return f"__typeof__({star}((({self._type(parent)} *)0)->{slot['name']}))"
        text = self.types[self.tops.index(index)]
        found = re.fullmatch(
            r"((?:const |struct |union )*[A-Za-z_]\w*)(?: const)? *\*? *(?:const )?\w*", text
        )
        if not found:
            raise CannotWrite(f"the type of {slot['name']} could not be read")
        return found[1]

    def _struct(self, index: int) -> str | None:
        slot = self.slots[index]
        if not slot.get("by_value") and self._is(index, "null"):
            return "NULL"
        kind = self._type(index)
        fields = []
        if slot["direction"] == "out":
            if slot.get("by_value"):
                return None
            self.made[index] = self._make(index, f"fresh(sizeof({kind}))")
        for i, field in enumerate(self.slots):
            if self.parents[i] == index:
                value = self.value(i)
                if value is not None and slot["direction"] != "out":
                    fields.append(f".{field['name']} = {value}")
        if slot["direction"] == "out":
            return self.made[index]
        whole = f"({kind}){{{', '.join(fields) or '0'}}}"
        if slot.get("by_value"):
            return whole
        keep = int(bool(slot.get("kept")))
        return self._make(index, f"copy(&{whole}, {self._stated(index, kind)}, {keep})")

    def _stated(self, index: int, kind: str) -> str:
        """The bytes of a struct: fewer where it says so itself, but with the field that says so."""
        for i, field in enumerate(self.slots):
            if self.parents[i] == index and self._is(i, "bad_version") and field.get("struct_size"):
                stated = int(self.values[i].operand)
                if 0 <= stated < int(field["value"]):
                    return str(max(stated, int(field["offset"]) + int(field["size"])))
        return f"sizeof({kind})"

    def write(self, outcome: str) -> list[str]:
        """The statements of the call."""
        arguments = ", ".join(str(self.value(i)) for i in self.tops)
        call = f"{self.function['name']}({arguments})"
        result = self.slots[self.result] if self.result is not None else {"kind": ""}
        if result["kind"] in ("handle", "owned", "view") and self.result is not None:
            call = f"void *result = (void *){call}"
            made = Form("out", self.call.result) if self.call.result else None
            error, self.after = self.after, []
            self._deliver(self.result, "result", made)
            self.after += error
            self.after.append("(void)result;")
        else:
            call = f"(void){call}"
        ends = [line for line in self.after if outcome == "ok" or self._after_failure(line)]
        if self.call.fail:
            return [*self.lines, f"fail_at = {self.call.fail};", f"{call};", "fail_at = 0;", *ends]
        return [*self.lines, f"{call};", *ends]

    def _after_failure(self, line: str) -> bool:
        """Error messages are the caller's after a failure; other outputs are not given out."""
        errors = [i for i, slot in enumerate(self.slots) if slot["kind"] == "error"]
        return line == "(void)result;" or any(f"pointer_at(s{i})" in line for i in errors)
