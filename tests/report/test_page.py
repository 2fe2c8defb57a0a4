"""Pages in a real browser: what a reader sees, hears and can do, for every kind of run."""

import base64
import time

import numpy
import pytest

from conftest import RUNS

VERDICTS = {"global": "global-minimum", "well": "global-minimum", "ratings": "global-minimum", "saddle": "strict-saddle", "slope": "not-critical"}


def settle(page):
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def top_of_history(page):
    """Scrolls there and returns where it stands in the window."""
    return page.evaluate("""(() => {
        const panels = document.querySelector(".panels");
        scrollTo({top: panels.getBoundingClientRect().top + scrollY - 60, behavior: "instant"});
        return panels.getBoundingClientRect().top;
    })()""")


@pytest.mark.parametrize("name", RUNS)
def test_a_page_loads_without_complaint_and_without_any_request(runs, look, name):
    page = look(runs[name])

    assert page.complaints() == []
    assert page.requests() == []
    assert page.evaluate("document.querySelectorAll('.canvas').length") >= (0 if name in ("saddle", "slope") else 2)


@pytest.mark.parametrize("name", RUNS)
def test_every_plot_is_drawn_and_has_a_name(runs, look, name):
    page = look(runs[name])

    plots = page.evaluate("""[...document.querySelectorAll(".canvas")].map((canvas) => ({
        marks: canvas.querySelectorAll("svg path[d], svg circle, svg line").length,
        area: canvas.querySelector("svg")?.getBoundingClientRect().width ?? 0,
        broken: [...canvas.querySelectorAll("svg *")].filter((e) => /NaN/.test(e.getAttribute("d") ?? e.getAttribute("transform") ?? "")).length,
        label: canvas.querySelector("[role=img]")?.getAttribute("aria-label") ?? ""}))""")

    for plot in plots:
        assert plot["marks"] > 3 and plot["area"] > 200 and plot["broken"] == 0, plot
        assert len(plot["label"]) > 10


@pytest.mark.parametrize("name,verdict", VERDICTS.items())
def test_the_verdict_in_words_comes_first(runs, look, name, verdict):
    page = look(runs[name])

    first = page.evaluate("document.querySelector('main').innerText.slice(0, 400)")
    order = page.evaluate("""["#verdict h1", "#verdict .lead", ".figures", "#evidence", "#files"].map((s) => document.querySelector(s))
        .every((e, i, all) => i === 0 || Boolean(all[i - 1].compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING))""")

    assert verdict in first
    assert "The value at this point is" in first
    assert order


def test_a_run_without_a_verdict_says_so_and_how_to_go_on(nadir, work, look):
    made = nadir(work, "solve", "double-well", "--dimension", "200000", "--solver", "gradient-descent", "--time-limit", "1e-9", "-o", "none")
    assert made.returncode == 3
    (work / "none" / "verdict.json").unlink(missing_ok=True)
    (work / "none" / "certificate.json").unlink(missing_ok=True)

    told = nadir(work, "report", "none")
    page = look(work / "none")

    assert told.returncode == 0, told.stderr
    assert "No verdict yet" in told.stdout
    text = page.evaluate("document.body.innerText")
    assert "No verdict yet" in text and "--resume -o none" in text
    assert page.complaints() == []


def test_a_stopped_run_says_how_it_ended(runs, look):
    text = look(runs["stopped"]).evaluate("document.querySelector('#verdict').innerText")

    assert "time limit" in text and "--resume -o stopped" in text


def test_the_pointer_shows_numbers(runs, look):
    page = look(runs["global"])
    top = top_of_history(page)

    page.mouse("mouseMoved", 600, top + 120)
    settle(page)

    tip = page.evaluate("document.querySelector('.tip.on').innerText")
    assert "iteration" in tip and "value" in tip and "norm of the gradient" in tip
    assert any(c.isdigit() for c in tip)


def test_arrow_keys_move_the_cursor_and_it_is_spoken(runs, look):
    page = look(runs["global"])
    page.evaluate("document.querySelector('.panels').focus()")

    page.key("End")
    last = page.evaluate("document.querySelector('.panels [role=status]').textContent")
    page.key("ArrowLeft")
    before = page.evaluate("document.querySelector('.panels [role=status]').textContent")

    assert last.startswith("iteration ") and before.startswith("iteration ") and last != before


