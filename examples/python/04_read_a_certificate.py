"""Read a certificate: what is claimed of a deep linear network, and what a second program says of the claims.

Builds on 03: here the run is written to a folder. The handwritten digits are those of ./quickstart.
"""

import re
import tempfile
from pathlib import Path

import numpy

import nadir

digits = Path(__file__).parents[1] / "digits"
images = numpy.load(digits / "images.npy").astype(float)
labels = numpy.load(digits / "labels.npy").astype(float)

with tempfile.TemporaryDirectory() as folder:
    run = Path(folder) / "run"
    result = nadir.solve(nadir.LinearNetwork(images, labels, hidden=[32, 16]), output=run)
    print(f"{result.verdict}, {result.rigor}: value {result.value:.6f}")
    for claim in result.claims:
        if claim.standing == "holds" and claim.rigor == "proved":
            print("claimed: ", re.sub(r"[0-9.]+e-[0-9]+", "a tiny number", claim.claim))

    checked = nadir.verify(run)  # shares no code with the solver and the judge but the file formats
    print("verified:", checked.verified)

    with open(run / "point.npz", "r+b") as file:  # one changed byte
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
    print("after one changed byte:", nadir.verify(run).verified)
