"""Look at the landscape of a PyTorch network: the curvature where it was trained, a picture around it, the way to another minimum.

Builds on 02: the same kind of network, trained twice from different weights. Are the two results one valley?
"""

import torch

import nadir

torch.manual_seed(0)
inputs = torch.linspace(-2, 2, 40).reshape(-1, 1)
targets = torch.sin(2 * inputs)


def make():
    return torch.nn.Sequential(torch.nn.Linear(1, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))


network, other = make(), make()
problem = nadir.torch.problem(network, torch.nn.MSELoss(), inputs, targets, weight_decay=1e-3)
first = problem.minimize()
second = problem.minimize(problem.vector(other.state_dict()))
print(f"trained twice: {first.verdict} at {first.fun:.4f}, {second.verdict} at {second.fun:.4f}")

spectrum = nadir.landscape.spectrum(problem, first.x)
print(f"curvature: {spectrum.dimension} eigenvalues from {spectrum.least[0]:.4f} to {spectrum.greatest[0]:.2f}")
for block in spectrum.blocks:
    print(f"  {block.name:>9}: trace {block.trace[0]:.3f}")

plane = nadir.landscape.slice(problem, first.x, grid=(21, 21), seed=1)
print(f"a plane of random directions: {plane.axes[0].normalisation}-normalised, {plane.values.size} values, none below the point: "
      f"{plane.values.min() == plane.value}")

ways = nadir.landscape.path(problem, first.x, second.x)
print(f"the way to the second: {ways.curves[0].barrier.height:.2f} straight across, less than 0.05 at the lowest: "
      f"{ways.lowest.barrier.height < 0.05}")
print(f"the pass: {ways.saddle.verdict}, index {ways.saddle.negative}" if ways.saddle else "no pass")
# nadir.plot.path(ways).figure.savefig("path.pdf") draws it, where matplotlib is there.
