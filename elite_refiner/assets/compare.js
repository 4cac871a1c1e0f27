// Two images under one handle: the widget behind `CompareView`.
const clip = (value) => Math.min(1, Math.max(0, value));
const toURL = (bytes) => URL.createObjectURL(new Blob([bytes], { type: "image/png" }));

const page = `
  <div class="er-stage">
    <div class="er-pane er-left"><img alt="" draggable="false"></div>
    <div class="er-pane er-right"><img alt="" draggable="false"></div>
    <span class="er-tag er-l"></span>
    <span class="er-tag er-r"></span>
    <div class="er-handle"></div>
  </div>
  <input type="range" min="0" max="100" step="1" aria-label="position of the handle">`;

function render({ model, el }) {
  el.classList.add("er-compare");
  el.innerHTML = page;
  const find = (selector) => el.querySelector(selector);
  const stage = find(".er-stage");
  const range = find("input");
  let drag = null; // null, "handle", or where a pan began

  const showImage = (side) => {
    const bytes = model.get(side);
    if (!bytes || !bytes.byteLength) return;
    const img = find(`.er-${side} img`);
    const old = img.src;
    img.onload = () => {
      if (old) URL.revokeObjectURL(old);
      stage.style.aspectRatio = `${img.naturalWidth}/${img.naturalHeight}`;
    };
    img.src = toURL(bytes);
  };

  const showNames = () => {
    find(".er-l").textContent = model.get("left_name");
    find(".er-r").textContent = model.get("right_name");
  };

  const place = () => {
    const percent = 100 * model.get("position");
    const zoom = model.get("zoom");
    find(".er-right").style.clipPath = `inset(0 0 0 ${percent}%)`;
    find(".er-left").style.clipPath = `inset(0 ${100 - percent}% 0 0)`;
    find(".er-handle").style.left = `${percent}%`;
    range.value = percent;
    const shiftX = -(zoom - 1) * model.get("x") * 100;
    const shiftY = -(zoom - 1) * model.get("y") * 100;
    for (const img of el.querySelectorAll("img")) {
      img.style.transform = `translate(${shiftX}%, ${shiftY}%) scale(${zoom})`;
      img.style.imageRendering = zoom > 2.5 ? "pixelated" : "auto";
    }
    stage.style.cursor = zoom > 1 ? "grab" : "ew-resize";
  };

  const pointer = (event) => {
    const box = stage.getBoundingClientRect();
    return {
      x: (event.clientX - box.left) / box.width,
      y: (event.clientY - box.top) / box.height,
      width: box.width,
    };
  };

  stage.onpointerdown = (event) => {
    const at = pointer(event);
    const nearHandle = Math.abs(at.x - model.get("position")) * at.width < 16;
    const pan = { x: at.x, y: at.y, startX: model.get("x"), startY: model.get("y") };
    drag = nearHandle || model.get("zoom") <= 1 ? "handle" : pan;
    stage.setPointerCapture(event.pointerId);
    stage.onpointermove(event);
    event.preventDefault();
  };

  stage.onpointermove = (event) => {
    if (!drag) return;
    const at = pointer(event);
    if (drag === "handle") {
      model.set("position", clip(at.x));
      return;
    }
    const zoom = model.get("zoom");
    model.set("x", clip(drag.startX - (at.x - drag.x) / (zoom - 1)));
    model.set("y", clip(drag.startY - (at.y - drag.y) / (zoom - 1)));
  };

  stage.onpointerup = stage.onpointercancel = () => {
    if (!drag) return;
    drag = null;
    model.save_changes();
  };

  stage.ondblclick = (event) => {
    const at = pointer(event);
    model.set({ zoom: model.get("zoom") > 1 ? 1 : 4, x: clip(at.x), y: clip(at.y) });
    model.save_changes();
  };

  range.oninput = () => {
    model.set("position", range.value / 100);
    model.save_changes();
  };

  // JupyterLab would take the arrow keys for itself
  for (const kind of ["keydown", "keyup"]) el.addEventListener(kind, (event) => event.stopPropagation());

  for (const side of ["left", "right"]) {
    model.on(`change:${side}`, () => showImage(side));
    model.on(`change:${side}_name`, showNames);
    showImage(side);
  }
  for (const trait of ["position", "zoom", "x", "y"]) model.on(`change:${trait}`, place);
  showNames();
  place();
}

export default { render };