def test_an_event_is_explained_under_the_pointer(runs, look):
    page = look(runs["starts"])
    page.evaluate("document.querySelector('.panels').focus()")

    text = page.evaluate("document.querySelector('.events').innerText")
    said = ""
    page.key("Home")
    for _ in range(2500):
        page.key("ArrowRight")
        said = page.evaluate("document.querySelector('.panels [role=status]').textContent")
        if "start: " in said:
            break

    assert "a new starting point" in text
    assert "start: a new starting point" in said and "start 2 of 4" in said


def test_keys_above_a_panel_hide_and_show_a_series(runs, look):
    page = look(runs["global"])
    paths = "document.querySelector('.panels .canvas').querySelectorAll('[aria-label=line] path').length"
    before = page.evaluate(paths)

    page.evaluate("document.querySelector('.panels button.key').click()")
    hidden, pressed = page.evaluate(paths), page.evaluate("document.querySelector('.panels button.key').getAttribute('aria-pressed')")
    page.evaluate("document.querySelector('.panels button.key').click()")

    assert before == 2 and hidden == 1 and pressed == "false"
    assert page.evaluate(paths) == 2


def test_dragging_zooms_and_a_button_shows_all_again(runs, look):
    page = look(runs["starts"])
    top = top_of_history(page)
    labels = "[...document.querySelectorAll('.panels figure:last-of-type [aria-label=\"x-axis tick label\"] text')].map((e) => e.textContent).join()"
    whole = page.evaluate(labels)

    page.mouse("mousePressed", 300, top + 120, button="left", clickCount=1)
    page.mouse("mouseMoved", 450, top + 120, button="left", buttons=1)
    page.mouse("mouseReleased", 500, top + 120, button="left", clickCount=1)
    settle(page)
    zoomed = page.evaluate(labels)
    page.evaluate("[...document.querySelectorAll('#history button')].find((b) => b.textContent === 'Show all').click()")

    assert zoomed != whole
    assert page.evaluate(labels) == whole


def test_the_history_can_be_drawn_along_time(runs, look):
    page = look(runs["starts"])

    page.evaluate("document.querySelectorAll('#history input[type=radio]')[1].click()")

    assert "seconds" in page.evaluate("document.querySelector('.panels figure:last-of-type .canvas').textContent")


@pytest.mark.parametrize("width", [1200, 400, 320])
@pytest.mark.parametrize("name", RUNS)
def test_no_page_scrolls_sideways(runs, look, name, width):
    page = look(runs[name], width=width)
    settle(page)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


CONTRAST = """(() => {
    const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (e) => { for (; e; e = e.parentElement) { const c = numbers(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } };
    const worst = {};
    for (const e of document.querySelectorAll("h1, h2, p, dt, dd, td, th, a, button, code, summary, .chip, .badge, .small, .key")) {
        if (!e.textContent.trim() || !e.offsetParent) continue;
        const [a, b] = [light(numbers(getComputedStyle(e).color)), light(behind(e))].sort((p, q) => q - p);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < 4.5) worst[`${e.tagName}.${e.className}`] = ratio;
    }
    return worst;
})()"""


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", RUNS)
def test_text_stands_out_in_light_and_dark(runs, look, name, dark):
    page = look(runs[name], dark=dark)

    red = int(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))
    assert (red < 60) == dark
    assert page.evaluate(CONTRAST) == {}


