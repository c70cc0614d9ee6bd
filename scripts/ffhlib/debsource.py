"""Fetch one pinned Debian source package and unpack it.

    python3 scripts/ffhlib/debsource.py NAME VERSION DEST

apt does the downloading and the verifying: the archive's signature covers the index of sources,
and the index covers every file. It runs with a configuration of its own below the project's
.cache directory, with the machine's own package sources turned into sources of source packages,
so it needs no root and touches no file of the system. DEST appears complete or not at all; when it
is already there for this version, nothing is done. Exit code 0, or 1 with a message.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
STAMP = ".ffh-debsource"
EXIT_ERROR = 1

# Options of a machine's source that would switch apt's verification off.
UNSAFE_OPTIONS = {
    "trusted",
    "allow-insecure",
    "allow-weak",
    "allow-downgrade-to-insecure",
}


class SourceError(Exception):
    """The package cannot be had; the text says why and what to do."""


# ---- the machine's package sources ---------------------------------------------------------------


def one_line_sources(text: str) -> list[str]:
    """The deb and deb-src lines of a .list file as deb-src lines."""
    lines = []
    for raw in text.splitlines():
        line = raw.split("#", 1)[0].strip()
        match = re.fullmatch(r"deb(?:-src)?\s+(?:\[([^\]]*)\]\s+)?(\S.*)", line)
        if not match:
            continue
        options = [
            option
            for option in (match.group(1) or "").split()
            if option.split("=", 1)[0].rstrip("+-").lower() not in UNSAFE_OPTIONS
        ]
        prefix = f"deb-src [{' '.join(options)}]" if options else "deb-src"
        lines.append(f"{prefix} {' '.join(match.group(2).split())}")
    return lines


def _fields(stanza: str) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in (" ", "\t") and fields:
            name, value = fields[-1]
            fields[-1] = (name, f"{value}\n{line}")
        elif ":" in line:
            name, value = line.split(":", 1)
            fields.append((name.strip(), value.strip()))
    return fields


def deb822_sources(text: str) -> list[str]:
    """The enabled stanzas of a .sources file as stanzas of type deb-src."""
    stanzas = []
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields = _fields(stanza)
        values = {name.lower(): value for name, value in fields}
        enabled = values.get("enabled", "yes").lower() not in ("no", "false", "0", "off", "without")
        if "uris" not in values or not enabled:
            continue
        kept = [
            f"{name}: {value}"
            for name, value in fields
            if name.lower() not in UNSAFE_OPTIONS | {"types", "enabled"}
        ]
        stanzas.append("\n".join(["Types: deb-src", *kept]))
    return stanzas


def write_sources(etc: Path, parts: Path) -> int:
    """Derive private source files in `parts` from those in `etc`; return how many entries."""
    lists = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*.list"))]
    lines = [line for path in lists if path.is_file() for line in one_line_sources(_read(path))]
    stanzas = [
        stanza
        for path in sorted((etc / "sources.list.d").glob("*.sources"))
        for stanza in deb822_sources(_read(path))
    ]
    lines, stanzas = list(dict.fromkeys(lines)), list(dict.fromkeys(stanzas))
    (parts / "machine.list").write_text("".join(f"{line}\n" for line in lines))
    (parts / "machine.sources").write_text("\n\n".join(stanzas) + "\n")
    return len(lines) + len(stanzas)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


# ---- apt with a configuration of its own ---------------------------------------------------------


class Apt:
    """apt with state, cache and configuration below `root`; proxies come from the machine's."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("sources.d", "conf.d", "state/lists/partial", "cache/archives/partial"):
            (root / name).mkdir(parents=True, exist_ok=True)
        self.environment = dict(os.environ, APT_CONFIG=str(root / "apt.conf"), LC_ALL="C.UTF-8")
        etc = Path(self._config_value("Dir::Etc", "/etc/apt"))
        if write_sources(etc, root / "sources.d") == 0:
            raise SourceError(
                f"{etc} names no package source: add this Debian release to {etc}/sources.list"
            )
        self._write_configuration()

    @staticmethod
    def _config_value(key: str, default: str) -> str:
        run = subprocess.run(
            ["apt-config", "shell", "VALUE", f"{key}/d"],
            capture_output=True,
            text=True,
            check=False,
        )
        match = re.search(r"VALUE='([^']+)'", run.stdout)
        return match.group(1).rstrip("/") if match else default

    def _write_configuration(self) -> None:
        # Transport settings (proxies, timeouts) are the machine's. Everything else stays out:
        # hooks of apt.conf.d would change files of the system.
        dump = subprocess.run(
            ["apt-config", "dump"], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        transport = [
            line
            for line in dump
            if line.startswith("Acquire::")
            and not line.startswith(("Acquire::IndexTargets", "Acquire::Allow"))
        ]
        own = {
            "Dir::Etc::main": "/dev/null",
            "Dir::Etc::parts": f"{self.root}/conf.d",
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": f"{self.root}/sources.d",
            "Dir::State": f"{self.root}/state/",
            "Dir::State::lists": f"{self.root}/state/lists/",
            "Dir::State::status": "/dev/null",
            "Dir::Cache": f"{self.root}/cache/",
            "Dir::Cache::archives": f"{self.root}/cache/archives/",
            "Dir::Cache::pkgcache": "",
            "Dir::Cache::srcpkgcache": "",
            "Dir::Log": f"{self.root}/log/",
            # The project may lie where apt's download user cannot look.
            "APT::Sandbox::User": "root",
            "APT::Get::AllowUnauthenticated": "false",
            "Acquire::AllowInsecureRepositories": "false",
            "Acquire::AllowWeakRepositories": "false",
            "Acquire::AllowDowngradeToInsecureRepositories": "false",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        text = "\n".join([*transport, *(f'{key} "{value}";' for key, value in own.items())])
        path = self.root / "apt.conf"
        path.touch(mode=0o600)  # a proxy may hold a password
        path.write_text(text + "\n")

    def run(self, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=cwd, env=self.environment, capture_output=True, text=True, check=False
        )

    def update(self) -> str:
        """Refresh the indexes. Return what went wrong: one broken source need not matter."""
        run = self.run("apt-get", "update")
        return "" if run.returncode == 0 else _complaints(run)

    def download(self, name: str, version: str, directory: Path) -> str:
        """Download the package's files into `directory`; return what went wrong."""
        run = self.run(
            "apt-get", "source", "--download-only", "--only-source", f"{name}={version}",
            cwd=directory,
        )  # fmt: skip
        return "" if run.returncode == 0 else _complaints(run)

    def versions(self, name: str) -> list[str]:
        run = self.run("apt-cache", "showsrc", "--only-source", name)
        return sorted(set(re.findall(r"^Version: (\S+)$", run.stdout, re.MULTILINE)))


def _complaints(run: subprocess.CompletedProcess[str]) -> str:
    output = f"{run.stdout}\n{run.stderr}"
    lines = [line for line in output.splitlines() if re.match(r"(E|W|Err):", line)]
    return "\n".join(dict.fromkeys(lines)) or output.strip()


def fetch(apt: Apt, name: str, version: str, directory: Path) -> None:
    """Download into `directory`, with the indexes at hand first, then with fresh ones."""
    if apt.versions(name) and not apt.download(name, version, directory):
        return
    update = apt.update()
    problem = apt.download(name, version, directory)
    if not problem:
        return
    offered = apt.versions(name)
    if offered and version not in offered:
        raise SourceError(
            f"the archive no longer has {name} {version}; it offers {', '.join(offered)}.\n"
            f"Pin one of these in targets/{name}/CMakeLists.txt and check the contract against it."
        )
    details = "\n".join(part for part in (update, problem) if part)
    raise SourceError(
        f"cannot download the source package {name} {version}:\n{details}\n"
        "Check the network, the proxy settings and that `apt-get update` works on this machine, "
        "then run the same command again."
    )


# ---- checking and unpacking ----------------------------------------------------------------------


def check_files(directory: Path) -> Path:
    """Return the .dsc of `directory`, whose files must be exactly those the .dsc lists."""
    descriptions = list(directory.glob("*.dsc"))
    if len(descriptions) != 1:
        raise SourceError(f"expected one .dsc file in the download, found {len(descriptions)}")
    dsc = descriptions[0]
    section = re.search(r"^Checksums-Sha256:\s*\n((?: .*\n)+)", dsc.read_text(), re.MULTILINE)
    if not section:
        raise SourceError(f"{dsc.name} lists no SHA-256 checksums")
    listed = {}
    for line in section.group(1).splitlines():
        checksum, size, name = line.split()
        listed[name] = (checksum, int(size))
    present = {path.name for path in directory.iterdir()} - {dsc.name}
    if present != set(listed):
        raise SourceError(
            f"{dsc.name} lists {sorted(listed)}, the download holds {sorted(present)}"
        )
    for name, (checksum, size) in listed.items():
        data = (directory / name).read_bytes()
        if len(data) != size or hashlib.sha256(data).hexdigest() != checksum:
            raise SourceError(f"{name} differs from what {dsc.name} says: run the command again")
    return dsc


def unpack(apt: Apt, name: str, version: str, dest: Path) -> None:
    work = Path(tempfile.mkdtemp(prefix=f".{dest.name}.", suffix=".partial", dir=dest.parent))
    try:
        download = work / "download"
        download.mkdir()
        fetch(apt, name, version, download)
        dsc = check_files(download)
        tree = work / "tree"
        run = subprocess.run(
            ["dpkg-source", "-x", str(dsc), str(tree)], capture_output=True, text=True, check=False
        )
        if run.returncode != 0:
            raise SourceError(f"dpkg-source cannot unpack {dsc.name}:\n{run.stderr.strip()}")
        checksum = hashlib.sha256(dsc.read_bytes()).hexdigest()
        (tree / STAMP).write_text(f"{name} {version} {checksum}\n")
        if dest.exists():
            dest.rename(work / "replaced")
        tree.rename(dest)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def is_complete(dest: Path, name: str, version: str) -> bool:
    try:
        return (dest / STAMP).read_text().split()[:2] == [name, version]
    except OSError:
        return False


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Two builds may configure at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ensure(name: str, version: str, dest: Path, cache: Path) -> None:
    if is_complete(dest, name, version):
        return
    for tool, package in (("apt-get", "apt"), ("dpkg-source", "dpkg-dev")):
        if shutil.which(tool) is None:
            raise SourceError(f"{tool} is missing: install the package {package}")
    with locked(cache / "apt" / "lock"):
        if is_complete(dest, name, version):
            return
        if dest.exists() and not (dest / STAMP).exists():
            raise SourceError(f"{dest} exists but was not unpacked by this script: move it away")
        dest.parent.mkdir(parents=True, exist_ok=True)
        for left in dest.parent.glob(f".{dest.name}.*.partial"):
            shutil.rmtree(left, ignore_errors=True)
        unpack(Apt(cache / "apt"), name, version, dest)


def main(arguments: list[str]) -> int:
    if arguments in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    if len(arguments) != 3:
        print("usage: debsource.py NAME VERSION DEST", file=sys.stderr)
        return EXIT_ERROR
    name, version, dest = arguments
    if not re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", name) or not re.fullmatch(
        r"[0-9][A-Za-z0-9.+:~-]*", version
    ):
        print(f"debsource: '{name}' '{version}' is no Debian name and version", file=sys.stderr)
        return EXIT_ERROR
    try:
        ensure(name, version, Path(dest).absolute(), PROJECT / ".cache")
    except (SourceError, OSError, subprocess.SubprocessError) as error:
        print(f"debsource: {error}", file=sys.stderr)
        return EXIT_ERROR
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
