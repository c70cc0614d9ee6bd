"""What a file is, and which build it belongs to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ffhlib import corpus
from ffhlib.repro import flavor_of


@pytest.mark.parametrize(
    "head",
    ["", "# outcome nothing\n", "\n\n", "# one\n\n  \n# two\n"],
)
def test_a_text_may_begin_with_comments(head: str) -> None:
    kind = corpus.inspect(f"{head}ffihammer plan 1 target=rules\nA: abort_good()\n".encode())
    assert (kind.format, kind.target, kind.version) == ("text", "rules", "1")


@pytest.mark.parametrize("data", [b"#", b"# no plan", b"\n#\n", b"\x01\x02ffihammer plan 1"])
def test_other_bytes_are_raw(data: bytes) -> None:
    assert corpus.inspect(data).format == "raw"


def test_a_finding_is_replayed_in_the_build_that_made_it(tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"")
    assert flavor_of(tmp_path, "") == "asan"
    (tmp_path / "report.json").write_text(json.dumps({"flavor": "tsan"}))
    assert flavor_of(tmp_path, "") == "tsan"
    assert flavor_of(tmp_path / "input", "") == "tsan"
    assert flavor_of(tmp_path, "asan") == "asan"
