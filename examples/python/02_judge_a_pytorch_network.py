"""Judge a PyTorch network: training has stopped, with a loss of 0.5 and no gradient. Is this the best there is?

Builds on 01: here the function is the loss of a module. The module starts where symmetric initialisations put it, with
weights of zero; plain gradient descent never leaves.
"""

import torch

import nadir

torch.manual_seed(0)
inputs = torch.linspace(-2, 2, 40).reshape(-1, 1)
targets = torch.sign(inputs) / 2**0.5
network = torch.nn.Sequential(torch.nn.Linear(1, 4, bias=False), torch.nn.Tanh(), torch.nn.Linear(4, 1, bias=False))
for weights in network.parameters():
    torch.nn.init.zeros_(weights)

loss = torch.nn.MSELoss()
optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
for _ in range(1000):
    optimiser.zero_grad()
    loss(network(inputs), targets).backward()
    optimiser.step()
print(f"after 1000 steps: loss {loss(network(inputs), targets).item():.3f}")

verdict = nadir.torch.judge(network, loss, inputs, targets)
print("verdict:", verdict)
print("curvature downhill:", verdict.curvature["min_eigenvalue"] < 0)

with torch.no_grad():  # follow the way out, then train on
    for name, weights in network.named_parameters():
        weights += verdict.escape["parameters"][name]
for _ in range(1000):
    optimiser.zero_grad()
    loss(network(inputs), targets).backward()
    optimiser.step()
print("after the way out: loss below 0.05:", loss(network(inputs), targets).item() < 0.05)
