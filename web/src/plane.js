// A map of a plane: values as colours with contours, the iterates of a run, marks, and a cursor with the numbers.
import * as Plot from "@observablehq/plot";
import {el, svg, shown} from "./dom.js";
import {typeset, grouped} from "./format.js";
import {inkOn} from "./shade.js";

const MARGIN = {left: 58, right: 14, top: 10, bottom: 44};
const NEAR = 10;  // pixels from a mark or an iterate that count as on it
const MOST = 340;  // pixels of the raster along a side: colours between places are interpolated anyway

export const shortened = (text, most = 26) => {
  const characters = [...shown(text)];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : characters.join("");
};

// Of an axis with one place, or none, half a unit at either side is drawn.
const domainOf = (places) => (places.length > 1 ? [places[0], places[places.length - 1]] : [(places[0] ?? 0) - 0.5, (places[0] ?? 0) + 0.5]);

const nearest = (places, x) => places.reduce((best, p, i) => (Math.abs(p - x) < Math.abs(places[best] - x) ? i : best), 0);

// For `count` pixels along an axis: the place before each, and the share of the one after it.
function weights(places, [low, high], count) {
  let k = 0;
  return Array.from({length: count}, (_, pixel) => {
    const x = low + ((pixel + 0.5) / count) * (high - low);
    while (k + 2 < places.length && places[k + 1] <= x) ++k;
    if (places.length < 2) return [0, 0, 0];
    return [k, k + 1, Math.min(1, Math.max(0, (x - places[k]) / (places[k + 1] - places[k])))];
  });
}

// Between four places by their shares; nothing where the nearest of them has no number.
function blended(corners, shares) {
  let sum = 0, weight = 0, most = 0;
  for (let k = 1; k < 4; ++k) if (shares[k] > shares[most]) most = k;
  if (Number.isNaN(corners[most])) return NaN;
  for (let k = 0; k < 4; ++k)
    if (!Number.isNaN(corners[k])) {
      sum += shares[k] * corners[k];
      weight += shares[k];
    }
  return sum / weight;
}

// The picture of the colours, as the address of an image. `levels[i][j]` are places on the colour scale.
function raster({xs, ys}, levels, shade, [columns, rows]) {
  const canvas = el("canvas", {width: columns, height: rows});
  const context = canvas.getContext("2d"), image = context.createImageData(columns, rows);
  const colors = Array.from({length: 256}, (_, k) => {
    context.fillStyle = shade.color(k / 255);
    return [1, 3, 5].map((at) => parseInt(context.fillStyle.slice(at, at + 2), 16));
  });
  const across = weights(xs, domainOf(xs), columns), up = weights(ys, domainOf(ys), rows);
  for (let row = 0; row < rows; ++row) {
    const [j, j1, v] = up[rows - 1 - row];
    for (let column = 0; column < columns; ++column) {
      const [i, i1, u] = across[column];
      const at = blended([levels[i][j], levels[i1][j], levels[i][j1], levels[i1][j1]], [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v]);
      if (Number.isNaN(at)) continue;
      const [r, g, b] = colors[Math.round(255 * at)];
      image.data.set([r, g, b, 255], 4 * (row * columns + column));
    }
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

// Where a contour crosses the sides of one cell: corners 0 to 3 go round it.
function crossings(corners, level) {
  const points = [];
  for (let k = 0; k < 4; ++k) {
    const [x0, y0, a] = corners[k], [x1, y1, b] = corners[(k + 1) % 4];
    if (a < level === b < level) continue;
    const t = (level - a) / (b - a);
    points.push([x0 + t * (x1 - x0), y0 + t * (y1 - y0)]);
  }
  return points;
}

// The contour of a level as a path: cell by cell, for places need not be evenly apart. Cells without a number have none.
export function contour({xs, ys}, levels, level, x, y) {
  const parts = [];
  for (let i = 0; i + 1 < xs.length; ++i)
    for (let j = 0; j + 1 < ys.length; ++j) {
      const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]].map(([a, b]) => [x(xs[a]), y(ys[b]), levels[a][b]]);
      if (corners.some((c) => Number.isNaN(c[2]))) continue;
      const points = crossings(corners, level);
      // Of two lines through one cell, the mean in its middle says which corners belong together.
      const middle = corners.reduce((sum, c) => sum + c[2], 0) / 4;
      if (points.length === 4 && corners[0][2] < level === middle < level) points.push(points.shift());
      for (let k = 0; k + 1 < points.length; k += 2)
        parts.push(`M${points[k].map((c) => c.toFixed(1))}L${points[k + 1].map((c) => c.toFixed(1))}`);
    }
  return parts.join("");
}

