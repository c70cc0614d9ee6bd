"""Types as the debug information of a built library describes them: of object files, archives and shared
libraries, of C, C++ and Rust. Only what the layout of data needs."""

from __future__ import annotations

import io
import posixpath
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import exits

_STRIPPED = {
    "DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_volatile_type", "DW_TAG_restrict_type",
    "DW_TAG_atomic_type",
}  # fmt: skip
_KINDS = {
    "DW_TAG_pointer_type": "pointer", "DW_TAG_reference_type": "pointer",
    "DW_TAG_structure_type": "struct", "DW_TAG_class_type": "struct", "DW_TAG_union_type": "union",
    "DW_TAG_enumeration_type": "enum", "DW_TAG_array_type": "array",
    "DW_TAG_subroutine_type": "function", "DW_TAG_base_type": "number",
}  # fmt: skip
_FLOAT_ENCODING = 4
_RELA = struct.Struct("<QQq")
_THREAD_LOCAL = (17, 21)  # R_X86_64_DTPOFF64, R_X86_64_DTPOFF32


class DwarfError(exits.FfhError):
    """A file is no object file, archive or shared library that can be read."""


@dataclass
class Field:
    name: str
    offset: int  # bytes; of a bit-field, bits / 8
    bits: tuple[int, int] | None  # (bit offset in the struct, bits)
    type: Type
    place: str


@dataclass
class Type:
    """Typedefs and qualifiers are looked through; `name` is the outermost name."""

    kind: str  # number, float, enum, pointer, struct, union, array, function, void
    name: str = ""
    size: int | None = None
    declared: bool = True  # False: an incomplete type
    sized_only: bool = False  # an enum with data: only its size can be compared
    place: str = ""
    count: int = 0  # of an array, all dimensions together
    target: Type | None = None  # of a pointer or array; the result of a function
    fields: list[Field] = field(default_factory=list)
    params: list[Type] = field(default_factory=list)
    enumerators: dict[str, int] = field(default_factory=dict)


@dataclass
class Function:
    name: str
    type: Type
    place: str


@dataclass
class Described:
    """What one file says. `without` are its members that define functions and have no types."""

    functions: dict[str, Function] = field(default_factory=dict)
    variables: dict[str, Type] = field(default_factory=dict)
    without: list[str] = field(default_factory=list)


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """The object files of an archive, or the file itself."""
    data = path.read_bytes()
    if data[:8] not in (b"!<arch>\n", b"!<thin>\n"):
        yield path.name, data
        return
    thin, at, names = data[:8] == b"!<thin>\n", 8, b""
    while at + 60 <= len(data):
        name, size = data[at : at + 16].rstrip(), int(data[at + 48 : at + 58])
        at += 60
        special = name in (b"/", b"//", b"/SYM64/")
        content = b"" if thin and not special else data[at : at + size]
        if name == b"//":
            names = content
        if not thin or special:
            at += size + size % 2
        if special:
            continue
        if name.startswith(b"/"):
            start = int(name[1:])
            name = names[start : names.index(b"\n", start)]
        shown = name.rstrip(b"/").decode("utf-8", "replace")
        yield shown, (path.parent / shown).read_bytes() if thin else content


def read(path: Path, wanted: Sequence[str], variables: bool = False) -> Described:
    """What the file says about the functions `wanted`, or about all its variables."""
    found = Described()
    names = set(wanted)
    try:
        for member, data in members(path):
            _read_member(f"{path.name}({member})", data, names, variables, found)
    except (OSError, ValueError, IndexError) as error:
        raise DwarfError(f"cannot read {path}: {error}") from error
    return found


def _read_member(
    name: str, data: bytes, wanted: set[str], variables: bool, found: Described
) -> None:
    from elftools.common.exceptions import DWARFError, ELFError
    from elftools.elf.elffile import ELFFile

    if data[:4] != b"\x7fELF":
        return  # rustc's metadata, bitcode
    try:
        elf = ELFFile(io.BytesIO(data))
        defined = wanted & _defined(elf)
        if not defined and not variables:
            return
        elf = ELFFile(io.BytesIO(_without_thread_locals(elf, data)))
        before = len(found.functions)
        if elf.has_dwarf_info():
            for unit in elf.get_dwarf_info().iter_CUs():
                _Unit(unit).read(defined, variables, found)
        if defined and len(found.functions) == before:
            found.without.append(name)
    except (ELFError, DWARFError, KeyError, AttributeError) as error:
        raise DwarfError(f"cannot read the debug information of {name}: {error}") from error


