"""The examples in Python print what stands beside them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("NADIR_SOURCE", Path(__file__).resolve().parents[2])) / "examples" / "python"


@pytest.mark.parametrize("script", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_an_example_prints_what_the_docs_show(script, tmp_path):
    if "import torch" in script.read_text():
        pytest.importorskip("torch")

    done = subprocess.run([sys.executable, "-B", script], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout == script.with_suffix(".txt").read_text()
    assert not list(tmp_path.iterdir())
