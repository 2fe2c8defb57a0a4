"""The module as it is installed: by `cmake --install`, and by a wheel that pip builds without network."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

BUILD, SOURCE = os.environ.get("NADIR_BUILD"), os.environ.get("NADIR_SOURCE")
pytestmark = pytest.mark.skipif(not BUILD or not SOURCE, reason="NADIR_BUILD or NADIR_SOURCE does not name a folder")

TRIAL = """
import nadir
print(nadir.__file__)
print(nadir.minimize(lambda x: (x[0]**2 - 1)**2, [0.0], jac="3-point").verdict)
print(nadir.solve(nadir.LinearNetwork([[1.0], [2.0]], [[2.0], [4.1]])).verdict)
"""


def trial(folder, tmp_path):
    """What a fresh interpreter says that finds the module in that folder and nowhere else."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, "-B", "-c", TRIAL], env=environment, cwd=tmp_path, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")


def test_cmake_installs_a_module_that_works(tmp_path):
    subprocess.run(["cmake", "--install", BUILD, "--component", "python", "--prefix", tmp_path / "prefix"],
                   check=True, capture_output=True)
    folder = next((tmp_path / "prefix").rglob("nadir/__init__.py")).parent.parent

    lines = trial(folder, tmp_path)

    assert folder.name in ("dist-packages", "site-packages")
    assert Path(lines[0]) == folder / "nadir" / "__init__.py"
    assert lines[1:3] == ["local-minimum", "global-minimum"]
    assert (folder / "nadir" / "py.typed").exists() and (folder / "nadir" / "_families.pyi").exists()


@pytest.mark.skipif(importlib.util.find_spec("pip") is None, reason="this Python has no pip")
def test_pip_builds_a_wheel_without_network_and_installs_it(tmp_path):
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "HOME": str(tmp_path)}
    environment.pop("PYTHONPATH")

    def pip(*arguments):
        done = subprocess.run([sys.executable, "-m", "pip", *map(str, arguments)], env=environment, cwd=tmp_path,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    pip("wheel", SOURCE, "--no-deps", "--wheel-dir", tmp_path, "--config-settings", f"build-dir={BUILD}")
    wheel, = tmp_path.glob("nadir-*.whl")
    pip("install", "--no-deps", "--target", tmp_path / "site", wheel)

    lines = trial(tmp_path / "site", tmp_path)

    assert Path(lines[0]) == tmp_path / "site" / "nadir" / "__init__.py"
    assert (tmp_path / "site" / "nadir" / "_families.pyi").exists()
    assert lines[1:3] == ["local-minimum", "global-minimum"]
