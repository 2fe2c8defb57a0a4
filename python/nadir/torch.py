"""PyTorch modules as problems: what is the point where training ended, and how does one get out?

    verdict = nadir.torch.judge(module, loss, inputs, targets)
    problem = nadir.torch.problem(module, loss, inputs, targets)
    result = problem.minimize();  problem.load(result.x, module)

Any module will do: value, gradient and Hessian-vector products come from autograd. The work is done on a copy in
float64, also of a float32 module: curvature near a minimum is below what float32 resolves. The module that is given
is never touched: parameters, gradients, buffers, training mode and random state stay as they are.
"""

from __future__ import annotations

import copy
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy
import torch

from ._arrays import real_vector
from ._minimize import judge_function, minimize
from ._verdict import Verdict

_SEED = 0  # of random layers, with training=True: the same numbers at every evaluation


def _as_double(value: Any) -> Any:
    """Tensors of floating point as float64, without graph; everything else as it is."""
    if isinstance(value, torch.Tensor):
        value = value.detach()
        return value.to(torch.float64) if value.is_floating_point() else value
    if isinstance(value, (list, tuple)):
        return type(value)(_as_double(item) for item in value)
    if isinstance(value, Mapping):
        return {key: _as_double(item) for key, item in value.items()}
    return value


def _batches_of(inputs: Any, targets: Any, reduction: str) -> List[Tuple[Any, Any, float]]:
    """Inputs, targets and weight of every batch. The weights of a loader's batches are their shares of all samples, so that uneven
    batches give the mean over samples; of a loss that sums they are 1."""
    if not isinstance(inputs, torch.utils.data.DataLoader):
        return [(_as_double(inputs), _as_double(targets), 1.0)]
    if targets is not None:
        raise TypeError(f"targets: expected None beside a DataLoader, which has its own, found {type(targets).__name__}")
    with torch.random.fork_rng(devices=[]):  # a loader that shuffles draws random numbers
        found = list(inputs)
    batches, sizes = [], []
    for batch in found:
        if not isinstance(batch, (tuple, list)) or len(batch) != 2:
            raise TypeError("inputs: expected a DataLoader of pairs (inputs, targets), found batches of "
                            + (f"{len(batch)} parts" if isinstance(batch, (tuple, list)) else type(batch).__name__))
        first = batch[1] if isinstance(batch[1], torch.Tensor) else batch[0]
        if not isinstance(first, torch.Tensor) or first.dim() == 0:
            raise TypeError("inputs: expected batches of tensors with a row a sample")
        batches.append((_as_double(batch[0]), _as_double(batch[1])))
        sizes.append(len(first))
    if not sum(sizes):
        raise ValueError("inputs: expected a DataLoader with samples, found none")
    weights = [1.0 if reduction == "sum" else size / sum(sizes) for size in sizes]
    return [(x, y, weight) for (x, y), weight in zip(batches, weights)]


