"""PyTorch modules as problems. Oracles: differences of values, torch's own Hessian, points that are known."""

import copy

import numpy
import pytest

torch = pytest.importorskip("torch")

import nadir  # noqa: E402
import nadir.torch  # noqa: E402


class SmallConvolution(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = torch.nn.Conv2d(1, 2, 3)
        self.normalisation = torch.nn.BatchNorm2d(2)
        self.dropout = torch.nn.Dropout(0.5)
        self.linear = torch.nn.Linear(2 * 4 * 4, 3)

    def forward(self, x):
        x = torch.tanh(self.normalisation(self.convolution(x)))
        return self.linear(self.dropout(x.reshape(len(x), -1)))


@pytest.fixture
def convolution():
    torch.manual_seed(0)
    module = SmallConvolution()
    inputs, targets = torch.randn(12, 1, 6, 6), torch.randint(0, 3, (12,))
    torch.nn.functional.cross_entropy(module(inputs), targets).backward()  # gradients and statistics are there
    return module, torch.nn.CrossEntropyLoss(), inputs, targets


def everything(module):
    """All that a module remembers, copied."""
    return (copy.deepcopy(module.state_dict()), [None if p.grad is None else p.grad.clone() for p in module.parameters()],
            [m.training for m in module.modules()], [p.dtype for p in module.parameters()],
            [p.requires_grad for p in module.parameters()], torch.get_rng_state())


def assert_same(before, after):
    assert before[0].keys() == after[0].keys()
    assert all(torch.equal(before[0][k], after[0][k]) for k in before[0])
    assert all((a is None) == (b is None) and (a is None or torch.equal(a, b)) for a, b in zip(before[1], after[1]))
    assert before[2:5] == after[2:5]
    assert torch.equal(before[5], after[5])


@pytest.mark.parametrize("training", [False, True])
def test_the_module_is_left_exactly_as_it_was(convolution, training):
    module, loss, inputs, targets = convolution
    before = everything(module)
    kept = inputs.clone()

    problem = nadir.torch.problem(module, loss, inputs, targets, training=training)
    problem.judge()
    problem.minimize(options={"max_iterations": 2})
    nadir.torch.judge(module, loss, inputs, targets, training=training)

    assert_same(before, everything(module))
    assert torch.equal(kept, inputs) and not inputs.requires_grad


@pytest.mark.parametrize("training", [False, True])
def test_derivatives_are_those_of_the_loss(convolution, training):
    module, loss, inputs, targets = convolution
    problem = nadir.torch.problem(module, loss, inputs, targets, weight_decay=0.1, training=training)
    random = numpy.random.default_rng(0)
    x, v = problem.point(), random.standard_normal(problem.dimension)
    h = 1e-5

    value, gradient = problem.value_and_gradient(x)
    slope = (problem.value(x + h * v) - problem.value(x - h * v)) / (2 * h)
    product = problem.hessian_product(x, v)
    curved = (problem.gradient(x + h * v) - problem.gradient(x - h * v)) / (2 * h)

    assert value == problem.value(x) == problem.value(x)
    assert gradient @ v == pytest.approx(slope, rel=1e-7)
    numpy.testing.assert_allclose(product, curved, rtol=1e-5, atol=1e-6)
    numpy.testing.assert_allclose(problem.hessian_product(x, numpy.stack([v, -v], axis=1))[:, 1], -product, rtol=1e-12)


def test_the_value_is_that_of_the_module_in_evaluation(convolution):
    module, loss, inputs, targets = convolution
    problem = nadir.torch.problem(module, loss, inputs, targets)
    reference = copy.deepcopy(module).double().eval()

    with torch.no_grad():
        expected = loss(reference(inputs.double()), targets).item()

    assert problem.value(problem.point()) == pytest.approx(expected, rel=1e-14)


def test_a_convolution_is_trained_to_a_minimum_and_judged_there(convolution):
    module, loss, inputs, targets = convolution
    problem = nadir.torch.problem(module, loss, inputs, targets, weight_decay=0.1)
    before = nadir.torch.judge(module, loss, inputs, targets, weight_decay=0.1)

    result = problem.minimize()
    trained = copy.deepcopy(module).double()
    problem.load(result.x, trained)
    after = nadir.torch.judge(trained, loss, inputs, targets, weight_decay=0.1)

    assert before == "not-critical" and before.escape["parameters"].keys() == dict(module.named_parameters()).keys()
    # Constants before the batch normalisation leave no curvature behind it, but the penalty has some.
    assert result.verdict == after == "local-minimum"
    assert after.value == pytest.approx(result.fun, rel=1e-12)
    hessian = problem.hessian_product(result.x, numpy.eye(problem.dimension))
    assert after.curvature["min_eigenvalue"] == pytest.approx(numpy.linalg.eigvalsh(hessian)[0], rel=1e-6)


def test_a_saddle_is_found_and_its_way_out_followed():
    torch.manual_seed(1)
    module = torch.nn.Sequential(torch.nn.Linear(3, 4, bias=False), torch.nn.Linear(4, 2, bias=False))
    inputs = torch.randn(20, 3)
    targets = inputs @ torch.randn(3, 2)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()  # a strict saddle of every linear network with one hidden layer

    verdict = nadir.torch.judge(module, torch.nn.MSELoss(), inputs, targets)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter += verdict.escape["parameters"][name]
    left = nadir.torch.judge(module, torch.nn.MSELoss(), inputs, targets)

    assert verdict == "strict-saddle"
    assert left.value <= verdict.value - 0.99 * verdict.escape["decrease"]
    assert nadir.torch.problem(module, torch.nn.MSELoss(), inputs, targets).minimize().fun < 1e-12


def test_frozen_and_tied_parameters_stay_so():
    module = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Tanh(), torch.nn.Linear(2, 2))
    module[2].weight = module[0].weight
    module[0].bias.requires_grad_(False)

    problem = nadir.torch.problem(module, torch.nn.MSELoss(), torch.randn(5, 2), torch.randn(5, 2))

    assert [name for name, _ in problem.layout] == ["0.weight", "2.bias"] and problem.dimension == 6