def _without_thread_locals(elf: Any, data: bytes) -> bytes:
    """Where thread-local variables lie matters to no layout, and is relocated in ways that the reader
    does not know: those relocations become none."""
    changed = bytearray(data)
    if elf.get_machine_arch() == "x64":
        for section in elf.iter_sections():
            if section["sh_type"] == "SHT_RELA" and section.name.startswith(".rela.debug"):
                start, size = section["sh_offset"], section["sh_size"]
                for at in range(start, start + size, _RELA.size):
                    offset, info, addend = _RELA.unpack_from(changed, at)
                    if info & 0xFFFFFFFF in _THREAD_LOCAL:
                        _RELA.pack_into(changed, at, offset, 0, addend)
    return bytes(changed)


def _defined(elf: Any) -> set[str]:
    names = set()
    for section in elf.iter_sections():
        if section["sh_type"] in ("SHT_SYMTAB", "SHT_DYNSYM"):
            names |= {s.name for s in section.iter_symbols() if s["st_shndx"] != "SHN_UNDEF"}
    return names


class _Unit:
    """One compilation unit. Types are made on demand, so that a type may hold a pointer to itself."""

    def __init__(self, unit: Any) -> None:
        self._unit = unit
        self._types: dict[int, Type] = {}
        self._files: list[str] | None = None
        self._typed = False

    def read(self, wanted: set[str], variables: bool, found: Described) -> None:
        pending: list[Any] = []
        self._walk(self._unit.get_top_DIE(), wanted, variables, pending, found)
        for die, name in pending:
            function = self._function(die)
            if self._typed or function.params or function.target:
                found.functions.setdefault(name, Function(name, function, self._place(die)))

    def _walk(
        self, parent: Any, wanted: set[str], variables: bool, pending: list[Any], found: Described
    ) -> None:
        for die in parent.iter_children():
            tag = die.tag
            if tag == "DW_TAG_namespace":
                self._walk(die, wanted, variables, pending, found)
            elif tag == "DW_TAG_base_type":
                self._typed = True
            elif tag == "DW_TAG_subprogram" and "DW_AT_declaration" not in die.attributes:
                name = self._symbol(die)
                if name in wanted:
                    pending.append((die, name))
            elif variables and tag == "DW_TAG_variable":
                found.variables[_text(die, "DW_AT_name")] = self._type_of(die)

    def _symbol(self, die: Any) -> str:
        name = _text(die, "DW_AT_linkage_name") or _text(die, "DW_AT_name")
        if not name and "DW_AT_specification" in die.attributes:
            return self._symbol(die.get_DIE_from_attribute("DW_AT_specification"))
        return name

    def _place(self, die: Any) -> str:
        line, number = die.attributes.get("DW_AT_decl_line"), die.attributes.get("DW_AT_decl_file")
        if line is None or number is None:
            return ""
        files = self._line_files()
        name = files[number.value] if number.value < len(files) else "?"
        return f"{name}:{line.value}"

    def _line_files(self) -> list[str]:
        if self._files is None:
            self._files = []
            program = self._unit.dwarfinfo.line_program_for_CU(self._unit)
            if program is not None:
                folders = [
                    bytes(d).decode("utf-8", "replace") for d in program["include_directory"]
                ]
                old = program["version"] < 5
                self._files = ["?"] if old else []
                for entry in program["file_entry"]:
                    name = bytes(entry.name).decode("utf-8", "replace")
                    index = entry.dir_index - (1 if old else 0)
                    folder = folders[index] if 0 <= index < len(folders) else ""
                    self._files.append(self._path(folder, name))
        return self._files

    def _path(self, folder: str, name: str) -> str:
        """A path made from a build directory that says only "." begins at the project."""
        top = _text(self._unit.get_top_DIE(), "DW_AT_comp_dir")
        path = posixpath.normpath(posixpath.join(top, folder, name))
        while path.startswith("../"):
            path = path[3:]
        return path

    # ---- types ----

    def _type_of(self, die: Any) -> Type:
        if "DW_AT_type" not in die.attributes:
            return Type("void")
        return self._type(die.get_DIE_from_attribute("DW_AT_type"))

    def _type(self, die: Any) -> Type:
        known = self._types.get(die.offset)
        if known is not None:
            return known
        if die.tag in _STRIPPED:
            inner = self._type_of(die)
            name = _text(die, "DW_AT_name")
            if name and not inner.name and inner.kind in ("struct", "union", "enum"):
                inner.name = name
            self._types[die.offset] = inner
            return inner
        made = Type(_KINDS.get(die.tag, "void"), _text(die, "DW_AT_name"))
        self._types[die.offset] = made
        self._fill(made, die)
        return made

    def _fill(self, made: Type, die: Any) -> None:
        size = die.attributes.get("DW_AT_byte_size")
        made.size = size.value if size is not None else None
        made.place = self._place(die)
        made.declared = "DW_AT_declaration" not in die.attributes
        if made.kind == "number" and die.attributes["DW_AT_encoding"].value == _FLOAT_ENCODING:
            made.kind = "float"
        elif made.kind == "pointer":
            made.size = self._unit["address_size"]
            made.target = self._type_of(die)
        elif made.kind == "function":
            self._fill_function(made, die)
        elif made.kind == "array":
            self._fill_array(made, die)
        elif made.kind in ("struct", "union", "enum"):
            self._fill_record(made, die)

    def _function(self, die: Any) -> Type:
        made = Type("function")
        typed = die
        for link in ("DW_AT_abstract_origin", "DW_AT_specification"):
            if link in die.attributes and "DW_AT_type" not in typed.attributes:
                typed = die.get_DIE_from_attribute(link)
        self._fill_function(made, die)
        made.target = self._type_of(typed) if "DW_AT_type" in typed.attributes else None
        return made

    def _fill_function(self, made: Type, die: Any) -> None:
        for child in die.iter_children():
            if child.tag == "DW_TAG_formal_parameter":
                origin = child
                if "DW_AT_abstract_origin" in child.attributes:
                    origin = child.get_DIE_from_attribute("DW_AT_abstract_origin")
                made.params.append(self._type_of(origin))
        made.target = self._type_of(die) if "DW_AT_type" in die.attributes else None

    def _fill_array(self, made: Type, die: Any) -> None:
        made.target, made.count = self._type_of(die), 1
        for child in die.iter_children():
            if child.tag == "DW_TAG_subrange_type":
                count, last = (child.attributes.get(f"DW_AT_{n}") for n in ("count", "upper_bound"))
                made.count *= count.value if count else last.value + 1 if last else 0
        if made.target.size is not None:
            made.size = made.count * made.target.size

    def _fill_record(self, made: Type, die: Any) -> None:
        for child in die.iter_children():
            if child.tag == "DW_TAG_enumerator":
                value = child.attributes["DW_AT_const_value"].value
                made.enumerators[_text(child, "DW_AT_name")] = value
            elif child.tag == "DW_TAG_variant_part":
                made.sized_only = True
            elif child.tag == "DW_TAG_inheritance" or (
                child.tag == "DW_TAG_member" and "DW_AT_external" not in child.attributes
            ):
                made.fields.append(self._field(child))

    def _field(self, die: Any) -> Field:
        location = die.attributes.get("DW_AT_data_member_location")
        offset = location.value if location is not None and isinstance(location.value, int) else 0
        width, first = (die.attributes.get(f"DW_AT_{n}") for n in ("bit_size", "data_bit_offset"))
        bits = None
        if width is not None:
            start = first.value if first is not None else offset * 8
            bits, offset = (start, width.value), start // 8
        return Field(_text(die, "DW_AT_name"), offset, bits, self._type_of(die), self._place(die))


def _text(die: Any, name: str) -> str:
    attribute = die.attributes.get(name)
    if attribute is None:
        return ""
    value = attribute.value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