class TorchProblem:
    """The loss of a module on given data as a function of its parameters, one flat float64 vector.

    layout       name and shape of every parameter that requires a gradient, in the order of the vector
    point()      the parameters that the module had when the problem was made
    value(x), gradient(x), value_and_gradient(x), hessian_product(x, v)
    judge(x)     a nadir.Verdict
    minimize(x)  an OptimizeResult of nadir.minimize
    survey()     a nadir.SurveyResult, from fresh initialisations
    load(x, m)   writes the vector into the parameters of a module

    nadir.landscape.spectrum(problem), slice and path look around.
    """

    def __init__(self, module: torch.nn.Module, loss: Callable[[Any, Any], torch.Tensor], inputs: Any, targets: Any,
                 weight_decay: float, training: bool) -> None:
        if not isinstance(module, torch.nn.Module):
            raise TypeError(f"module: expected a torch.nn.Module, found {type(module).__name__}")
        if not callable(loss):
            raise TypeError(f"loss: expected a callable(outputs, targets), found {type(loss).__name__}")
        if not weight_decay >= 0.0:
            raise ValueError(f"weight_decay: expected at least 0, found {weight_decay}")
        self._module = copy.deepcopy(module).to(torch.float64)
        self._module.train(training)
        self._loss = copy.deepcopy(loss).to(torch.float64) if isinstance(loss, torch.nn.Module) else loss
        self._batches = _batches_of(inputs, targets, getattr(loss, "reduction", "mean"))
        self._weight_decay = float(weight_decay)
        self._training = training
        named = [(name, p) for name, p in self._module.named_parameters() if p.requires_grad]
        if not named:
            raise ValueError("module: expected at least one parameter that requires a gradient, found none")
        self.layout: List[Tuple[str, Tuple[int, ...]]] = [(name, tuple(p.shape)) for name, p in named]
        self._parameters = [p for _, p in named]
        for parameter in self._parameters:
            parameter.grad = None
        self._buffers = [(b, b.detach().clone()) for b in self._module.buffers()]
        self.dimension = sum(p.numel() for p in self._parameters)
        self._start = self._flatten(self._parameters)
        self._at: Optional[numpy.ndarray] = None
        self._graph: Optional[Sequence[torch.Tensor]] = None  # gradients at _at, with their graph

    @staticmethod
    def _flatten(tensors: Sequence[torch.Tensor]) -> numpy.ndarray:
        return torch.cat([t.detach().reshape(-1) for t in tensors]).cpu().numpy().astype(numpy.float64, copy=True)

    def _split(self, x: numpy.ndarray) -> List[torch.Tensor]:
        flat = torch.from_numpy(numpy.array(x, dtype=numpy.float64))
        parts = torch.split(flat, [p.numel() for p in self._parameters])
        return [part.reshape(p.shape).to(p.device) for part, p in zip(parts, self._parameters)]

    def _evaluate(self) -> torch.Tensor:
        """The loss at the parameters that are set; buffers and random layers are the same every time."""
        if not self._training:
            value = self._loss_of_batches()
        else:
            with torch.no_grad():
                for buffer, original in self._buffers:
                    buffer.copy_(original)
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(_SEED)
                value = self._loss_of_batches()
        if self._weight_decay:
            value = value + 0.5 * self._weight_decay * sum((p**2).sum() for p in self._parameters)
        return value

    def _loss_of_batches(self) -> torch.Tensor:
        values = [weight * self._one_number(self._loss(self._call(inputs), targets)) for inputs, targets, weight in self._batches]
        return values[0] if len(values) == 1 else torch.stack(values).sum()

    @staticmethod
    def _one_number(value: Any) -> torch.Tensor:
        if not isinstance(value, torch.Tensor) or value.numel() != 1:
            raise TypeError("loss: expected one number in a tensor, found " + (
                f"shape {tuple(value.shape)}" if isinstance(value, torch.Tensor) else type(value).__name__))
        return value.reshape(())

    def _call(self, inputs: Any) -> Any:
        if isinstance(inputs, tuple):
            return self._module(*inputs)
        return self._module(inputs)

    def _set(self, x: Any) -> numpy.ndarray:
        x = numpy.asarray(x, dtype=numpy.float64).reshape(-1)
        if x.size != self.dimension:
            raise ValueError(f"point: expected {self.dimension} numbers, found {x.size}")
        with torch.no_grad():
            for parameter, part in zip(self._parameters, self._split(x)):
                parameter.copy_(part)
        return x

    def _forget(self) -> None:
        self._at, self._graph = None, None

    def _gradients(self, value: torch.Tensor, create_graph: bool) -> List[torch.Tensor]:
        if not value.requires_grad:
            return [torch.zeros_like(p) for p in self._parameters]
        found = torch.autograd.grad(value, self._parameters, create_graph=create_graph, allow_unused=True)
        return [torch.zeros_like(p) if g is None else g for g, p in zip(found, self._parameters)]

    def point(self) -> numpy.ndarray:
        return self._start.copy()

    def vector(self, x: Any) -> numpy.ndarray:
        """A flat array, or tensors by the names of the parameters (a state_dict, say), as the flat vector."""
        x = getattr(x, "x", x)  # a result of minimize stands for its point
        if isinstance(x, Mapping):
            missing = [name for name, _ in self.layout if name not in x]
            if missing:
                raise ValueError(f"point: expected the parameter {missing[0]}, found {', '.join(map(str, x)) or 'none'}")
            for name, shape in self.layout:
                if tuple(x[name].shape) != shape:
                    raise ValueError(f"point[{name!r}]: expected shape {shape}, found {tuple(x[name].shape)}")
            return self._flatten([torch.as_tensor(x[name]).to(torch.float64) for name, _ in self.layout])
        vector = real_vector(x, "point")
        if vector.size != self.dimension:
            raise ValueError(f"point: expected {self.dimension} numbers, found {vector.size}")
        return vector

    def block_places(self) -> List[Tuple[int, int, int]]:
        """Of every parameter, where it begins in the vector, its first dimension (filters), and how many entries each has."""
        places, first = [], 0
        for _, shape in self.layout:
            rows = shape[0] if shape else 1
            columns = max(int(numpy.prod(shape[1:])), 1)
            places.append((first, rows, columns))
            first += rows * columns
        return places

    def value(self, x: Any) -> float:
        self._forget()
        self._set(x)
        with torch.no_grad():
            return float(self._evaluate())

    def value_and_gradient(self, x: Any) -> Tuple[float, numpy.ndarray]:
        self._forget()
        self._set(x)
        with torch.enable_grad():
            value = self._evaluate()
            return float(value.detach()), self._flatten(self._gradients(value, create_graph=False))

    def gradient(self, x: Any) -> numpy.ndarray:
        return self.value_and_gradient(x)[1]

    def hessian_product(self, x: Any, v: Any) -> numpy.ndarray:
        """The Hessian at x times v, or times every column of v; the graph at x is kept for the next product."""
        x = numpy.asarray(x, dtype=numpy.float64).reshape(-1)
        v = numpy.asarray(v, dtype=numpy.float64)
        if v.ndim == 2:
            columns = [self.hessian_product(x, column) for column in v.T]
            return numpy.stack(columns, axis=1) if columns else numpy.zeros((self.dimension, 0))
        if v.size != self.dimension:
            raise ValueError(f"direction: expected {self.dimension} numbers, found {v.size}")
        with torch.enable_grad():
            if self._graph is None or not numpy.array_equal(self._at, x):
                self._forget()
                self._set(x)
                self._graph = self._gradients(self._evaluate(), create_graph=True)
                self._at = x.copy()
            used = [(g, d) for g, d in zip(self._graph, self._split(v)) if g.requires_grad]
            if not used:
                return numpy.zeros(self.dimension)
            found = torch.autograd.grad([g for g, _ in used], self._parameters, [d for _, d in used],
                                        retain_graph=True, allow_unused=True)
        return self._flatten([torch.zeros_like(p) if h is None else h for h, p in zip(found, self._parameters)])

    def _fun(self, x: numpy.ndarray) -> Tuple[float, numpy.ndarray]:
        return self.value_and_gradient(x)

    def judge(self, x: Any = None, better: Sequence[Any] = (), options: Optional[Mapping[str, Any]] = None) -> Verdict:
        """What the point is, in floating point; x is a flat vector, by default the module's parameters."""
        point = self.point() if x is None else real_vector(x, "x")
        if point.size != self.dimension:
            raise ValueError(f"x: expected {self.dimension} numbers, found {point.size}")
        verdict = judge_function(self._fun, point, jac=True, hessp=self.hessian_product, better=better, options=options)
        self._forget()
        if verdict.escape is not None:
            verdict.escape = {**verdict.escape, "parameters": self.parameters(verdict.escape["displacement"])}
        return verdict

    def minimize(self, x0: Any = None, method: Optional[str] = "trust-region", callback: Optional[Callable[..., Any]] = None,
                 options: Optional[Mapping[str, Any]] = None) -> Any:
        """nadir.minimize from x0, by default from the module's parameters."""
        start = self.point() if x0 is None else x0
        result = minimize(self._fun, start, method=method, jac=True, hessp=self.hessian_product, callback=callback,
                          options=options)
        self._forget()
        return result

    def _fresh(self, random: numpy.random.Generator) -> numpy.ndarray:
        """The parameters after every layer has initialised its own anew, from these random numbers."""
        module = copy.deepcopy(self._module)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(random.integers(2**63)))
            for layer in module.modules():
                reset = getattr(layer, "reset_parameters", None)
                if callable(reset):
                    reset()
        return self._flatten([p for p in module.parameters() if p.requires_grad])

    def survey(self, starts: int = 20, output: Any = None, *, x0: Any = None, until: Optional[str] = None, resume: bool = False,
               method: Optional[str] = "trust-region", callback: Optional[Callable[..., Any]] = None,
               options: Optional[Mapping[str, Any]] = None) -> Any:
        """nadir.survey_function from fresh initialisations of every layer (its reset_parameters), another one for every start;
        parameters of layers without one begin as they are. `x0` gives other starts, one a row. Units that changed places make another
        point: no symmetry of a module is known."""
        from ._survey import survey_function

        if x0 is None and not any(callable(getattr(layer, "reset_parameters", None)) for layer in self._module.modules()):
            raise ValueError("x0: expected starts, because no layer of the module has reset_parameters(); found nothing")
        result = survey_function(self._fun, self._fresh if x0 is None else x0, jac=True, hessp=self.hessian_product, method=method,
                                 output=output, starts=starts if x0 is None else None, until=until, resume=resume, callback=callback,
                                 options=options)
        self._forget()
        return result

    def parameters(self, x: Any) -> Dict[str, torch.Tensor]:
        """A flat vector as tensors by the names of the parameters."""
        return {name: part for (name, _), part in zip(self.layout, self._split(x))}

    def load(self, x: Any, module: torch.nn.Module) -> None:
        """Writes the vector into the parameters of a module, in that module's precision."""
        found = dict(module.named_parameters())
        with torch.no_grad():
            for name, part in self.parameters(x).items():
                if name not in found or found[name].shape != part.shape:
                    raise ValueError(f"module: expected a parameter {name} of shape {tuple(part.shape)}, found "
                                     f"{tuple(found[name].shape) if name in found else 'none'}")
                found[name].copy_(part)


