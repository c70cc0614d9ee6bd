"""Fetching a pinned source package: what is derived, what is refused, what an interruption leaves."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from ffhlib import debsource

ONE_LINE = """\
# deb http://example.invalid/debian commented main
deb http://example.invalid/debian bookworm main contrib  # with a comment
deb [arch=amd64 signed-by=/k.gpg trusted=yes] http://example.invalid/other stable main
deb-src http://example.invalid/debian bookworm main contrib
   rubbish
"""

DEB822 = """\
# a comment
Types: deb deb-src
URIs: http://example.invalid/debian
Suites: bookworm bookworm-updates
# between
Components: main
Trusted: yes
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc

Types: deb
Enabled: no
URIs: http://example.invalid/off
Suites: stable

Types: deb
URIs: http://example.invalid/security
Suites: bookworm-security
Components: main
"""


def test_one_line_sources_become_source_entries_that_are_verified():
    assert debsource.one_line_sources(ONE_LINE) == [
        "deb-src http://example.invalid/debian bookworm main contrib",
        "deb-src [arch=amd64 signed-by=/k.gpg] http://example.invalid/other stable main",
        "deb-src http://example.invalid/debian bookworm main contrib",
    ]


def test_stanzas_keep_keys_and_lose_what_switches_verification_off():
    first, second = debsource.deb822_sources(DEB822)
    assert first.splitlines()[0] == "Types: deb-src"
    assert "Trusted" not in first
    assert " -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc" in first
    assert "Suites: bookworm bookworm-updates" in first
    assert "http://example.invalid/security" in second


@pytest.mark.parametrize("minimal", [True, False])
def test_sources_of_both_formats_are_written_once(tmp_path: Path, minimal: bool):
    etc, parts = tmp_path / "etc", tmp_path / "parts"
    (etc / "sources.list.d").mkdir(parents=True)
    parts.mkdir()
    (etc / "sources.list").write_text(ONE_LINE)
    if not minimal:
        (etc / "sources.list.d/debian.sources").write_text(DEB822)
        (etc / "sources.list.d/off.sources.disabled").write_text(DEB822)
    assert debsource.write_sources(etc, parts) == (2 if minimal else 4)
    assert (parts / "machine.list").read_text().count("bookworm main contrib") == 1


def make_download(directory: Path) -> Path:
    directory.mkdir(parents=True)
    data = b"the source"
    (directory / "x_1.orig.tar.gz").write_bytes(data)
    (directory / "x_1-1.dsc").write_text(
        "Format: 3.0 (quilt)\nChecksums-Sha256:\n"
        f" {hashlib.sha256(data).hexdigest()} {len(data)} x_1.orig.tar.gz\nFiles:\n 0 0 y\n"
    )
    return directory


def test_files_must_be_those_of_the_description(tmp_path: Path):
    download = make_download(tmp_path / "good")
    assert debsource.check_files(download).name == "x_1-1.dsc"

    (download / "extra").write_text("")
    with pytest.raises(debsource.SourceError, match="extra"):
        debsource.check_files(download)

    changed = make_download(tmp_path / "changed")
    (changed / "x_1.orig.tar.gz").write_bytes(b"other bytes")
    with pytest.raises(debsource.SourceError, match=r"differs from what x_1-1\.dsc says"):
        debsource.check_files(changed)

    missing = make_download(tmp_path / "missing")
    (missing / "x_1.orig.tar.gz").unlink()
    with pytest.raises(debsource.SourceError, match=r"the download holds \[\]"):
        debsource.check_files(missing)


def test_nothing_is_done_when_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    dest = tmp_path / "x-1-1"
    dest.mkdir()
    (dest / debsource.STAMP).write_text("x 1-1 0123\n")
    monkeypatch.setattr(debsource, "Apt", lambda root: pytest.fail("apt was started"))
    debsource.ensure("x", "1-1", dest, tmp_path / ".cache")
    assert not (tmp_path / ".cache").exists()


def test_a_directory_of_someone_else_is_left_alone(tmp_path: Path):
    dest = tmp_path / "x-1-1"
    dest.mkdir()
    (dest / "precious").write_text("mine")
    with pytest.raises(debsource.SourceError, match="move it away"):
        debsource.ensure("x", "1-1", dest, tmp_path / ".cache")
    assert (dest / "precious").read_text() == "mine"


class FakeApt:
    """Offers one version; downloads it, or fails with what apt would say."""

    def __init__(self, offered: list[str], problem: str = "") -> None:
        self.offered, self.problem, self.updates = offered, problem, 0

    def update(self) -> str:
        self.updates += 1
        return ""

    def versions(self, name: str) -> list[str]:
        return self.offered if self.updates else []

    def download(self, name: str, version: str, directory: Path) -> str:
        return self.problem or ("" if version in self.offered else "E: no such version")


def test_a_version_that_is_gone_names_those_on_offer(tmp_path: Path):
    apt = FakeApt(["1-2"])
    with pytest.raises(debsource.SourceError, match=r"no longer has x 1-1; it offers 1-2") as error:
        debsource.fetch(apt, "x", "1-1", tmp_path)
    assert "targets/x/CMakeLists.txt" in str(error.value)
    assert apt.updates == 1


def test_without_a_network_the_message_says_what_to_do(tmp_path: Path):
    apt = FakeApt([], "E: Temporary failure resolving")
    with pytest.raises(debsource.SourceError, match="Check the network, the proxy") as error:
        debsource.fetch(apt, "x", "1-1", tmp_path)
    assert "Temporary failure resolving" in str(error.value)


def test_an_interrupted_run_leaves_no_half_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    dest, cache = tmp_path / "source/x-1-1", tmp_path / ".cache"
    left = dest.parent / ".x-1-1.dead.partial"
    (left / "tree").mkdir(parents=True)

    def interrupted(apt: object, name: str, version: str, directory: Path) -> None:
        make_download(directory / "part")
        raise KeyboardInterrupt

    monkeypatch.setattr(debsource, "Apt", lambda root: None)
    monkeypatch.setattr(debsource, "fetch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        debsource.ensure("x", "1-1", dest, cache)
    assert list(dest.parent.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [[], ["x"], ["x", "1-1"], ["../x", "1", "d"], ["x1", "; rm", "d"]]
)
def test_wrong_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    assert debsource.main(arguments) == 1
    assert capsys.readouterr().err
