"""
Validate a folder of OpenSidewalks files with the official validator, in an environment of its own.

    python tools/osw_validate.py FOLDER

FOLDER has `….nodes.geojson` and `….edges.geojson`. The validator (python-osw-validation of the
Taskar Center) pins an older geopandas, so it is installed into `.venv-osw` beside the project,
once, and called as a program. Prints `valid`, or the errors; ends with 0, or 1.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

HOME = Path(__file__).parents[1] / ".venv-osw"
PACKAGE = "python-osw-validation==0.5.0"
PROGRAM = """
import sys
from python_osw_validation import OSWValidation
found = OSWValidation(zipfile_path=sys.argv[1]).validate()
print("valid" if found.is_valid else chr(10).join(map(str, found.errors or found.issues)))
sys.exit(not found.is_valid)
"""


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program of ours, without a shell."""
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)  # noqa: S603


def python() -> Path:
    """Give the validator's own Python, installing it where it is not there yet."""
    program = HOME / "bin" / "python"
    asked = [str(program), "-c", "import python_osw_validation"]
    if program.exists() and not run(asked).returncode:
        return program
    venv.create(HOME, with_pip=True, clear=True)
    command = [str(program), "-m", "pip", "install", "--quiet", PACKAGE]
    run(command).check_returncode()
    return program


def validate(folder: Path) -> tuple[bool, str]:
    """Say whether the files of a folder are valid, and what is not."""
    program = python()
    with tempfile.TemporaryDirectory() as aside:
        file = Path(aside) / "opensidewalks.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            for part in ("nodes", "edges"):
                (one,) = folder.glob(f"*opensidewalks.{part}.geojson")
                packed.write(one, f"opensidewalks.{part}.geojson")
        asked = [str(program), "-W", "ignore", "-c", PROGRAM, str(file)]
        told = run(asked)
    return told.returncode == 0, told.stdout.strip() or told.stderr[-2000:]


if __name__ == "__main__":
    is_valid, words = validate(Path(sys.argv[1]))
    sys.stdout.write(words + "\n")
    sys.exit(not is_valid)
