"""What the landscape looks like around a point: `nadir.landscape.spectrum`.

The tools take

    a run: the folder of one, or what nadir.solve and nadir.judge gave back; of a run with a folder, the pictures are written
        into it and its report shows them
    a problem and a point: nadir.landscape.spectrum(problem, point)
    a function of your own and a point: nadir.landscape.spectrum(fun, x, jac=..., hessp=...), the arguments of nadir.minimize
    a PyTorch module, as nadir.torch.problem(module, loss, inputs, targets), and a point or none for its own parameters

What they show is floating point, with error bounds and failure probabilities stated; it claims nothing of the point.
"""

from __future__ import annotations

from ._spectrum import BlockSpectrum, Spectrum, spectrum

__all__ = ["BlockSpectrum", "Spectrum", "spectrum"]