def test_attention_and_several_inputs_work():
    torch.manual_seed(0)

    class Attends(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = torch.nn.MultiheadAttention(4, 2, batch_first=True)

        def forward(self, query, key):
            return self.attention(query, key, key)[0]

    query, key, targets = torch.randn(2, 3, 4), torch.randn(2, 5, 4), torch.randn(2, 3, 4)
    problem = nadir.torch.problem(Attends(), torch.nn.MSELoss(), (query, key), targets, training=True)
    x, v = problem.point(), numpy.ones(problem.dimension)
    h = 1e-5

    curved = (problem.gradient(x + h * v) - problem.gradient(x - h * v)) / (2 * h)

    numpy.testing.assert_allclose(problem.hessian_product(x, v), curved, rtol=1e-4, atol=1e-7)


def test_a_loss_without_curvature_or_without_parameters_is_no_crash():
    module = torch.nn.Linear(2, 1)
    inputs = torch.randn(3, 2)

    linear = nadir.torch.judge(module, lambda out, _: out.sum(), inputs, None)
    constant = nadir.torch.judge(module, lambda out, _: torch.tensor(1.0), inputs, None)

    assert linear == "not-critical"
    assert constant == "undecided"


def loader_of(inputs, targets, size, **options):
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(inputs, targets), batch_size=size, **options)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_batches_of_other_sizes_give_what_one_batch_gives(reduction):
    """hessian-eigenthings is off by half with batches of 64, 64, 64 and 8."""
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    inputs, targets = torch.randn(200, 3), torch.randn(200, 2)
    loss = torch.nn.MSELoss(reduction=reduction)

    whole = nadir.torch.problem(module, loss, inputs, targets)
    batched = nadir.torch.problem(module, loss, loader_of(inputs, targets, 64))
    x, v = whole.point(), numpy.ones(whole.dimension)

    assert [len(b[1]) for b in batched._batches] == [64, 64, 64, 8]
    assert batched.value(x) == pytest.approx(whole.value(x), rel=1e-13)
    numpy.testing.assert_allclose(batched.gradient(x), whole.gradient(x), rtol=1e-11, atol=1e-14)
    numpy.testing.assert_allclose(batched.hessian_product(x, v), whole.hessian_product(x, v), rtol=1e-11, atol=1e-13)
    numpy.testing.assert_allclose(nadir.landscape.spectrum(batched).least, nadir.landscape.spectrum(whole).least, rtol=1e-9)


