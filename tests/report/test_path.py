"""Paths on the page: barriers and saddles in words, in the picture and under the pointer."""

from cuts import broken, curve, path, words


def test_ways_are_told_in_words_first(with_files):
    text = words(with_files(path=path()), "#path .story")

    assert "The straight line between the two points climbs 2.25 (perhaps 0.25 more) above the higher end." in text
    assert "With hidden units reordered, the points are 7.5 instead of 12.5 apart, and the straight line climbs 0.75" in text
    assert "The elastic band climbs 0.5" in text
    assert "passes over a strict saddle of index 1, proved: value 2.125, 0.625 above the higher end" in text


def test_a_way_without_a_barrier_and_a_search_without_a_saddle_are_told_so(with_files):
    level = path(alignment=None, curves=[curve("straight", "straight", [1.0, 1.25, 1.5])],
                 saddle={**path()["saddle"], "verdict": "local-minimum", "rigor": "numerical", "negative": 0})

    text = words(with_files(path=level), "#path .story")

    assert "does not climb above the higher end" in text
    assert "no saddle was found: the search ended at a local minimum, numerical" in text


def test_a_saddle_below_the_top_of_its_band_is_not_said_to_lie_on_it(with_files):
    below = path(saddle={**path()["saddle"], "value": 1.625})
    below["curves"][2] = {**below["curves"][2], "converged": False}

    text = words(with_files(path=below), "#path .story")

    assert "From the top of the elastic band the search came to a strict saddle of index 1, proved: value 1.625" in text
    assert "The elastic band climbs 0.5 (perhaps 0.25 more) above the higher end, and might come to lie lower" in text


def test_keys_above_the_ways_hide_and_show_them(with_files):
    page = with_files(path=path())
    drawn = "document.querySelectorAll('#path [aria-label=line] path').length"
    tops = "document.querySelectorAll('#path [aria-label=dot] path').length"
    before = [page.evaluate(drawn), page.evaluate(tops)]

    page.evaluate("document.querySelector('#path button.key').click()")

    assert before == [3, 4]  # ways; their tops and the saddle
    assert [page.evaluate(drawn), page.evaluate(tops)] == [2, 3]


def test_ways_that_lie_low_are_drawn_once_more_for_themselves(with_files):
    steep = path(curves=[curve("straight", "straight", [1.0, 90.0, 1.5]), curve("bezier", "bezier", [1.0, 1.625, 1.5])], saddle=None)
    page = with_files(path=steep)

    panels = page.evaluate("[...document.querySelectorAll('#path .canvas')].map((c) => [...c.querySelectorAll('[aria-label=\"y-axis tick label\"] text')].map((e) => Number(e.textContent)))")
    tops = page.evaluate("[...document.querySelectorAll('#path .canvas')].map((c) => c.querySelectorAll('[aria-label=dot] path').length)")

    assert len(panels) == 2 and max(panels[0]) > 50 and 1 <= min(panels[1]) < max(panels[1]) < 2
    assert tops == [2, 1]
    page.evaluate("document.querySelector('#path .panels').focus()")
    page.key("Home")
    assert page.evaluate("document.querySelector('#path .panels [role=status]').textContent").count("Bézier curve") == 1
    assert len(with_files(path=path()).evaluate("[...document.querySelectorAll('#path .canvas')]")) == 1


def test_the_pointer_tells_values_along_the_ways(with_files):
    page = with_files(path=path())
    page.evaluate("document.querySelector('#path .panels').focus()")
    spoken = "document.querySelector('#path .panels [role=status]').textContent"
    said = []

    page.key("Home")
    for _ in range(5):
        said.append(page.evaluate(spoken))
        page.key("ArrowRight")

    # Rows are 0, 0.25, 0.46, 0.5, 0.75 and 1; between its samples a way is as high as its line.
    assert "straight line 1," in said[0] and "elastic band 1" in said[0]
    assert "straight line ≈ 2.375" in said[1] and "elastic band 1.25" in said[1]
    assert "the saddle 2.125" in said[2] and "a strict saddle, index 1, proved" in said[2]
    assert "straight line 3.75" in said[3] and "top of the straight line: 2.25 above the higher end" in said[3]


def test_ways_without_numbers_are_no_trouble(with_files):
    nothing = {"value": None, "t": None, "height": None, "height_over_line": None, "uncertainty": None}
    hollow = path(values=[None, 1.5], curves=[{**curve("straight", "straight", [1.0, 2.0, 1.0]), "values": [1.0, None, 1.0], "barrier": nothing}],
                  saddle={**path()["saddle"], "value": None, "negative": None, "t": None, "min_eigenvalue": None}, complete=False)
    bare = path(values=[None, None], curves=[], saddle=None, alignment=None)

    for made in (hollow, bare):
        page = with_files(path=made)
        assert page.complaints() == []
        assert broken(page, "#path") == 0
    assert "stopped early" in words(with_files(path=hollow), "#path")
