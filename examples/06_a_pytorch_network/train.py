"""A small classifier, trained by PyTorch as anybody would: single precision, Adam, batches.

usage: train.py FOLDER        writes net.onnx, X.npy, y.npy into FOLDER and prints the loss on all samples

Two interleaved half circles in the plane, 400 points, three classes by thirds of the angle. The loss is the mean
cross-entropy + decay/2 times the sum of squared weights, biases excepted: the objective of `nadir help network`, which
matters, because a point can only be critical for the function that was trained.
"""
import sys

try:
    import numpy
    import torch
except ImportError as missing:
    print(f"skipped: {missing}", file=sys.stderr)
    sys.exit(77)

DECAY = 1e-2


def data():
    random = numpy.random.default_rng(0)
    angle = random.uniform(0, numpy.pi, 400)
    upper = random.integers(0, 2, 400)
    x = numpy.column_stack([numpy.cos(angle) + upper - 0.5, numpy.sin(angle) * (1 - 2 * upper) + upper / 2])
    labels = (3 * angle / numpy.pi).astype(numpy.int64) % 3
    return x + 0.1 * random.standard_normal(x.shape), labels


def loss_of(net, x, labels):
    decay = sum((layer.weight**2).sum() for layer in net if isinstance(layer, torch.nn.Linear))
    return torch.nn.functional.cross_entropy(net(x), labels) + DECAY / 2 * decay


def main(folder):
    torch.manual_seed(0)
    x64, labels64 = data()
    x, labels = torch.tensor(x64, dtype=torch.float32), torch.tensor(labels64)
    net = torch.nn.Sequential(torch.nn.Linear(2, 6), torch.nn.Tanh(), torch.nn.Linear(6, 3))
    optimiser = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(200):
        for batch in torch.randperm(len(x)).split(100):
            optimiser.zero_grad()
            loss_of(net, x[batch], labels[batch]).backward()
            optimiser.step()
    torch.onnx.export(net, x[:1], f"{folder}/net.onnx", input_names=["x"], dynamic_axes={"x": {0: "samples"}})
    numpy.save(f"{folder}/X.npy", x.numpy())
    numpy.save(f"{folder}/y.npy", labels.numpy()[:, None])
    print(f"{loss_of(net, x, labels).item():.9g}")


main(sys.argv[1])
