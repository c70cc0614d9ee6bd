"""The layouts of a contract against those of the built library: what the caller was compiled with, and what the
library believes. Both sides are read from debug information, the contract's from a probe that is compiled for it.

Types are compared where a call carries them: along the parameters and results of each function of the contract, so
that it does not matter what a type is called on the other side."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from . import dwarf, exits, gen, paths, procs
from .dwarf import Field, Function, Type

RULE = "FFH-LAYOUT"
COMPILER = "clang-19"
PROBE = "ffh_layout_probe_"
_CACHE_SCHEMA = 1


class LayoutError(exits.FfhError):
    """The probe of a contract cannot be compiled, or a library cannot be read."""


@dataclass
class Difference:
    """One thing that both sides see differently."""

    what: str  # "struct parcel, field zone"
    contract: str
    library: str
    contract_place: str
    library_place: str
    function: str  # the first function that carries it

    def text(self) -> str:
        return (
            f"{self.what}: {self.contract} in the contract ({self.contract_place or 'built in'}), "
            f"{self.library} in the library ({self.library_place or 'built in'}); "
            f"seen in {self.function}"
        )


@dataclass
class Compared:
    differences: list[Difference] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)  # functions
    unchecked: list[str] = field(default_factory=list)  # "name: why"


# ---- comparing -----------------------------------------------------------------------------------


class _Comparison:
    def __init__(self, function: str) -> None:
        self.function = function
        self.differences: list[Difference] = []
        self.complete: dict[int, str] = {}  # types of the contract that the library describes
        self.incomplete: dict[int, str] = {}  # and those that it only names
        self._seen: set[tuple[int, int]] = set()

    def differ(self, what: str, contract: object, library: object, places: tuple[str, str]) -> None:
        self.differences.append(
            Difference(
                what,
                str(contract),
                str(library),
                _shown(places[0]),
                _shown(places[1]),
                self.function,
            )
        )

    def types(self, contract: Type, library: Type, what: str, places: tuple[str, str]) -> None:
        contract, library = _unwrapped(contract, library), _unwrapped(library, contract)
        if (id(contract), id(library)) in self._seen:
            return
        self._seen.add((id(contract), id(library)))
        if not contract.declared:
            return  # a handle: what it points to is the library's own
        known = self.complete if library.declared else self.incomplete
        known[id(contract)] = _called(contract)
        if not library.declared:
            return
        if contract.kind == library.kind == "pointer":
            self._pointers(contract, library, what, places)
        elif contract.kind == library.kind == "function":
            self.functions(contract, library, what, places)
        elif contract.kind == library.kind and contract.kind in ("struct", "union"):
            self._records(contract, library, what)
        elif contract.kind == library.kind == "enum":
            self._enums(contract, library, what)
        elif contract.kind == library.kind == "array":
            self._arrays(contract, library, what, places)
        else:
            self._sizes(contract, library, what, places)

    def _pointers(self, a: Type, b: Type, what: str, places: tuple[str, str]) -> None:
        assert a.target and b.target
        if a.target.kind != "void" and b.target.kind != "void":
            self.types(a.target, b.target, what, places)

    def functions(self, a: Type, b: Type, what: str, places: tuple[str, str]) -> None:
        if len(a.params) != len(b.params):
            self.differ(f"{what}, parameters", len(a.params), len(b.params), places)
            return
        for number, (one, other) in enumerate(zip(a.params, b.params, strict=True), 1):
            self.types(one, other, f"{what}, parameter {number}", places)
        if a.target is not None and b.target is not None:
            self.types(a.target, b.target, f"{what}, result", places)

    def _sizes(self, a: Type, b: Type, what: str, places: tuple[str, str]) -> None:
        if a.size is not None and b.size is not None and a.size != b.size:
            self.differ(f"{what}, size", f"{a.size} bytes", f"{b.size} bytes", places)
        elif (
            "float" in (a.kind, b.kind) and a.kind != b.kind and not (a.sized_only or b.sized_only)
        ):
            self.differ(f"{what}, type", _called(a), _called(b), places)

    def _arrays(self, a: Type, b: Type, what: str, places: tuple[str, str]) -> None:
        self._sizes(a, b, what, places)
        if a.target is not None and b.target is not None and a.size == b.size:
            self.types(a.target, b.target, f"{what}, element", places)

    def _records(self, a: Type, b: Type, what: str) -> None:
        title = _called(a) if a.name else what
        places = (a.place, b.place)
        if a.size != b.size:
            self.differ(f"{title}, size", f"{a.size} bytes", f"{b.size} bytes", places)
        if a.sized_only or b.sized_only:
            return
        for one, other, name in _paired(a, b):
            if one is None or other is None:
                have = one or other
                assert have is not None
                there, nothing = _where(have), "no such field"
                self.differ(
                    f"{title}, field {name}",
                    there if one else nothing,
                    there if other else nothing,
                    (one.place if one else a.place, other.place if other else b.place),
                )
                continue
            field, both = f"{title}, field {name}", (one.place, other.place)
            if _where(one) != _where(other):
                self.differ(field, _where(one), _where(other), both)
            if _where(one) == _where(other) or one.type.kind in ("struct", "union"):
                self.types(one.type, other.type, field, both)

    def _enums(self, a: Type, b: Type, what: str) -> None:
        title = _called(a) if a.name else what
        places = (a.place, b.place)
        self._sizes(a, b, title, places)
        if not set(a.enumerators) & set(b.enumerators):
            # Another naming convention, as in Rust: the values are the contract.
            if set(a.enumerators.values()) != set(b.enumerators.values()):
                self.differ(f"{title}, values", _values(a), _values(b), places)
            return
        for name in [*a.enumerators, *(n for n in b.enumerators if n not in a.enumerators)]:
            one, other = a.enumerators.get(name), b.enumerators.get(name)
            if one != other:
                nothing = "no such value"
                self.differ(
                    f"{title}, {name}",
                    nothing if one is None else one,
                    nothing if other is None else other,
                    places,
                )


def _unwrapped(one: Type, other: Type) -> Type:
    """A struct of one field stands for that field where the other side has no struct (Rust newtypes)."""
    while one.kind == "struct" and other.kind not in ("struct", "union") and len(one.fields) == 1:
        if one.fields[0].type.size != one.size:
            break
        one = one.fields[0].type
    return one


def _paired(a: Type, b: Type) -> list[tuple[Field | None, Field | None, str]]:
    """Fields of the same name; by their order where the two sides name nothing alike."""
    ours, theirs = {f.name: f for f in a.fields}, {f.name: f for f in b.fields}
    if not set(ours) & set(theirs) and len(a.fields) == len(b.fields):
        return [(one, other, one.name) for one, other in zip(a.fields, b.fields, strict=True)]
    names = [*ours, *(name for name in theirs if name not in ours)]
    return [(ours.get(name), theirs.get(name), name or "(unnamed)") for name in names]


def _where(item: Field) -> str:
    if item.bits is not None:
        return f"bits {item.bits[0]} to {item.bits[0] + item.bits[1] - 1}"
    return f"{item.type.size} bytes at {item.offset}"


def _values(item: Type) -> str:
    return ", ".join(str(value) for value in sorted(item.enumerators.values()))


def _called(item: Type) -> str:
    kind = "number" if item.kind == "number" else item.kind
    return f"{kind} {item.name}".strip()


def _shown(place: str) -> str:
    path, colon, line = place.rpartition(":")
    return f"{place_in_project(path)}{colon}{line}" if path.startswith("/") else place


def place_in_project(path: str) -> str:
    return path.removeprefix(f"{paths.PROJECT}/")


def compare(
    contract: dict[str, Type], library: dict[str, Function]
) -> tuple[list[Difference], list[str]]:
    """Both by the function's name. A difference that several functions carry is told once. Also the types
    that the library only names: a C++ compiler describes what a file uses."""
    found: list[Difference] = []
    complete: dict[int, str] = {}
    incomplete: dict[int, str] = {}
    told: set[tuple[str, str, str]] = set()
    for name, function in sorted(library.items()):
        if name in contract:
            comparison = _Comparison(name)
            comparison.functions(contract[name], function.type, name, ("", function.place))
            complete.update(comparison.complete)
            incomplete.update(comparison.incomplete)
            for one in comparison.differences:
                key = (one.what, one.contract, one.library)
                if key not in told:
                    told.add(key)
                    found.append(one)
    return found, sorted(name for key, name in incomplete.items() if key not in complete)


# ---- both sides ----------------------------------------------------------------------------------


def functions_of(content: dict[str, Any]) -> list[str]:
    model = json.loads(Path(content["model"]).read_text(encoding="utf-8"))
    return [str(function["name"]) for function in model["functions"]]


def probe(content: dict[str, Any], names: list[str]) -> dict[str, Type]:
    """The types of the contract's functions, as a caller's compiler sees them."""
    lines = [f'#include "{content["contract"]}"']
    lines += [f"__typeof__(&{name}) {PROBE}{name};" for name in names]
    with tempfile.TemporaryDirectory(prefix="ffh-layout-") as folder:
        source, built = Path(folder) / "probe.c", Path(folder) / "probe.o"
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")
        flags = [flag for flag in content["flags"] if flag]
        done = procs.capture(
            [COMPILER, "-x", "c", "-g", "-w", *flags, "-c", source, "-o", built],
            cwd=paths.PROJECT,
        )
        if done.code != 0:
            raise LayoutError(f"the contract cannot be compiled: {done.err.strip()[:400]}")
        variables = dwarf.read(built, [], variables=True).variables
    found = {}
    for name, item in variables.items():
        if name.startswith(PROBE) and item.target is not None:
            found[name.removeprefix(PROBE)] = item.target
    return found


def check(content: dict[str, Any]) -> Compared:
    """Compares the contract of a target (its target.json) with its built libraries."""
    names = functions_of(content)
    files = gen.library_files(content)
    contract = probe(content, names)
    compared = Compared()
    library: dict[str, Function] = {}
    for file in files:
        described = dwarf.read(file, names)
        library.update(described.functions)
        compared.unchecked += [
            f"{member} has no debug information about its types: build it with -g"
            for member in described.without
        ]
    compared.checked = sorted(set(library) & set(contract))
    compared.differences, named = compare(contract, library)
    compared.unchecked += [f"{name}: the debug information has only its name" for name in named]
    return compared


def cached(content: dict[str, Any]) -> Compared:
    """The same; once for each build of the libraries and each state of the contract."""
    folder = Path(content["model"]).parent
    digest = hashlib.sha256(f"{_CACHE_SCHEMA} {content['flags']}".encode())
    for file in [Path(content["contract"]), Path(content["model"]), *gen.library_files(content)]:
        digest.update(file.read_bytes())
    store, key = folder / "layout.json", digest.hexdigest()
    try:
        kept = json.loads(store.read_text(encoding="utf-8"))
        if kept["key"] == key:
            kept["differences"] = [Difference(**one) for one in kept["differences"]]
            return Compared(kept["differences"], kept["checked"], kept["unchecked"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    compared = check(content)
    store.write_text(json.dumps({"key": key, **asdict(compared)}), encoding="utf-8")
    return compared


def lines(compared: Compared) -> list[str]:
    """For people: each difference at its place in the contract, and what was not checked."""
    told = [
        f"{one.contract_place or one.function}: error: {one.text()} [{RULE}]"
        for one in compared.differences
    ]
    told += [f"not checked: {why}" for why in compared.unchecked]
    if not compared.checked and not compared.unchecked:
        told.append(
            "not checked: no function of the contract is in the library's debug information"
        )
    return told
