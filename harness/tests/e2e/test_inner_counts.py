"""Which inner functions were checked, and how often, is counted also where the process ends with a finding."""

from __future__ import annotations

from pathlib import Path

import pytest
from ffh_e2e import inner_counts
from ffhlib import paths
from ffhlib.target import Target, load

INNER = "A: wrong_thread_good()\nA: stale_handle_good()\n"
ENDS = {
    "checker": "A: status_bad(input=9)\n",
    "inner-edge": "A: wrong_thread_bad()\n",
    "crash": "A: null_deref_bad()\n",
    "abort": "A: abort_bad()\n",
    "exception": "A: unwind_bad()\n",
    "second-free": "A: h0 = box_create()\nA: double_free_bad(self=h0)\nA: box_destroy(self=h0)\n",
}


@pytest.fixture
def rules(build_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    monkeypatch.setattr(paths, "BUILD", build_dir.parent)
    return load("rules", build_dir.name)


@pytest.mark.parametrize("binary", ["replay", "fuzz"])
@pytest.mark.parametrize("end", sorted(ENDS))
def test_what_was_checked_is_counted(rules: Target, end: str, binary: str, tmp_path: Path) -> None:
    code, silent = inner_counts(rules, tmp_path / "silent", INNER, binary=binary)
    assert code == 0 and silent["core_use"] > 0 and silent["core_free"] > 0
    code, found = inner_counts(rules, tmp_path / "found", INNER + ENDS[end], binary=binary)
    assert code != 0
    more = {name: found[name] - calls for name, calls in silent.items() if found[name] != calls}
    if end == "inner-edge":  # it uses what it breaks the contract of
        assert more.get("core_use", 0) > 0 and min(more.values()) > 0
    else:
        assert more == {}
