"""Run folders of many kinds, made by the program under test, and a browser to look at their pages."""

import hashlib
import json
import os
import shutil
import subprocess

import numpy
import pytest

from browser import Browser, find_browser

EXECUTABLE = os.environ.get("NADIR_EXECUTABLE", "nadir")


@pytest.fixture(scope="session")
def nadir():
    """nadir(folder, argument, ...) runs the program in that folder and waits for it."""

    def run(folder, *arguments, **options):
        return subprocess.run([EXECUTABLE, *map(str, arguments)], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=300, check=False, **options)

    return run


@pytest.fixture(scope="session")
def work(tmp_path_factory):
    """A folder with data: a linear map with noise, a saddle of a linear network, ratings, a curve for a network."""
    folder = tmp_path_factory.mktemp("runs")
    random = numpy.random.default_rng(0)
    x = random.standard_normal((30, 4))
    numpy.save(folder / "x.npy", x)
    numpy.save(folder / "y.npy", x @ random.standard_normal((4, 3)) + 0.1 * random.standard_normal((30, 3)))
    numpy.savez(folder / "zero.npz", W1=numpy.zeros((2, 4)), W2=numpy.zeros((3, 2)))
    numpy.savez(folder / "slope.npz", x=numpy.array([0.3, 0.2]))
    curve = random.standard_normal((60, 2))
    numpy.save(folder / "cx.npy", curve)
    numpy.save(folder / "cy.npy", numpy.sin(2 * curve[:, :1]) * curve[:, 1:])
    lines = [f"r{i},c{j},{random.normal():.3f}" for i in range(8) for j in range(7) if random.random() < 0.7]
    (folder / "ratings.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="session", autouse=True)
def page_is_built(nadir, work):
    made = nadir(work, "judge", "double-well", "--point", "slope.npz", "-o", "probe")
    assert made.returncode == 0, made.stderr
    told = nadir(work, "report", "probe")
    if told.returncode == 2 and "no page" in told.stderr:
        pytest.skip(told.stderr.strip())
    assert told.returncode == 0, told.stderr


LINEAR = ("linear-network", "--x", "x.npy", "--y", "y.npy", "--hidden", "2")
NETWORK = ("network", "--x", "cx.npy", "--y", "cy.npy", "--hidden", "3", "--activation", "tanh")

RUNS = {
    "global": ("solve", *LINEAR),
    "saddle": ("judge", *LINEAR, "--point", "zero.npz"),
    "slope": ("judge", "double-well", "--point", "slope.npz"),
    "well": ("solve", "double-well"),
    "ratings": ("solve", "matrix-completion", "--ratings", "ratings.csv", "--lambda", "1"),
    "starts": ("solve", *NETWORK, "--starts", "4", "--max-iterations", "150"),
    "sharpness": ("solve", *NETWORK, "--solver", "gradient-descent", "--max-iterations", "200", "--sharpness-every", "10"),
    "stopped": ("solve", *NETWORK, "--starts", "1000", "--time-limit", "0.5"),
}


@pytest.fixture(scope="session")
def runs(nadir, work):
    """The folder of each kind of run, by name."""
    for name, arguments in RUNS.items():
        made = nadir(work, *arguments, "-o", name)
        assert made.returncode == (3 if name == "stopped" else 0), made.stderr
    return {name: work / name for name in RUNS}


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    executable = find_browser()
    if not executable:
        pytest.skip("no Chromium is installed")
    opened = Browser(executable, tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def look(browser):
    """look(run folder, width=..., dark=...) opens its page."""
    return lambda folder, **how: browser.open(folder / "report.html", **how)


@pytest.fixture(scope="session")
def with_files(nadir, work, runs, look):
    """with_files(slice=..., path=...) opens the page of a run folder that holds them, of the right point unless told otherwise."""
    made = iter(range(10_000))

    def build(is_current=True, **files):
        how = {key: files.pop(key) for key in ("width", "dark") if key in files}
        folder = work / f"cut-{next(made)}"
        shutil.copytree(runs["well"], folder)
        digest = hashlib.sha256((folder / "point.npz").read_bytes()).hexdigest()
        for name, content in files.items():
            (folder / f"{name}.json").write_text(json.dumps({**content, "point_sha256": digest if is_current else "0" * 64}))
        told = nadir(work, "report", folder.name)
        assert told.returncode == 0, told.stderr
        page = look(folder, **how)
        page.folder = folder
        return page

    return build