export class PlaneMap {
  // grid: {xs, ys, names: [x, y], aspect}; marks: [{label, x, y, ...}], trajectory: [{x, y, ...}], points: [[x, y]] that were evaluated;
  // lines(i, j), markLines(mark), iterateLines(iterate): rows of text for the box beside the cursor.
  constructor(name, grid, parts) {
    Object.assign(this, {name, grid, ...parts});
    this.canvas = el("div", {class: "canvas"});
    this.tip = el("div", {class: "tip", "aria-hidden": "true"});
    this.spoken = el("p", {class: "unseen", role: "status", "aria-live": "polite"});
    this.node = el("div", {class: "plane", tabindex: "0", role: "group", "aria-label": `${name}. Arrow keys move the cursor over it.`},
      this.canvas, this.tip, this.spoken);
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.node);
  }

  // shade: of shade.js; values[i][j]; described: what is drawn, in words.
  show(values, shade, described) {
    Object.assign(this, {values, shade, described, isStale: true});
    this.draw();
  }

  draw() {
    const width = Math.min(560, Math.floor(this.node.clientWidth));
    if (width <= 0 || !this.shade || (width === this.width && !this.isStale)) return;
    Object.assign(this, {width, isStale: false});
    const {xs, ys, names, aspect} = this.grid, inside = width - MARGIN.left - MARGIN.right;
    const height = Math.round(inside * aspect) + MARGIN.top + MARGIN.bottom;
    const levels = this.values.map((row) => row.map((x) => this.shade.place(x)));
    const format = (t) => typeset(t, 3);
    this.plot = Plot.plot({
      width, height, marginLeft: MARGIN.left, marginRight: MARGIN.right, marginTop: MARGIN.top, marginBottom: MARGIN.bottom,
      x: {domain: domainOf(xs), label: names[0], labelAnchor: "center", labelArrow: "none", ticks: Math.max(3, Math.floor(width / 110)), tickFormat: format},
      y: {domain: domainOf(ys), label: names[1], labelAnchor: "center", labelArrow: "none", ticks: 5, tickFormat: format},
      marks: [(_, scales) => this.picture(levels, scales), (_, scales) => this.drawTrajectory(scales), (_, scales) => this.drawMarks(scales)],
    });
    this.plot.setAttribute("role", "img");
    this.plot.setAttribute("aria-label", this.described);
    this.layer = this.plot.appendChild(svg("g", {class: "cursor", "aria-hidden": "true"}));
    this.canvas.replaceChildren(this.plot);
    this.hide();
  }

  picture(levels, {x, y}) {
    const {xs, ys} = this.grid, [[left, right], [low, high]] = [domainOf(xs), domainOf(ys)];
    const size = {width: x(right) - x(left), height: y(low) - y(high)}, most = Math.min(MOST, Math.round(size.width));
    const href = raster(this.grid, levels, this.shade, [most, Math.max(1, Math.round((most * size.height) / size.width))]);
    return svg("g", {class: "field"},
      svg("rect", {x: x(left), y: y(high), ...size, fill: "var(--sunk)"}),
      svg("image", {href, x: x(left), y: y(high), ...size, preserveAspectRatio: "none"}),
      this.shade.levels.filter((level) => this.shade.place(level) > 0 && this.shade.place(level) < 1).map((level) => {
        const at = this.shade.place(level), d = contour(this.grid, levels, at, x, y);
        return d && svg("path", {d, class: "contour", "data-level": level, fill: "none", stroke: inkOn(this.shade, at), "stroke-opacity": 0.5, "stroke-width": 0.8});
      }),
      (this.points ?? []).map(([a, b]) => svg("circle", {cx: x(a), cy: y(b), r: 0.9, class: "evaluated", fill: "#fff", "fill-opacity": 0.75})),
      svg("rect", {x: x(left), y: y(high), ...size, fill: "none", stroke: "var(--line)"}));
  }

  drawTrajectory({x, y}) {
    const rows = this.trajectory;
    if (!rows.length) return svg("g");
    const d = rows.map((r, k) => `${k ? "L" : "M"}${x(r.x).toFixed(1)},${y(r.y).toFixed(1)}`).join("");
    const dots = rows.length <= 80 ? rows : [rows[0], rows[rows.length - 1]];
    const [[left, right], [low, high]] = [domainOf(this.grid.xs), domainOf(this.grid.ys)];
    return svg("g", {class: "trajectory", "clip-path": "url(#slice-frame)"},
      svg("clipPath", {id: "slice-frame"}, svg("rect", {x: x(left), y: y(high), width: x(right) - x(left), height: y(low) - y(high)})),
      svg("path", {d, fill: "none", stroke: "#000", "stroke-width": 4, "stroke-opacity": 0.55, "stroke-linejoin": "round"}),
      svg("path", {d, fill: "none", stroke: "#fff", "stroke-width": 1.75, "stroke-linejoin": "round"}),
      dots.map((r) => svg("circle", {cx: x(r.x), cy: y(r.y), r: r === rows[0] ? 4 : 2, fill: "#fff", stroke: "#000", "stroke-width": 1})));
  }

  drawMarks({x, y}) {
    const width = this.width;
    return svg("g", {class: "marks"}, this.marks.map((mark) => {
      const [cx, cy] = [x(mark.x), y(mark.y)], isRight = cx > 0.62 * width;
      return svg("g", null,
        svg("circle", {cx, cy, r: 5.5, fill: mark.isOn ? "#fff" : "none", stroke: "#000", "stroke-width": 3}),
        svg("circle", {cx, cy, r: 5.5, fill: "none", stroke: "#fff", "stroke-width": 1.25}),
        mark.isOn && svg("circle", {cx, cy, r: 2, fill: "#000"}),
        svg("text", {x: cx + (isRight ? -10 : 10), y: cy - 8, "text-anchor": isRight ? "end" : "start", class: "halo"}, shortened(mark.label)));
    }));
  }

  // What is under the pointer: a mark, an iterate or a place of the grid.
  target(event) {
    const box = this.plot.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
    const x = this.plot.scale("x"), y = this.plot.scale("y");
    const closest = (list) => list.map((item) => ({item, far: Math.hypot(x.apply(item.x) - px, y.apply(item.y) - py)}))
      .reduce((best, one) => (one.far < best.far ? one : best), {far: NEAR});
    const mark = closest(this.marks), iterate = closest(this.trajectory);
    if (mark.item && mark.far <= iterate.far) return {mark: mark.item};
    if (iterate.item) return {iterate: iterate.item};
    return {i: nearest(this.grid.xs, x.invert(px)), j: nearest(this.grid.ys, y.invert(py))};
  }

  listen() {
    const follow = (event) => {
      if (!this.plot || !this.grid.xs.length || !this.grid.ys.length) return;
      const box = this.plot.getBoundingClientRect(), [px, py] = [event.clientX - box.left, event.clientY - box.top];
      const isInside = px >= MARGIN.left - NEAR && px <= this.width - MARGIN.right + NEAR && py >= 0 && py <= box.height - MARGIN.bottom + NEAR;
      if (isInside) this.point(this.target(event));
      else this.hide();
    };
    this.node.addEventListener("pointermove", follow);
    this.node.addEventListener("pointerdown", follow);
    this.node.addEventListener("pointerleave", () => this.hide());
    this.node.addEventListener("blur", () => this.hide());
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const {xs, ys} = this.grid, step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key];
    if (event.key === "Escape") this.hide();
    if (!step || !this.plot || event.target !== this.node) return;
    event.preventDefault();
    const from = this.at ?? [nearest(xs, 0) - step[0], nearest(ys, 0) - step[1]];
    const within = (k, list) => Math.min(list.length - 1, Math.max(0, k));
    this.point({i: within(from[0] + step[0], xs), j: within(from[1] + step[1], ys)});
    this.spoken.textContent = this.lines(...this.at).map(([name, text]) => `${name} ${text}`).join(", ");
  }

  point({i, j, mark, iterate}) {
    const {xs, ys} = this.grid, on = mark ?? iterate;
    this.at = on ? null : [i, j];
    const [x, y] = on ? [on.x, on.y] : [xs[i], ys[j]];
    const cx = this.plot.scale("x").apply(x), cy = this.plot.scale("y").apply(y);
    this.layer.replaceChildren(
      svg("circle", {cx, cy, r: on ? 8 : 4.5, fill: "none", stroke: "#000", "stroke-width": 3}),
      svg("circle", {cx, cy, r: on ? 8 : 4.5, fill: "none", stroke: "#fff", "stroke-width": 1.5}));
    const rows = mark ? this.markLines(mark) : iterate ? this.iterateLines(iterate) : this.lines(i, j);
    this.tip.replaceChildren(...rows.map(([name, text]) =>
      el("div", {class: text === undefined ? "row head" : "row"}, el("span", null, name), text !== undefined && el("span", {class: "number"}, text))));
    this.tip.classList.add("on");
    const width = this.tip.offsetWidth, height = this.tip.offsetHeight;
    const left = cx + 16 + width < this.node.clientWidth ? cx + 16 : cx - width - 16;
    this.tip.style.left = `${Math.max(0, Math.min(left, this.node.clientWidth - width))}px`;
    this.tip.style.top = `${left < 0 ? cy + 18 : Math.max(0, cy - height - 8)}px`;
  }

  hide() {
    this.at = null;
    this.tip.classList.remove("on");
    this.layer?.replaceChildren();
  }
}

export const iterateName = (iterate) => `iteration ${grouped(iterate.iteration)}`;
