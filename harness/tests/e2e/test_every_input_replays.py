"""The determinism gate: every committed input, and a sample of those that fuzzing has found, does the same
twice in two processes; a committed one also what it did when this build ran it before."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from ffhlib import paths, profile, replayer, tracestore
from ffhlib.corpus import Corpus
from ffhlib.determinism import Check, Checked
from ffhlib.replayer import FINDING, NOTHING
from ffhlib.target import Target, load, names
from ffhlib.tracestore import TraceStore

SAMPLE = 200  # of each growing corpus
TIMEOUT = 25


def corpus_of(target: Target, env: dict[str, str]) -> Corpus:
    return Corpus(paths.PROJECT, target.name, target.build, target.replay, env)


def sample(corpus: Corpus) -> list[Path]:
    found = sorted(corpus.growing.iterdir()) if corpus.growing.is_dir() else []
    step = -(-len(found) // SAMPLE) or 1
    return found[::step]


def has_inputs(name: str, committed: bool) -> bool:
    folders = [paths.PROJECT / "corpus" / name / part for part in ("seeds", "regress")]
    if not committed:
        folders.append(paths.PROJECT / ".cache" / "corpus" / name)
    return any(folder.is_dir() and any(folder.iterdir()) for folder in folders)


def build_of(config: pytest.Config) -> Path:
    chosen: Path | None = config.getoption("--ffh-build", default=None)
    return chosen or paths.BUILD / "asan"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "target_name" in metafunc.fixturenames:
        committed = "committed" in metafunc.function.__name__
        where = build_of(metafunc.config)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(paths, "BUILD", where.parent)
            found = [name for name in names(where.name) if has_inputs(name, committed)]
        metafunc.parametrize("target_name", found)


@pytest.fixture
def target(target_name: str, build_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    monkeypatch.setattr(paths, "BUILD", build_dir.parent)
    return load(target_name, build_dir.name)


def describe(checked: Checked) -> str:
    return "\n".join(
        f"{found.file.name}: {found.first}\n  {'; '.join(found.ran())}"
        for found in [*checked.different, *checked.after_others]
    )


def test_every_input_does_the_same_twice(target: Target, tmp_path: Path) -> None:
    env = profile.environment(target.flavor, paths.PROJECT)
    corpus = corpus_of(target, env)
    files = [*corpus.compile_seeds(), *sample(corpus)]
    checked = Check(target.replay, env, tmp_path, TIMEOUT).files(files)
    assert checked.problems + checked.internal == []
    assert checked.files == len(files) > 0
    outside = [found for found in checked.different if found.not_controlled]
    if checked.not_controlled:
        what = ", ".join(f"{name} in {n}" for name, n in sorted(checked.not_controlled.items()))
        warnings.warn(
            f"{target.name}: not controlled: {what} of {len(files)} inputs, {len(outside)} of which "
            "did not do the same twice",
            stacklevel=1,
        )
    different = [found for found in checked.different if not found.not_controlled]
    assert not different and not checked.after_others, describe(checked)


def test_a_committed_input_does_what_it_did_before(target: Target) -> None:
    env = profile.environment(target.flavor, paths.PROJECT)
    traces = {}
    for file in corpus_of(target, env).compile_seeds():
        outcome = replayer.replay(target.replay, file, env, TIMEOUT)
        assert outcome.kind in (NOTHING, FINDING), outcome.message
        if not outcome.not_controlled:
            traces[file] = " ".join(outcome.identity)
    store = TraceStore(paths.CACHE / "traces", target.name, target.flavor, target.replay)
    assert store.differences(traces) == []
    store.keep(traces)


def regressions() -> list[Path]:
    return sorted((paths.PROJECT / "corpus").glob("*/regress/*.plan"))


def test_every_regression_has_the_outcome_that_it_says(
    build_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "BUILD", build_dir.parent)
    wrong = []
    for source in regressions():
        owner = load(source.parents[1].name, build_dir.name)
        env = profile.environment(owner.flavor, paths.PROJECT)
        binary = tmp_path / "input"
        code, _, message = replayer.compile_text(owner.replay, source, binary, env)
        assert code == 0, f"{source}: {message}"
        outcome = replayer.replay(owner.replay, binary, env, TIMEOUT)
        wanted = tracestore.expected(source) or "nothing"
        if not tracestore.is_expected(outcome, wanted):
            wrong.append(f"{source}: {outcome.label}, and it says {wanted}")
    assert wrong == []
