// Light or dark: what the system says, until the reader says otherwise.
import {el} from "./dom.js";

const KEY = "nadir-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

// A page opened from a file may have no storage.
function stored() {
  try { return localStorage.getItem(KEY); } catch { return null; }
}

export function themeButton() {
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const button = el("button", {type: "button", class: "quiet theme"});
  const name = () => { button.textContent = isDark() ? "Light" : "Dark"; button.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`); };
  if (["light", "dark"].includes(stored())) root.dataset.theme = stored();
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem(KEY, root.dataset.theme); } catch { /* remembered for this visit only */ }
    name();
  });
  system.addEventListener("change", name);
  name();
  return button;
}
