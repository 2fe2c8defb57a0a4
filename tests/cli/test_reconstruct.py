"""nadir reconstruct: tensors from core and factors, whole and in slabs; the oracle is NumPy."""
import os
import resource

import numpy
import pytest


def write_point(folder, shape, ranks, seed=0):
    """A folder with the point of a Tucker decomposition; returns the tensor."""
    random = numpy.random.default_rng(seed)
    core = random.standard_normal(ranks)
    factors = [random.standard_normal((n, r)) for n, r in zip(shape, ranks)]
    folder.mkdir()
    blocks = {f"A{k + 1}": A for k, A in enumerate(factors)}
    numpy.savez(folder / "point.npz", core=core.reshape(ranks[0], -1), **blocks)
    tensor = core
    for k, A in enumerate(factors):
        tensor = numpy.moveaxis(numpy.tensordot(A, tensor, (1, k)), 0, k)
    return tensor


@pytest.mark.parametrize("shape, ranks", [((5, 6, 7), (2, 3, 2)), ((4, 9), (3, 2)), ((3, 2, 4, 2, 3), (2, 1, 3, 2, 2)), ((1, 5, 1), (1, 2, 1))])
def test_the_whole_tensor_is_that_of_numpy(nadir, tmp_path, shape, ranks):
    tensor = write_point(tmp_path / "run", shape, ranks)

    done = nadir("reconstruct", "run", "-o", "x.npy", "--json")

    assert done.code == 0, done.err
    assert done.json() == {"schema": "nadir.reconstruction/1", "file": "x.npy", "shape": list(shape)}
    numpy.testing.assert_allclose(numpy.load(tmp_path / "x.npy"), tensor, rtol=0, atol=1e-13 * abs(tensor).max())


def test_slabs_are_parts_of_the_whole(nadir, tmp_path):
    tensor = write_point(tmp_path / "run", (6, 8, 5), (2, 3, 2))
    for slab, part in (("1:2..4", tensor[2:4]), ("2:0..8", tensor), ("3:4..5", tensor[:, :, 4:5]), ("1:0..1,3:1..3", tensor[0:1, :, 1:3])):
        done = nadir("reconstruct", "run", "--slab", slab, "-o", "x.npy")

        assert done.code == 0 and done.out == "", done.err
        numpy.testing.assert_allclose(numpy.load(tmp_path / "x.npy"), part, rtol=0, atol=1e-12)


@pytest.mark.parametrize("arguments, message", [
    ((), "reconstruct: expected a file to write: -o FILE.npy, found none"),
    (("-o", "x.txt"), "-o: expected a file ending in .npy"),
    (("-o", "x.npy", "--slab", "4:0..1"), "--slab: expected a mode from 1 to 3, found 4"),
    (("-o", "x.npy", "--slab", "2:3..3"), "--slab: expected for mode 2 a first entry from 0 and an end above it, at most 8, found 3..3"),
    (("-o", "x.npy", "--slab", "2:0..9"), "at most 8, found 0..9"),
    (("-o", "x.npy", "--slab", "2:0"), "--slab: expected MODE:FIRST..END"),
    (("-o", "x.npy", "--slab", "x:0..1"), "--slab: expected MODE:FIRST..END"),
    (("-o", "x.npy", "--slab", "2:-1..3"), "found -1..3"),
])
def test_what_does_not_fit_is_refused_and_nothing_is_written(nadir, tmp_path, arguments, message):
    write_point(tmp_path / "run", (6, 8, 5), (2, 3, 2))

    done = nadir("reconstruct", "run", *arguments)

    assert done.code == 2 and message in done.err
    assert not (tmp_path / "x.npy").exists()


def test_points_of_other_families_are_refused(nadir, tmp_path):
    (tmp_path / "run").mkdir()
    for blocks in ({"U": numpy.ones((3, 2)), "V": numpy.ones((4, 2))}, {"core": numpy.ones((2, 3)), "A1": numpy.ones((4, 2)), "A2": numpy.ones((4, 2))}):
        numpy.savez(tmp_path / "run" / "point.npz", **blocks)

        done = nadir("reconstruct", "run", "-o", "x.npy")

        assert done.code == 2 and "expected the point of a Tucker decomposition" in done.err


@pytest.mark.skipif(bool(os.environ.get("NADIR_SANITIZE")), reason="sanitizers need memory of their own")
def test_a_tensor_larger_than_the_memory_is_written(nadir, tmp_path):
    tensor_bytes = 8 * 400 * 400 * 500
    write_point(tmp_path / "run", (400, 400, 500), (2, 2, 2))

    def limit():
        resource.setrlimit(resource.RLIMIT_DATA, (tensor_bytes // 2, tensor_bytes // 2))

    done = nadir("reconstruct", "run", "--threads", "1", "-o", "x.npy", preexec_fn=limit)

    assert done.code == 0, done.err
    assert (tmp_path / "x.npy").stat().st_size == tensor_bytes + 128
