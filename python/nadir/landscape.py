"""What the landscape looks like around a point: spectra, slices, paths.

    nadir.landscape.spectrum(x, point)       the Hessian's eigenvalues: both ends, density, trace, blocks
    nadir.landscape.slice(x, point)          the objective on a line or a plane through the point
    nadir.landscape.path(x, point, other)    low ways between two points, and the pass between them
    nadir.survey(problem)                    many starts, and where they end

`x` is one of

    a run: its folder, or what nadir.solve and nadir.judge gave back, without `point`; what is found is written into the run's folder,
        if it has one, and its report shows it
    a problem, nadir.LinearNetwork(...)
    a function of your own, with jac=... and hessp=... as of nadir.minimize
    a PyTorch module, as nadir.torch.problem(module, loss, inputs, targets); the point may be left out for its own parameters

What they show is floating point, with error bounds and failure probabilities stated; it claims nothing of the point. nadir.plot
draws it for papers.
"""

from __future__ import annotations

from ._path import Barrier, Path, PathCurve, PathSaddle, path
from ._slice import Slice, SliceAxis, slice
from ._spectrum import BlockSpectrum, Spectrum, spectrum

__all__ = ["Barrier", "BlockSpectrum", "Path", "PathCurve", "PathSaddle", "Slice", "SliceAxis", "Spectrum", "path", "slice", "spectrum"]