def test_the_number_of_batches_does_not_scale_the_hessian():
    """loss-landscape has 0.74, 2.23 and 8.91 for 1, 3 and 12 batches."""
    torch.manual_seed(0)
    module = torch.nn.Linear(3, 1)
    inputs, targets = torch.randn(48, 3), torch.randn(48, 1)

    traces = [nadir.landscape.spectrum(nadir.torch.problem(module, torch.nn.MSELoss(), loader_of(inputs, targets, 48 // k))).trace
              for k in (1, 3, 12)]

    # 2/n sum of |(x, 1)|^2: the Hessian of the mean squared error of a linear model.
    expected = 2 * (float((inputs.double() ** 2).sum()) / 48 + 1)
    assert traces == pytest.approx(3 * [expected], rel=1e-12)


def test_a_loader_that_shuffles_leaves_the_random_state():
    module = torch.nn.Linear(3, 1)
    before = torch.get_rng_state()

    nadir.torch.problem(module, torch.nn.MSELoss(), loader_of(torch.ones(10, 3), torch.ones(10, 1), 4, shuffle=True)).judge()

    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("batches, targets, words", [
    ([torch.zeros(3, 2)], None, "pairs"), ([(torch.zeros(3, 2), torch.zeros(3, 1))], torch.zeros(3, 1), "targets"), ([], None, "samples")])
def test_loaders_that_are_none_are_told(batches, targets, words):
    loader = torch.utils.data.DataLoader(batches, batch_size=None)

    with pytest.raises((TypeError, ValueError), match=words):
        nadir.torch.problem(torch.nn.Linear(2, 1), torch.nn.MSELoss(), loader, targets)


def test_a_survey_begins_every_layer_anew_and_keeps_no_graph():
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(1, 2), torch.nn.Tanh(), torch.nn.Linear(2, 1))
    inputs = torch.linspace(-1, 1, 10).reshape(-1, 1)
    problem = nadir.torch.problem(module, torch.nn.MSELoss(), inputs, torch.sin(3 * inputs), weight_decay=1e-2)
    before = everything(module)

    survey = problem.survey(starts=6)
    again = problem.survey(starts=6)

    assert_same(before, everything(module))
    assert len(survey) == 6 and [e.value for e in survey] == [e.value for e in again]
    assert problem.value(survey.point) == pytest.approx(survey.value, rel=1e-12)
    assert len({tuple(problem._fresh(numpy.random.default_rng([0, k]))) for k in range(6)}) == 6
    nadir.landscape.spectrum(problem)
    assert problem._graph is None
    with pytest.raises(ValueError, match="reset_parameters"):
        nadir.torch.problem(torch.nn.PReLU(), torch.nn.MSELoss(), inputs, inputs).survey()


@pytest.mark.parametrize("arguments, error", [
    ((3, torch.nn.MSELoss(), torch.zeros(1), torch.zeros(1)), TypeError),
    ((torch.nn.Linear(1, 1), 3, torch.zeros(1), torch.zeros(1)), TypeError),
    ((torch.nn.ReLU(), torch.nn.MSELoss(), torch.zeros(1), torch.zeros(1)), ValueError),
    ((torch.nn.Linear(1, 2), lambda o, t: o, torch.zeros(3, 1), None), TypeError),
])
def test_misuse_is_told(arguments, error):
    with pytest.raises(error):
        nadir.torch.judge(*arguments)


def test_what_the_module_raises_comes_out_unchanged():
    class Mine(Exception):
        pass

    class Broken(torch.nn.Linear):
        def forward(self, x):
            raise Mine

    with pytest.raises(Mine):
        nadir.torch.judge(Broken(1, 1), torch.nn.MSELoss(), torch.zeros(1, 1), torch.zeros(1, 1))


def test_a_module_of_another_shape_is_not_loaded_into():
    problem = nadir.torch.problem(torch.nn.Linear(2, 1), torch.nn.MSELoss(), torch.zeros(3, 2), torch.zeros(3, 1))

    with pytest.raises(ValueError, match="weight"):
        problem.load(problem.point(), torch.nn.Linear(3, 1))
