"""A proxy before a shared library sees callers that no linker does: ctypes, dlsym, a program that is not ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ffhlib import exits, paths

BUILD = paths.PROJECT / "build" / "asan"
PROXY = BUILD / "proxy" / "disc-proxy" / "libdisc.so"

PREPARE = """
import ctypes, os, sys, threading
disc = ctypes.CDLL(sys.argv[1])
disc.disc_new.restype = ctypes.c_void_p
disc.disc_play.argtypes = [ctypes.c_void_p, ctypes.c_double]
disc.disc_free.argtypes = [ctypes.c_void_p]
def elsewhere(work):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
one = disc.disc_new()
assert disc.disc_play(one, 3.0) == 3
"""


def python(script: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PREPARE + script, str(PROXY)],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_callers_get_what_the_library_gives() -> None:
    done = python("disc.disc_free(one); sys.exit(disc.disc_version() + disc.disc_sum(2, 30, 5))")
    assert (done.returncode, done.stderr) == (42, "")


def test_a_call_by_ctypes_on_another_thread_is_found() -> None:
    done = python("elsewhere(lambda: disc.disc_play(one, 1.0)); print('not reached')")
    assert done.returncode == exits.FINDING, done.stderr
    assert done.stdout == ""
    text, _, line = done.stderr.rstrip("\n").rpartition("\n")
    assert text.startswith("FFH-WRONG-THREAD: ")
    assert "created by disc_new (contract line 10) on the main thread:" in text
    assert "done by disc_play (contract line 11) on thread 2:" in text
    found = json.loads(line)
    assert found["rule"] == "FFH-WRONG-THREAD"
    assert found["message"].startswith("disc_play (contract line 11) on thread 2: used an object")
    assert len(found["evidence"]) == 2


CALLBACKS = """
track = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
stopped = ctypes.CFUNCTYPE(None)
disc.disc_each.argtypes = [ctypes.c_void_p, ctypes.c_int, track, ctypes.c_void_p]
disc.disc_watch.argtypes = disc.disc_watches.argtypes = [ctypes.c_void_p, stopped]
"""


def test_callbacks_arrive_and_what_they_call_is_judged() -> None:
    script = """
assert disc.disc_each(one, 4, track(lambda number, data: number + data), 10) == 46
disc.disc_each(one, 1, track(lambda number, data: elsewhere(lambda: disc.disc_play(one, 1.0))), 0)
print('not reached')
"""
    done = python(CALLBACKS + script)
    assert (done.returncode, done.stdout) == (exits.FINDING, ""), done.stderr
    assert done.stderr.startswith("FFH-WRONG-THREAD: ")


def test_a_callback_on_another_thread_than_its_calls_is_found() -> None:
    done = python(CALLBACKS + "disc.disc_each(one, 100, track(lambda number, data: 1), 0)")
    assert done.returncode == exits.FINDING, done.stderr
    assert done.stderr.startswith("FFH-CALLBACK-THREAD: ")
    assert "passed by disc_each (contract line 12) on the main thread:" in done.stderr


def test_callbacks_beyond_the_trampolines_are_passed_on_and_counted(tmp_path: Path) -> None:
    report = tmp_path / "report"
    script = """
kept = [stopped(lambda: None) for _ in range(40)]
for one_of_them in kept + kept:
    disc.disc_watch(one, one_of_them)
    assert disc.disc_watches(one, one_of_them) == 1
    assert disc.disc_watches(one, stopped(0)) == 0
"""
    done = python(CALLBACKS + script, FFH_REPORT=str(report))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(report.read_text())["callbacks_passed_on"] == 4 * 8


def test_a_report_can_go_on(tmp_path: Path) -> None:
    report = tmp_path / "report"
    done = python(
        "elsewhere(lambda: disc.disc_free(one)); print('reached')",
        FFH_REPORT=str(report),
        FFH_ON_FINDING="report",
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "reached\n", "")
    lines = report.read_text().splitlines()
    assert [json.loads(line)["rule"] for line in lines if line.startswith('{"rule"')] == [
        "FFH-WRONG-THREAD"
    ]
    assert json.loads(lines[-1]) == {
        "checked": {
            "disc_new": 1,
            "disc_play": 1,
            "disc_each": 0,
            "disc_watch": 0,
            "disc_watches": 0,
            "disc_free": 1,
        }
    }


def test_what_is_never_called_is_not_covered(tmp_path: Path) -> None:
    report = tmp_path / "report"
    assert python("", FFH_REPORT=str(report)).returncode == 0
    assert json.loads(report.read_text())["checked"]["disc_free"] == 0


def test_a_forked_child_is_not_observed() -> None:
    done = python(
        """
child = os.fork()
if child == 0:
    elsewhere(lambda: disc.disc_play(one, 1.0))
    os._exit(5)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5
elsewhere(lambda: disc.disc_play(one, 1.0))
"""
    )
    assert done.returncode == exits.FINDING
    assert done.stderr.count("FFH-WRONG-THREAD: ") == 1


def test_unloading_leaves_threads_in_peace() -> None:
    done = python(
        """
import _ctypes
go = threading.Event()
def work():
    two = disc.disc_new()
    go.wait()
thread = threading.Thread(target=work)
thread.start()
_ctypes.dlclose(disc._handle)
go.set()
thread.join()
again = ctypes.CDLL(sys.argv[1])
again.disc_play.argtypes = [ctypes.c_void_p, ctypes.c_double]
assert again.disc_play(one, 1.0) == 4
print('alive')
"""
    )
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr


@pytest.mark.parametrize(("argument", "code"), [([], 0), (["bad"], exits.FINDING)])
def test_a_program_that_is_linked_with_the_library(argument: list[str], code: int) -> None:
    host = BUILD / "bin" / "disc-host"
    done = subprocess.run(
        [str(host), *argument],
        env={**os.environ, "LD_LIBRARY_PATH": str(PROXY.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    # Stripped and without frame pointers: shorter, and it says so.
    assert ("FFH-WRONG-THREAD: " in done.stderr) == (code != 0)


def test_a_real_library_that_is_gone_is_said() -> None:
    real = PROXY.parent / "disc-proxy.real.so"
    aside = real.with_suffix(".aside")
    real.rename(aside)
    try:
        done = python("")
    finally:
        aside.rename(real)
    assert done.returncode == exits.USAGE
    assert "ffihammer proxy: cannot open the real library: " in done.stderr
