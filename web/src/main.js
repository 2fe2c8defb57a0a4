// Fills the page: the verdict in words is there already, everything else is made from the data element.
import {el, keepFlagsTogether} from "./dom.js";
import {figures, evidenceSection, certificateSection, picture} from "./verdict.js";
import {traceSection} from "./trace.js";
import {endsSection} from "./landscape.js";
import {surveySection} from "./survey.js";
import {curvatureSection} from "./spectrum.js";
import {sliceSection} from "./slice.js";
import {pathSection} from "./path.js";
import {filesSection, repeatSection, detailsSection} from "./files.js";
import {glossarySection} from "./glossary.js";
import {themeButton} from "./theme.js";

const page = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("main");
const hero = document.getElementById("verdict");
hero.querySelector(".words").before(picture(page.verdict?.verdict ?? ""));
hero.querySelectorAll("code").forEach(keepFlagsTogether);

// A part whose file is not what it should be costs the page that part alone.
function part(make) {
  try {
    return make(page);
  } catch (error) {
    console.error(error);
    return el("section", {"aria-label": "A part that is missing"}, el("p", {class: "state bad"}, "A part of this page could not be drawn: a file of the run folder is not what nadir writes."));
  }
}

const starts = (content) => surveySection(content) ?? endsSection(content);
const sections = [figures, evidenceSection, certificateSection, traceSection, starts, curvatureSection, sliceSection, pathSection,
  detailsSection, filesSection, repeatSection, glossarySection].map(part).filter(Boolean);

const links = sections.filter((s) => s.id).map((s) => el("a", {href: `#${s.id}`}, s.querySelector("h2").textContent));
main.append(el("nav", {"aria-label": "Parts of this page"}, links), ...sections);
document.body.append(el("footer", null, el("p", null, `Made by ${page.made_by}. This page asks nothing of any network.`)));
hero.append(themeButton());
document.documentElement.dataset.ready = "";
