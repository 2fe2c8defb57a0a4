"""The build backend of `pip install .` (PEP 517): CMake builds and installs, this file zips what it installed.

It needs no package from the network: CMake, Ninja, a compiler, pybind11 and the libraries of tools/packages.txt are
Debian's. The wheel is for the Python that builds it and for the libraries of this machine.

Settings (--config-settings NAME=VALUE): build-dir, a folder that CMake has configured already, to build there;
cmake-args, more words for CMake when it configures.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional

ROOT = Path(__file__).resolve().parents[2]
NAME = "nadir"
SUMMARY = "Finds minima of non-convex problems and proves how good they are"


def _version() -> str:
    found = re.search(r"project\(nadir VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())
    if not found:
        raise RuntimeError("CMakeLists.txt: no version of the project")
    return found.group(1)


def _tag() -> str:
    implementation = f"cp{sys.version_info.major}{sys.version_info.minor}"
    platform = re.sub(r"[^0-9a-zA-Z_]", "_", sysconfig.get_platform())
    return f"{implementation}-{implementation}-{platform}"


def _metadata() -> str:
    return (f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {_version()}\nSummary: {SUMMARY}\n"
            "Requires-Python: >=3.9\nRequires-Dist: numpy\n")


def _wheel_file() -> str:
    return f"Wheel-Version: 1.0\nGenerator: nadir_build\nRoot-Is-Purelib: false\nTag: {_tag()}\n"


def _run(*command: str) -> None:
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{done.stdout}\n{' '.join(command)} failed; the reason stands above. "
                         "tools/setup core installs what a build needs.")


def _built(settings: Mapping[str, Any]) -> Path:
    given = settings.get("build-dir")
    folder = Path(given) if given else ROOT / "build" / f"wheel-{_tag()}"
    if not given:
        _run("cmake", "-S", str(ROOT), "-B", str(folder), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
             "-DNADIR_BUILD_TESTS=OFF", f"-DPython_EXECUTABLE={sys.executable}", *shlex.split(settings.get("cmake-args", "")))
    _run("cmake", "--build", str(folder), "--target", "nadir_python")
    return folder


def _package_files(folder: Path, staging: Path) -> Dict[str, Path]:
    """Name in the wheel -> file, of the package that CMake installs."""
    _run("cmake", "--install", str(folder), "--component", "python", "--prefix", str(staging), "--strip")
    found = list(staging.rglob("nadir/__init__.py"))
    if len(found) != 1 or not list(found[0].parent.glob("_nadir*")):
        raise SystemExit("CMake installed no Python module: are python3-dev and pybind11-dev there?")
    package = found[0].parent
    return {f"nadir/{path.relative_to(package)}": path for path in sorted(package.rglob("*")) if path.is_file()}


def _record_line(name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}\n"


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Optional[Mapping[str, Any]] = None) -> str:
    """What pip wants to know before it builds; gives the folder's name back."""
    info = f"{NAME}-{_version()}.dist-info"
    folder = Path(metadata_directory) / info
    folder.mkdir()
    (folder / "METADATA").write_text(_metadata())
    (folder / "WHEEL").write_text(_wheel_file())
    return info


def build_wheel(wheel_directory: str, config_settings: Optional[Mapping[str, Any]] = None,
                metadata_directory: Optional[str] = None) -> str:
    """Builds the module and writes the wheel; gives its name back."""
    folder = _built(config_settings or {})
    info = f"{NAME}-{_version()}.dist-info"
    wheel = f"{NAME}-{_version()}-{_tag()}.whl"
    with tempfile.TemporaryDirectory() as staging:
        contents = {name: path.read_bytes() for name, path in _package_files(folder, Path(staging)).items()}
    contents[f"{info}/METADATA"] = _metadata().encode()
    contents[f"{info}/WHEEL"] = _wheel_file().encode()
    contents[f"{info}/LICENSE"] = (ROOT / "LICENSE").read_bytes()
    record = "".join(_record_line(name, content) for name, content in contents.items()) + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o755 if ".so" in name else 0o644) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
        archive.writestr(f"{info}/RECORD", record)
    return wheel


def get_requires_for_build_wheel(config_settings: Optional[Mapping[str, Any]] = None) -> List[str]:
    return []


def build_sdist(sdist_directory: str, config_settings: Optional[Mapping[str, Any]] = None) -> str:
    raise UnsupportedOperation("nadir is built from a checkout, not from a source archive")


class UnsupportedOperation(Exception):
    """What this backend does not offer."""
