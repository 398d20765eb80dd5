"""Documents say what is so, and no file tells where it was made."""

from __future__ import annotations

import re
import runpy
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Without their endings, so that this file passes its own test.
REGISTRIES = [f"{name}.org" for name in ("pypi", "pythonhosted", "npmjs", "debian", "anaconda")]
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:work|root|home|Users|mnt|tmp)/\w")
LARGEST = 1_000_000


def tracked() -> list[Path]:
    """Files that git knows; without git there is nothing to test."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> dict[str, str]:
    found = {}
    for path in tracked():
        try:
            found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def markdown() -> dict[str, str]:
    return {name: text for name, text in texts().items() if name.endswith(".md")}


# ------------------------------------------------------------------ packages


def bounds(lines: list[str]) -> dict[str, str]:
    """Lower bound by package, extras left out."""
    pairs = (re.fullmatch(r"([\w.-]+)(?:\[\w+\])?>=([\d.]+)", line) for line in lines)
    return {pair[1].lower(): pair[2] for pair in pairs if pair}


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_conda_and_pip_ask_for_the_same() -> None:
    ours = project()
    listed = re.findall(r"^  - (\S+>=\S+)$", (ROOT / "environment.yml").read_text(), re.MULTILINE)
    conda = bounds(listed)
    assert conda.pop("python") == str(ours["requires-python"]).removeprefix(">=")
    extras = ours["optional-dependencies"]
    brought = ("backtest", "papers", "postgis", "notebooks")
    named = [one for extra in brought for one in extras[extra]]  # type: ignore[index]
    wanted = [*ours["dependencies"], *named]  # type: ignore[misc]
    assert len(bounds(wanted)) == len(wanted), "a dependency has no plain lower bound"
    assert conda == bounds(wanted)


@pytest.mark.parametrize("name", ["run", "dev"])
def test_locks_hold_every_package_with_hashes_at_or_above_its_bound(name: str) -> None:
    ours = project()
    wanted = bounds(ours["dependencies"])  # type: ignore[arg-type]
    if name == "dev":
        for extra in ours["optional-dependencies"].values():  # type: ignore[attr-defined]
            wanted |= bounds(extra)
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.findall(r"^([\w.-]+)(?:\[\w+\])?==([\w.]+)[^\n]*\\\n +--hash=", text, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^[\w.-]+[^\n]*==", text, re.MULTILINE))
    locked = {package.lower(): version for package, version in entries}
    for package, bound in wanted.items():
        parts = [[int(n) for n in re.findall(r"\d+", v)] for v in (locked[package], bound)]
        assert parts[0] >= parts[1], package


# ------------------------------------------------------------------ no trace of where it was made


def test_no_file_names_a_registry_or_a_machines_path() -> None:
    for name, text in texts().items():
        for host in REGISTRIES:
            assert host not in text, f"{name} names {host}"
        found = MACHINE_PATH.search(text)
        assert not found, f"{name} names {found and found[0]}"


def test_no_large_file_is_kept() -> None:
    large = [path.name for path in tracked() if path.stat().st_size > LARGEST]
    assert not large


def test_notebooks_are_kept_without_outputs() -> None:
    for name, text in texts().items():
        if name.endswith(".ipynb"):
            assert not re.search(r'"outputs": \[\s*[^\]\s]', text), name
            assert not re.search(r'"execution_count": \d', text), name


# ------------------------------------------------------------------ documents


def test_the_nomenclature_is_fresh() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "nomenclature.py"))["nomenclature"]()
    page = (ROOT / "docs" / "nomenclature.md").read_text(encoding="utf-8")
    assert page == made, "run: make docs"


def test_the_list_of_public_functions_is_fresh() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "api.py"))["api"]()
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert page == made, "run: make docs"


def test_links_to_our_own_files_resolve() -> None:
    for name, text in markdown().items():
        plain = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", plain):
            if re.match(r"[a-z]+:|#", target):
                continue
            path = (ROOT / name).parent / target.split("#")[0]
            assert path.exists(), f"{name} → {target}"


def test_every_decision_is_indexed_and_has_its_parts() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    numbers = [path.name[:4] for path in pages]
    assert numbers == [f"{number:04}" for number in range(1, len(pages) + 1)]
    for path in pages:
        assert f"[{path.name[:4]}]({path.name})" in index
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]} ")
        for part in ("Context", "Options", "Decision", "Costs"):
            assert f"**{part}.**" in text, f"{path.name}: {part}"


def test_a_rule_is_a_name_and_at_most_two_sentences() -> None:
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    rules = re.findall(r"^- \*\*(.+?)\.\*\* (.+?)(?: → .*)?$", index, re.MULTILINE)
    assert len(rules) == index.count("\n- ")
    for name, text in rules:
        assert len(re.findall(r"[.?!](?= |$)", text)) <= 2, name
    assert len({name for name, _ in rules}) == len(rules)


def test_the_architecture_fits_on_two_pages() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert len(text.split()) <= 1000


def test_the_changelog_is_well_formed() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.startswith("# Changelog\n")
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert versions
    for version in versions:
        assert re.fullmatch(
            r"\[Unreleased\]( \d+\.\d+\.\d+)?|\[\d+\.\d+\.\d+\] \d{4}-\d\d-\d\d", version
        )
    assert str(project()["version"]) in versions[0]
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_make_help_names_every_command() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"^\.PHONY: ([a-z-]+)$", text, re.MULTILINE))
    told = set(re.findall(r"^([a-z-]+):.*## \S", text, re.MULTILINE))
    assert commands == told
    promised = {
        "plan",
        "test",
        "install",
        "quick",
        "lab",
        "bench",
        "docs",
        "lock",
        "system",
        "help",
    }
    assert promised <= told


def test_the_script_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    script = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    exec(compile(script, "README.md", "exec"), {})  # noqa: S102 - our own README
    said = capsys.readouterr().out
    assert "no plan can have more than" in said
    assert "fiscal year" in said
