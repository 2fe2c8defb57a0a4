// A surface over a plane, drawn as quadrilaterals from the back to the front; dragging and arrow keys turn it. It never moves by itself.
import {el, svg} from "./dom.js";

const MOST = 44;  // places along a side: more are not seen, and turning stays smooth
const TURN = 10, TILT = 6, LEAST_TILT = 4, MOST_TILT = 86;  // degrees
const START = {turn: -35, tilt: 32};
const HEIGHT = 0.62;  // of the surface, where half a side of the plane is 1

// At most `most` of the indices below n, both ends among them.
function some(n, most) {
  const count = Math.min(n, most);
  return Array.from({length: count}, (_, k) => (count < 2 ? 0 : Math.round((k * (n - 1)) / (count - 1))));
}

const scaled = (places) => {
  const [low, high] = [places[0], places[places.length - 1]];
  return places.map((p) => (high > low ? (2 * (p - low)) / (high - low) - 1 : 0));
};

export class Surface {
  // grid: {xs, ys, names, aspect}; point: [x, y], marked on it where it lies within.
  constructor(name, grid, point) {
    Object.assign(this, {grid, point, ...START});
    this.rows = some(grid.xs.length, MOST);
    this.columns = some(grid.ys.length, MOST);
    this.x = scaled(grid.xs);
    this.y = scaled(grid.ys).map((y) => y * grid.aspect);
    this.svg = svg("svg", {role: "img"});
    this.spoken = el("p", {class: "unseen", role: "status", "aria-live": "polite"});
    this.node = el("div", {class: "surface", tabindex: "0", role: "group", "aria-label": `${name}. Arrow keys turn it, Home turns it back.`},
      el("div", {class: "canvas"}, this.svg), this.spoken);
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.node);
  }

  show(values, shade, described) {
    Object.assign(this, {values, shade});
    this.svg.setAttribute("aria-label", described);
    this.draw();
  }

  // Where a place of the box comes to lie; `depth` grows away from the eye.
  projection(width, height) {
    const turn = (this.turn * Math.PI) / 180, tilt = (this.tilt * Math.PI) / 180;
    const [ct, st, ce, se] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
    const reach = Math.hypot(1, this.grid.aspect);
    const unit = Math.min((width - 90) / (2 * reach), (height - 40) / (2 * reach * se + 2 * HEIGHT * ce));
    return (x, y, z) => {
      const across = ct * x - st * y, away = st * x + ct * y;
      return {x: width / 2 + unit * across, y: height / 2 - unit * (se * away + ce * z), depth: ce * away - se * z};
    };
  }

  // How far down everything is moved, so that as much room is left above as below.
  lowering(at, height) {
    const {rows, columns, values, shade} = this, a = this.grid.aspect;
    let top = Infinity, bottom = 0;
    for (const i of rows)
      for (const j of columns) {
        const level = shade.place(values[i][j]);
        if (!Number.isNaN(level)) top = Math.min(top, at(this.x[i], this.y[j], HEIGHT * (2 * level - 1)).y);
      }
    for (const [x, y] of [[-1, -a], [1, -a], [1, a], [-1, a]]) {
      top = Math.min(top, at(x, y, -HEIGHT).y);
      bottom = Math.max(bottom, at(x, y, -HEIGHT).y);
    }
    return (height - 14 - bottom - top) / 2;
  }

  draw() {
    const width = Math.min(560, Math.floor(this.node.clientWidth));
    if (width <= 0 || !this.shade) return;
    const height = Math.round(width * 0.76);
    const centred = this.projection(width, height), down = this.lowering(centred, height);
    const at = (x, y, z) => {
      const p = centred(x, y, z);
      return {...p, y: p.y + down};
    };
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", height);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren(this.frame(at), this.heights(at), this.sheet(at), this.pin(at), this.names(at));
  }

  frame(at) {
    const a = this.grid.aspect, corners = [[-1, -a], [1, -a], [1, a], [-1, a]];
    const floor = corners.map(([x, y]) => at(x, y, -HEIGHT));
    return svg("g", {fill: "none", stroke: "var(--line)"},
      svg("path", {d: `M${floor.map((p) => `${p.x.toFixed(1)},${p.y.toFixed(1)}`).join("L")}Z`, fill: "var(--sunk)"}));
  }

  // The scale of heights, at the corner that lies farthest to the left.
  heights(at) {
    const a = this.grid.aspect, corners = [[-1, -a], [1, -a], [1, a], [-1, a]];
    const [x, y] = corners.reduce((left, c) => (at(...c, 0).x < at(...left, 0).x ? c : left));
    const [foot, top] = [at(x, y, -HEIGHT), at(x, y, HEIGHT)];
    const {levels, place, format} = this.shade, least = 15 / Math.max(1, foot.y - top.y);
    let last = -1;
    const ticks = levels.map((value) => ({value, level: place(value)})).filter((t) => t.level - last > least && (last = t.level) >= 0);
    return svg("g", {class: "heights", stroke: "var(--soft)"},
      svg("line", {x1: foot.x, y1: foot.y, x2: top.x, y2: top.y}),
      ticks.map((t) => {
        const p = at(x, y, HEIGHT * (2 * t.level - 1));
        return [svg("line", {x1: p.x - 4, x2: p.x, y1: p.y, y2: p.y}),
          svg("text", {x: p.x - 7, y: p.y + 4, "text-anchor": "end", fill: "currentColor", stroke: "none"}, format(t.value))];
      }));
  }

  sheet(at) {
    const {rows, columns, values, shade} = this;
    const places = rows.map((i) => columns.map((j) => {
      const p = shade.place(values[i][j]);
      return Number.isNaN(p) ? null : {...at(this.x[i], this.y[j], HEIGHT * (2 * p - 1)), level: p};
    }));
    const quads = [];
    for (let i = 0; i + 1 < rows.length; ++i)
      for (let j = 0; j + 1 < columns.length; ++j) {
        const corners = [places[i][j], places[i + 1][j], places[i + 1][j + 1], places[i][j + 1]];
        if (corners.includes(null)) continue;
        // By the place on the floor: the order in which one part of a surface over a plane hides another.
        const floor = at(this.x[rows[i]] + this.x[rows[i + 1]], this.y[columns[j]] + this.y[columns[j + 1]], 0);
        quads.push({corners, depth: floor.depth, level: corners.reduce((sum, c) => sum + c.level, 0) / 4});
      }
    quads.sort((p, q) => q.depth - p.depth);
    return svg("g", {class: "sheet", "stroke-width": 0.5, "stroke-linejoin": "round"}, quads.map((q) =>
      svg("path", {d: `M${q.corners.map((c) => `${c.x.toFixed(1)},${c.y.toFixed(1)}`).join("L")}Z`, fill: shade.color(q.level), stroke: shade.color(Math.max(0, q.level - 0.12))})));
  }

  // The point, as a pin on the surface.
  pin(at) {
    const {xs, ys} = this.grid;
    const spot = (places, scaledPlaces, x) => {
      if (!(x >= places[0] && x <= places[places.length - 1])) return null;
      return places.reduce((best, p, i) => (Math.abs(p - x) < Math.abs(places[best] - x) ? i : best), 0);
    };
    const i = this.point && spot(xs, this.x, this.point[0]), j = this.point && spot(ys, this.y, this.point[1]);
    if (typeof i !== "number" || typeof j !== "number") return svg("g");
    const level = this.shade.place(this.values[i][j]);
    if (Number.isNaN(level)) return svg("g");
    const foot = at(this.x[i], this.y[j], HEIGHT * (2 * level - 1)), head = {x: foot.x, y: foot.y - 26};
    return svg("g", {class: "pin"},
      svg("line", {x1: foot.x, y1: foot.y, x2: head.x, y2: head.y, stroke: "#000", "stroke-width": 3}),
      svg("line", {x1: foot.x, y1: foot.y, x2: head.x, y2: head.y, stroke: "#fff", "stroke-width": 1.25}),
      svg("circle", {cx: head.x, cy: head.y, r: 5, fill: "#fff", stroke: "#000", "stroke-width": 1.5}),
      svg("circle", {cx: head.x, cy: head.y, r: 1.8, fill: "#000"}),
      svg("text", {x: head.x + 9, y: head.y + 4, class: "halo"}, "the point"));
  }

  // The names of both directions, along the edges in front.
  names(at) {
    const a = this.grid.aspect, [nameX, nameY] = this.grid.names;
    const front = (p, q) => (at(...p, -HEIGHT).depth < at(...q, -HEIGHT).depth ? p : q);
    const edge = (from, to, name) => {
      const [p, q] = [at(...from, -HEIGHT), at(...to, -HEIGHT)], isRising = p.x < q.x;
      const middle = {x: (p.x + q.x) / 2, y: (p.y + q.y) / 2};
      const slope = (Math.atan2(isRising ? q.y - p.y : p.y - q.y, Math.abs(q.x - p.x)) * 180) / Math.PI;
      return svg("text", {transform: `translate(${middle.x.toFixed(1)},${(middle.y + 16).toFixed(1)}) rotate(${Math.abs(slope) > 70 ? 0 : slope.toFixed(1)})`,
        "text-anchor": "middle", fill: "currentColor"}, isRising ? `${name} →` : `← ${name}`);
    };
    const y = front([0, -a], [0, a])[1], x = front([-1, 0], [1, 0])[0];
    return svg("g", {class: "names"}, edge([-1, y], [1, y], nameX), edge([x, -a], [x, a], nameY));
  }

  turnTo(turn, tilt) {
    this.turn = ((((turn + 180) % 360) + 360) % 360) - 180;
    this.tilt = Math.min(MOST_TILT, Math.max(LEAST_TILT, tilt));
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = undefined;
      this.draw();
    });
  }

  listen() {
    let from = null;
    this.svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = {x: event.clientX, y: event.clientY, turn: this.turn, tilt: this.tilt};
      this.svg.setPointerCapture(event.pointerId);
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (from) this.turnTo(from.turn + 0.5 * (event.clientX - from.x), from.tilt + 0.4 * (event.clientY - from.y));
    });
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, () => { from = null; });
    this.node.addEventListener("keydown", (event) => {
      const step = {ArrowLeft: [-TURN, 0], ArrowRight: [TURN, 0], ArrowUp: [0, TILT], ArrowDown: [0, -TILT]}[event.key];
      if (event.target !== this.node || (!step && event.key !== "Home")) return;
      event.preventDefault();
      if (step) this.turnTo(this.turn + step[0], this.tilt + step[1]);
      else this.turnTo(START.turn, START.tilt);
      this.spoken.textContent = `turned by ${Math.round(this.turn)} degrees, seen from ${Math.round(this.tilt)} degrees above`;
    });
  }
}
