// Three curves of eight points that can be dragged: the widget behind `CurveEditor`.
const COLORS = { red: "#d1495b", green: "#3a9d5d", blue: "#3f73c8" };
const CHANNELS = Object.keys(COLORS);
const SIZE = 300; // of the drawing
const MARGIN = 26;
const SPAN = SIZE - 2 * MARGIN;
const LAST = 7; // index of the last point
const toX = (index) => MARGIN + (SPAN * index) / LAST;
const toY = (value) => MARGIN + SPAN * (1 - value);

function grid() {
  const line = (v) => `<path d="M${MARGIN} ${toY(v)}H${MARGIN + SPAN}M${MARGIN + SPAN * v} ${MARGIN}V${MARGIN + SPAN}" stroke="currentColor" stroke-opacity=".12"/>`;
  return [0, 0.25, 0.5, 0.75, 1].map(line).join("");
}

function polyline(points, style) {
  const corners = points.map((value, index) => `${toX(index)},${toY(value)}`).join(" ");
  return `<polyline fill="none" points="${corners}" ${style}/>`;
}

function handle(value, index, color) {
  return `<circle tabindex="0" role="slider" aria-label="point ${index + 1}" aria-valuenow="${value.toFixed(2)}"
    data-k="${index}" cx="${toX(index)}" cy="${toY(value)}" r="6" fill="${color}" stroke="#fff" stroke-width="1.5"/>`;
}

function axes() {
  const middle = MARGIN + SPAN / 2;
  return `<text x="${middle}" y="${SIZE - 6}" text-anchor="middle">backbone</text>
    <text transform="translate(12 ${middle}) rotate(-90)" text-anchor="middle">curve</text>`;
}

function render({ model, el }) {
  el.classList.add("er-curves");
  el.innerHTML = `<svg viewBox="0 0 ${SIZE} ${SIZE}" width="100%" font-size="11" fill="currentColor"></svg>`;
  const svg = el.firstElementChild;
  let held = null; // index of the point under the pointer
  let asked = false; // whether a save is already due

  const shownChannel = () => {
    const channel = model.get("channel");
    return channel === "all" ? 1 : CHANNELS.indexOf(channel);
  };

  const draw = () => {
    const points = model.get("points");
    const predicted = model.get("predicted");
    const channel = model.get("channel");
    const dashed = CHANNELS.map((name, i) => polyline(predicted[i], `stroke="${COLORS[name]}" stroke-dasharray="3 3" stroke-opacity=".6"`));
    const width = (name) => (channel === "all" || channel === name ? 2 : 1);
    const solid = CHANNELS.map((name, i) => polyline(points[i], `stroke="${COLORS[name]}" stroke-width="${width(name)}"`));
    const color = channel === "all" ? "#777" : COLORS[channel];
    const handles = points[shownChannel()].map((value, index) => handle(value, index, color));
    svg.innerHTML = [grid(), ...dashed, ...solid, ...handles, axes()].join("");
  };

  const saveSoon = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      model.save_changes();
    });
  };

  // a point stays between its neighbors, so a curve stays monotone
  const move = (index, target) => {
    const channel = model.get("channel");
    const points = model.get("points").map((row) => [...row]);
    const rows = channel === "all" ? [0, 1, 2] : [CHANNELS.indexOf(channel)];
    const change = target - points[shownChannel()][index];
    for (const row of rows) {
      const low = index ? points[row][index - 1] : 0;
      const high = index < LAST ? points[row][index + 1] : 1;
      points[row][index] = Math.min(high, Math.max(low, points[row][index] + change));
    }
    model.set("points", points);
    saveSoon();
  };

  svg.onpointerdown = (event) => {
    if (event.target.dataset.k === undefined) return;
    held = +event.target.dataset.k;
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  };

  svg.onpointermove = (event) => {
    if (held === null) return;
    const box = svg.getBoundingClientRect();
    move(held, 1 - (((event.clientY - box.top) * SIZE) / box.height - MARGIN) / SPAN);
  };

  svg.onpointerup = svg.onpointercancel = () => {
    held = null;
    model.save_changes();
  };

  el.addEventListener("keydown", (event) => {
    event.stopPropagation(); // JupyterLab would take the arrow keys for itself
    const index = event.target.dataset?.k;
    const change = { ArrowUp: 0.01, ArrowDown: -0.01 }[event.key];
    if (index === undefined || !change) return;
    event.preventDefault();
    move(+index, model.get("points")[shownChannel()][index] + change);
    svg.querySelector(`[data-k="${index}"]`).focus();
  });

  for (const trait of ["points", "predicted", "channel"]) model.on(`change:${trait}`, draw);
  draw();
}

export default { render };
