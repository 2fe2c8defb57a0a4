"""Slices and paths from formulas, and what the tests ask their pages."""

from test_page import settle


def axis(label, coordinates, **more):
    return {"kind": "random", "label": label, "normalisation": "filter", "length": 2.0, "eigenvalue": None, "explained": None,
            "coordinates": list(coordinates), **more}


def slice_of(axes, values, point_value=0.5, **more):
    return {"schema": "nadir.slice/1", "family": "double-well", "value": point_value, "point_sha256": "", "complete": True, "axes": axes,
            "layers": [{"name": "value", "label": "value", "values": values}],
            "marks": [{"label": "the point", "coordinates": [0] * len(axes), "value": point_value, "distance": 0}],
            "trajectory": None, "adaptive": None, "evaluations": 28, "seed": 0, "seconds": 0.4, **more}


XS, YS = [-3, -2, -1, 0, 1, 2, 3], [-10, 0, 5, 10]


def cell(i, j):
    """Of no symmetry: exchanged or reversed axes would show."""
    return 100 + 10 * i + j


def plane(**more):
    return slice_of([axis("first", XS), axis("second", YS)], [[cell(i, j) for j in range(4)] for i in range(7)], point_value=131.0, **more)


def layered():
    made = plane()
    made["layers"].append({"name": "gradient_norm", "label": "norm of the gradient", "values": [[10.0 ** (i - j) for j in range(4)] for i in range(7)]})
    made["layers"].append({"name": "curvature_ratio", "label": "curvature ratio", "values": [[(i - 3) / 3 for _ in range(4)] for i in range(7)]})
    return made


def spike(row, column):
    return slice_of([axis("first", XS), axis("second", range(4))], [[10.0 if (i, j) == (row, column) else 1.0 for j in range(4)] for i in range(7)])


def line(**more):
    return slice_of([axis("onward", [-1, -0.5, 0, 0.5, 1], kind="to", normalisation=None)], [3.0, 1.5, 0.5, 0.75, 2.0], **more)


def curve(name, kind, values, aligned=False, **barrier):
    t = [k / (len(values) - 1) for k in range(len(values))]
    top = max(range(len(values)), key=lambda k: values[k])
    return {"name": name, "kind": kind, "is_aligned": aligned, "bends": 3, "length": 4.5, "t": t, "values": values,
            "barrier": {"value": values[top], "t": t[top], "height": max(0, values[top] - max(values[0], values[-1])),
                        "height_over_line": 0.5, "uncertainty": 0.25, **barrier}}


def path(**more):
    return {"schema": "nadir.path/1", "family": "double-well", "point_sha256": "", "other_sha256": "77ab", "complete": True,
            "values": [1.0, 1.5], "distance": 12.5, "alignment": {"distance": 7.5, "label": "hidden units reordered"},
            "curves": [curve("straight", "straight", [1.0, 3.75, 1.5]), curve("straight", "straight", [1.0, 2.25, 1.5], aligned=True),
                       curve("elastic band", "elastic-band", [1.0, 1.25, 2.0, 1.75, 1.5], aligned=True)],
            "saddle": {"value": 2.125, "gradient_norm": 1e-9, "verdict": "strict-saddle", "rigor": "proved", "negative": 1,
                       "min_eigenvalue": -0.3, "t": 0.46, "name": "elastic band"}, "seed": 0, "seconds": 0.4, **more}


def words(page, selector):
    return page.evaluate(f"document.querySelector('{selector}').innerText")


def broken(page, selector):
    """Elements of pictures with an attribute that is no number. (An image in letters may hold anything.)"""
    return page.evaluate(f"""[...document.querySelectorAll("{selector} svg *")].filter((e) =>
        [...e.attributes].some((a) => a.name !== "href" && /NaN|Infinity/.test(a.value))).length""")


# Where a coordinate stands on the screen, by the labels of the axis itself.
PLACE = """(axis, at) => {
    const labels = [...document.querySelectorAll(`#slice .plane [aria-label="${axis}-axis tick label"] text`)].map((e) => {
        const box = e.getBoundingClientRect();
        return {number: Number(e.textContent.replace("−", "-")), place: axis === "x" ? box.left + box.width / 2 : box.top + box.height / 2};
    });
    const a = labels[0], b = labels[labels.length - 1];
    return a.place + (at - a.number) / (b.number - a.number) * (b.place - a.place);
}"""


def point_at(page, x, y):
    page.evaluate("scrollTo({top: document.querySelector('#slice .plane').getBoundingClientRect().top + scrollY - 100, behavior: 'instant'})")
    settle(page)
    page.mouse("mouseMoved", page.evaluate(f"({PLACE})('x', {x})"), page.evaluate(f"({PLACE})('y', {y})"))
    settle(page)
    return words(page, "#slice .plane .tip.on")


def rows_of(tip):
    lines = tip.split("\n")
    return dict(zip(lines[::2], lines[1::2]))