def problem(module: torch.nn.Module, loss: Callable[[Any, Any], torch.Tensor], inputs: Any, targets: Any = None, *,
            weight_decay: float = 0.0, training: bool = False) -> TorchProblem:
    """The function loss(module(inputs), targets) + weight_decay / 2 |parameters|^2 of the module's parameters.

    Parameters
    ----------
    module : torch.nn.Module
        Copied; parameters that do not require a gradient stay fixed, tied ones stay tied.
    loss : callable(outputs, targets) -> tensor with one number
    inputs, targets
        Tensors, or lists, tuples and dicts of them; a tuple of inputs is passed as several arguments. What is floating
        point becomes float64. Or a DataLoader of pairs as `inputs`, and None: it is read once, and each batch counts by its share of
        the samples (with a loss whose reduction is "sum", all alike), which is exact where the loss is a mean over samples and not one
        with class weights or ignored targets. All of it is one evaluation: it must fit into memory.
    weight_decay : float
        As in torch.optim.SGD, over all parameters.
    training : bool
        False: dropout is off and batch normalisation uses its running statistics. True: as in training, with the same
        random numbers at every evaluation.

    Where the module has kinks (ReLU, max-pooling), curvature is that of the smooth piece the point lies in, and
    `local-minimum` says nothing of other pieces that meet there.
    """
    return TorchProblem(module, loss, inputs, targets, weight_decay, training)


def judge(module: torch.nn.Module, loss: Callable[[Any, Any], torch.Tensor], inputs: Any, targets: Any = None, *,
          weight_decay: float = 0.0, training: bool = False, better: Sequence[Any] = (),
          options: Optional[Mapping[str, Any]] = None) -> Verdict:
    """What the module's parameters are to its loss on these data: not-critical, strict-saddle, local-minimum,
    spurious-minimum (with a point in `better` that is lower) or undecided. Everything is `numerical`.

    `verdict.escape`, where there is one, leads downhill: `displacement` (flat) and `parameters` (tensors by name, to be
    added). The arguments are those of nadir.torch.problem; `options` are those of nadir.minimize: gradient_tolerance
    (default 1e-8, relative to max(1, |loss|)) decides what counts as critical, and training rarely comes that close.
    """
    made = problem(module, loss, inputs, targets, weight_decay=weight_decay, training=training)
    return made.judge(better=better, options=options)