def test_a_button_switches_the_colours(runs, look):
    page = look(runs["global"])

    page.evaluate("document.querySelector('.theme').click()")

    assert int(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")) < 60


def test_paper_is_white_even_where_the_screen_is_dark(runs, look):
    page = look(runs["global"], dark=True)

    page.emulate_print()

    assert int(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")) > 240
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert page.evaluate("document.querySelector('.canvas svg').getBoundingClientRect().width") > 200
    printed = page.call("Page.printToPDF", {"printBackground": False})["data"]
    assert len(base64.b64decode(printed)) > 20000


STRUCTURE = """(() => {
    const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((h) => Number(h.tagName[1]));
    const named = (e) => (e.getAttribute("aria-label") ?? e.textContent).trim().length > 0;
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    return {
        lang: document.documentElement.lang, title: document.title,
        titles: levels.filter((n) => n === 1).length, first: levels[0],
        jumps: levels.filter((n, i) => i > 0 && n > levels[i - 1] + 1).length,
        landmarks: ["main", "nav", "footer", "header"].filter((t) => document.querySelectorAll(t).length !== 1),
        nameless: [...document.querySelectorAll("button, a, nav, section, [role=img], [role=region], [role=group]")]
            .filter((e) => !named(e) && !e.hasAttribute("aria-labelledby")).map((e) => e.outerHTML.slice(0, 80)),
        unlabelled: [...document.querySelectorAll("input")].filter((e) => !e.labels?.length).length,
        pictures: [...document.querySelectorAll("svg")].filter((e) => !e.getAttribute("aria-label") && e.getAttribute("aria-hidden") !== "true").length,
        headless: [...document.querySelectorAll("table")].filter((t) => !t.querySelector("th[scope=col]") || !t.caption).length,
        twice: ids.filter((id, i) => ids.indexOf(id) !== i),
        lost: [...document.querySelectorAll("a[href^='#']")].filter((a) => !document.getElementById(a.hash.slice(1))).length,
    };
})()"""


@pytest.mark.parametrize("name", RUNS)
def test_headings_landmarks_and_names_are_there_for_a_screen_reader(runs, look, name):
    page = look(runs[name])

    found = page.evaluate(STRUCTURE)

    assert found.pop("lang") == "en"
    assert "nadir" in found.pop("title")
    assert (found.pop("titles"), found.pop("first")) == (1, 1)
    assert not any(found.values()), found


def test_files_can_be_downloaded_from_the_page_alone(runs, look):
    page = look(runs["global"])

    links = page.evaluate("[...document.querySelectorAll('a.download')].map((a) => [a.download, a.href])")

    assert {"verdict.json", "certificate.json", "point.npz", "trace.csv", "run.json"} <= {name for name, _ in links}
    for name, href in links:
        assert base64.b64decode(href.split(",", 1)[1]) == (runs["global"] / name).read_bytes()


def test_the_command_on_the_page_repeats_the_run(nadir, work, runs, look):
    import shlex
    command = look(runs["starts"]).evaluate("document.getElementById('command').textContent")

    program, *arguments = shlex.split(command)
    again = nadir(work, *arguments, "-o", "again")

    assert program == "nadir" and again.returncode == 0, again.stderr
    assert (work / "again" / "point.npz").read_bytes() == (runs["starts"] / "point.npz").read_bytes()


def test_the_checkers_answer_is_shown_while_it_is_current(nadir, work, look):
    assert nadir(work, "solve", "double-well", "-o", "checked").returncode == 0
    state = "document.querySelector('#certificate .state').innerText"
    assert "Not checked yet" in look(work / "checked").evaluate(state)

    assert nadir(work, "report", "checked", "--verify").returncode == 0
    answer = look(work / "checked").evaluate(state)
    certificate = work / "checked" / "certificate.json"
    certificate.write_text(certificate.read_text().replace("nadir 0.1.0", "nadir 0.1.1"))
    assert nadir(work, "report", "checked").returncode == 0

    assert answer.startswith("Verified") and "nadir 0.1.0" in answer
    assert "has changed since" in look(work / "checked").evaluate(state)


def test_a_page_begins_with_a_warning_where_the_checker_said_no(nadir, work, look):
    assert nadir(work, "solve", "double-well", "-o", "altered").returncode == 0
    verdict = work / "altered" / "verdict.json"
    verdict.write_text(verdict.read_text().replace('"seconds"', '"seconds" ', 1))

    assert nadir(work, "report", "altered", "--verify").returncode == 0
    page = look(work / "altered")

    assert page.evaluate("document.querySelector('h1').textContent").startswith("Not verified.")
    assert page.evaluate("document.querySelector('#certificate .state').innerText").startswith("Not verified")
    assert "verdict.json" in page.evaluate("document.querySelector('#certificate').innerText")


def test_a_spectrum_in_the_folder_is_drawn(nadir, work, look):
    assert nadir(work, "solve", *RUNS["global"][1:], "-o", "bent").returncode == 0
    assert nadir(work, "landscape", "spectrum", "bent").returncode == 0

    page = look(work / "bent")
    for _ in range(2):
        for box in range(2):
            page.evaluate(f"document.querySelectorAll('#curvature input')[{box}].click()")
            settle(page)
            assert page.evaluate("document.querySelectorAll('#curvature .canvas svg path').length") > 1

    assert page.complaints() == []
    assert "Eigenvalues of the Hessian" in page.evaluate("document.querySelector('#curvature').innerText")


def test_a_survey_is_drawn_with_shares_and_intervals(nadir, work, look):
    made = nadir(work, "survey", *RUNS["starts"][1:-4], "--weight-decay", "0.01", "--starts", "12", "-o", "surveyed")
    assert made.returncode == 0, made.stderr

    page = look(work / "surveyed")

    assert page.complaints() == [] and page.requests() == []
    carried = dict(page.evaluate("[...document.querySelectorAll('a.download')].map((a) => [a.download, a.href])"))
    assert base64.b64decode(carried["survey.sqlite"].split(",", 1)[1]) == (work / "surveyed" / "survey.sqlite").read_bytes()
    assert "12 starts, each solved and judged" in page.evaluate("document.querySelector('#starts').innerText")
    assert page.evaluate("document.querySelectorAll('#starts .canvas svg').length") >= 1
    shares = page.evaluate("""(() => {
        const canvas = [...document.querySelectorAll("#starts .canvas")].pop();
        scrollTo({top: canvas.getBoundingClientRect().top + scrollY - 300, behavior: "instant"});
        return canvas.getBoundingClientRect().top;
    })()""")
    page.mouse("mouseMoved", 500, shares + 30)
    settle(page)
    assert "start" in page.evaluate("[...document.querySelectorAll('#starts [aria-label=tip]')].map((e) => e.textContent).join('')")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1200


def test_a_breakdown_has_a_page_that_says_what_to_try(nadir, work, look):
    numpy.savez(work / "huge.npz", x=numpy.array([1e200, 0.2]))
    made = nadir(work, "solve", "double-well", "--start", "huge.npz", "-o", "huge")
    assert made.returncode == 4, made.stderr

    text = look(work / "huge").evaluate("document.querySelector('#verdict').innerText")

    assert "64-bit floats" in text and "Scale the data towards 1" in text


def million_rows(folder):
    """A trace of a million rows with one spike, one escape and 250000 refused steps."""
    rows = ["iteration,seconds,value,gradient_norm,curvature,step,event"]
    for i in range(1_000_000):
        event = "escape" if i == 654_321 else "rejected" if i % 4 == 3 else ""
        value = 77.0 if i == 123_456 else 1.0 + 1.0 / (1 + i) + 1e-3 * ((i * 7919) % 1000) / 1000
        rows.append(f"{i},{i * 1e-4:.6g},{value:.12g},{1.0 / (1 + i):.6g},,{0.1 / (1 + i % 1000):.6g},{event}")
    (folder / "trace.csv").write_text("\n".join(rows) + "\n")


def test_a_million_rows_open_in_two_seconds_and_lose_no_extreme_and_no_event(nadir, work, look):
    assert nadir(work, "solve", "double-well", "-o", "long").returncode == 0
    million_rows(work / "long")

    told = nadir(work, "report", "long")
    seconds = min(look(work / "long").seconds for _ in range(3))
    page = look(work / "long")

    assert told.returncode == 0, told.stderr
    assert (work / "long" / "report.html").stat().st_size < 2_000_000
    assert seconds < 2.0
    trace = "JSON.parse(document.getElementById('data').textContent).trace"
    assert page.evaluate(f"Math.max(...{trace}.columns.value)") == 77
    assert page.evaluate(f"{trace}.events.filter((e) => e.kind === 'escape').map((e) => {trace}.columns.iteration[e.row])") == [654321]
    assert page.evaluate(f"{trace}.events.filter((e) => e.kind === 'rejected').reduce((n, e) => n + e.count, 0)") == 250_000
    assert page.complaints() == []


def test_a_page_is_written_quickly(nadir, work, runs):
    begin = time.monotonic()
    assert nadir(work, "report", "global").returncode == 0

    assert time.monotonic() - begin < 5
    assert (runs["global"] / "report.html").stat().st_size < 600_000
