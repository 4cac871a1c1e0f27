
"use strict";

const find = id => document.getElementById(id);
const LIMIT_MB = Number(find("main").dataset.limit);
const KEEP = Number(find("main").dataset.keep);
const PICTURES = ["photo", "refined", "backbone"];  // in the order in which they are fetched
const KEPT = "elite_refiner_photos";  // under this name the browser remembers which photos are here

let photos = [];  // what the service said of each, and its strength
let current = null;  // the one that is shown
let timer = 0;  // waits until a slider rests
let loading = new AbortController();  // stops what a newer wish has overtaken


// ---- words, progress, errors

function say(text, bad) {
  find("say").textContent = text;
  find("say").className = bad ? "bad" : "";
}

// A part from 0 to 1; null: something is going on, and nobody knows how long.
function progress(part) {
  find("bar").hidden = false;
  if (part === null) find("bar").removeAttribute("value");
  else find("bar").value = part;
}

function fail(error) {
  if (error.name === "AbortError") return;
  const silent = error instanceof TypeError;  // how fetch says that nobody answered
  say(silent ? "The service does not answer; is it still running?" : error.message, true);
}

// While photos come or results are made nothing else may begin.
async function busily(work) {
  const controls = ["file", "save", "all", "remove"].map(find);
  controls.forEach(control => { control.disabled = true; });
  document.body.classList.add("waits");
  try {
    await work();
  } catch (error) {
    fail(error);
  } finally {
    controls.forEach(control => { control.disabled = false; });
    document.body.classList.remove("waits");
    find("bar").hidden = true;
  }
}


// ---- asking the service

function reason(text, status) {
  try {
    return JSON.parse(text).error;
  } catch (error) {
    return "The service answered " + status;
  }
}

async function ask(path, options) {
  const answer = await fetch(path, options);
  if (answer.ok) return answer;
  throw new Error(reason(await answer.text(), answer.status));
}

// XMLHttpRequest, because fetch cannot say how much of an upload has gone.
function send(file, told) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("photo", file);
    request.upload.onprogress = event => told(event.loaded / event.total);
    request.onerror = () => failed(new TypeError());
    request.onload = () => {
      if (request.status === 201) done(JSON.parse(request.responseText));
      else failed(new Error(reason(request.responseText, request.status)));
    };
    request.open("POST", "/photos");
    request.send(form);
  });
}


// ---- pictures

// By fetch and not by src alone: so that a refusal can be read.
async function picture(address, signal) {
  return (await ask(address, { signal })).blob();
}

async function put(image, blob) {
  const old = image.src;
  await new Promise((shown, failed) => {
    image.onload = shown;
    image.onerror = () => failed(new Error("The picture could not be shown"));
    image.src = URL.createObjectURL(blob);
  });
  if (old.startsWith("blob:")) URL.revokeObjectURL(old);
}

function isClose() {
  return document.querySelector("[name=zoom]:checked").value === "close";
}

// Which part of the photo the screen has room for, in its own pixels.
function part() {
  const width = Math.round(find("work").clientWidth * devicePixelRatio);
  const height = Math.round(innerHeight * 0.6 * devicePixelRatio);
  const place = "x=" + find("across").value + "&y=" + find("down").value;
  return place + "&width=" + Math.min(width, 4096) + "&height=" + Math.min(height, 4096);
}

function addresses() {
  const strength = "strength=" + current.strength;
  if (!isClose()) {
    return {
      photo: current.before,
      backbone: current.after + "?strength=0",
      refined: current.after + "?" + strength,
    };
  }
  const detail = current.detail + "?" + part();
  return { photo: detail, backbone: detail + "&strength=0", refined: detail + "&" + strength };
}

function seesAll(photo) {
  return photo.naturalWidth >= current.width && photo.naturalHeight >= current.height;
}

// One pixel of a close-up is one pixel of the screen, also where that has several to a CSS pixel.
function fit() {
  const photo = find("photo");
  PICTURES.map(find).forEach(image => { image.style.transform = ""; });
  photo.style.width = isClose() ? photo.naturalWidth / devicePixelRatio + "px" : "";
  find("view").classList.toggle("close", isClose());
  find("pan").hidden = !isClose() || seesAll(photo);
}

function whatIsSeen() {
  const size = current.width + " \u00d7 " + current.height + " pixels. ";
  const compares = find("view").dataset.show === "compare";
  if (compares) return size + "Drag the line to compare.";
  return size + (isClose() ? "Drag the picture to see another part." : "");
}

async function exchange(id, blob, address) {
  const image = find(id);
  await put(image, blob);
  image.dataset.address = address;
  image.classList.remove("waits");
  if (id === "photo") fit();
}

// Of a photo that was just chosen the parts appear as they come, and nothing of the one before stays over it.
function begin() {
  const isNew = find("view").dataset.photo !== current.id;
  find("view").dataset.photo = current.id;
  if (isNew) PICTURES.slice(1).forEach(id => find(id).classList.add("waits"));
  return isNew;
}

// Fetches what has changed. Another part of the same photo is exchanged all at once: nothing flickers.
async function refresh() {
  loading.abort();
  loading = new AbortController();
  const signal = loading.signal;
  const wanted = addresses();
  const stale = PICTURES.filter(id => find(id).dataset.address !== wanted[id]);
  const atOnce = begin() ? 1 : stale.length;
  const come = [];
  find("view").classList.toggle("busy", stale.includes("refined"));
  if (stale.length) say("Refining\u2026");
  try {
    for (const id of stale) {
      come.push([id, await picture(wanted[id], signal)]);
      if (come.length < atOnce) continue;
      for (const [id, blob] of come.splice(0)) await exchange(id, blob, wanted[id]);
    }
    say(whatIsSeen());
  } catch (error) {
    fail(error);
  } finally {
    if (!signal.aborted) find("view").classList.remove("busy");
  }
}

function refreshSoon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, 180);
}


// ---- the filmstrip

// The browser keeps ids and strengths, the service the photos: a page loaded anew finds them again.
function remember() {
  const kept = photos.map(photo => ({ id: photo.id, strength: photo.strength }));
  localStorage.setItem(KEPT, JSON.stringify(kept));
}

function thumbnail(photo) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  const image = document.createElement("img");
  image.alt = photo.name;
  button.type = "button";
  button.title = photo.name;
  button.onclick = () => choose(photo);
  button.append(image);
  item.append(button);
  picture(photo.thumb).then(blob => put(image, blob)).catch(fail);
  return item;
}

function mark() {
  photos.forEach(photo => photo.item.firstChild.setAttribute("aria-current", photo === current));
  find("start").hidden = photos.length > 0;
  find("work").hidden = photos.length === 0;
  find("all").hidden = photos.length < 2;
  find("all").textContent = "Download all " + photos.length;
  find("name").textContent = current ? current.name : "";
}

function add(photo, strength) {
  photo.strength = strength;
  photo.item = thumbnail(photo);
  photos.push(photo);
  find("strip").append(photo.item);
  remember();
}

async function choose(photo) {
  current = photo;
  mark();
  find("strength").value = photo.strength;
  showStrength();
  await refresh();
}

function drop(photo) {
  photos = photos.filter(other => other !== photo);
  photo.item.remove();
  remember();
}

async function remove() {
  const place = photos.indexOf(current);
  fetch(current.self, { method: "DELETE" }).catch(() => {});  // if it does not answer, the hour will do it
  loading.abort();
  drop(current);
  if (photos.length) return choose(photos[Math.min(place, photos.length - 1)]);
  current = null;
  mark();
  say("");
  find("file").focus();
}

// A photo whose hour is over is gone without a word being needed at the time; now it is.
async function restore() {
  const kept = JSON.parse(localStorage.getItem(KEPT) || "[]");
  let gone = 0;
  for (const { id, strength } of kept) {
    try {
      add(await (await ask("/photos/" + id)).json(), strength);
    } catch (error) {
      gone += 1;
    }
  }
  remember();
  mark();
  if (photos.length) await choose(photos[0]);
  if (gone) say(gone === 1 ? "One photo is no longer here." : gone + " photos are no longer here.");
}


// ---- photos come

async function takeOne(file, place, count) {
  const which = count > 1 ? " (" + (place + 1) + " of " + count + ")" : "";
  if (file.size > LIMIT_MB * 1e6) throw new Error(file.name + ": larger than " + LIMIT_MB + " MB");
  say("Sending " + file.name + which + "\u2026");
  const photo = await send(file, sent => {
    progress((place + sent) / count);
    if (sent === 1) say("Reading " + file.name + which + "\u2026");
  });
  add(photo, 1);
  if (!current) await choose(photo);
  mark();
}

// One that is refused does not keep the others out.
async function take(files) {
  const room = KEEP - photos.length;
  const problems = [];
  for (const [place, file] of files.slice(0, room).entries()) {
    try {
      await takeOne(file, place, files.length);
    } catch (error) {
      fail(error);
      problems.push(find("say").textContent);
    }
  }
  if (files.length > room) problems.push("This page keeps " + KEEP + " photos; remove some to add others.");
  if (problems.length) say(problems.join(" \u00b7 "), true);
  else if (current) say(whatIsSeen());
}


// ---- results go

function wish(photo) {
  const how = "quality=" + find("quality").value + "&icc=" + find("icc").value;
  return "strength=" + photo.strength + "&" + how;
}

// The browser's own download: it writes to the disk while it comes, however large.
function save(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

async function saveOne() {
  progress(null);
  say("Refining at full size\u2026");
  await ask(current.refined + "?" + wish(current), { method: "POST" });
  save(current.download + "?" + wish(current), current.refined_name);
  say("Saved as " + current.refined_name);
}

// Each is made by a request of its own, so that progress and refusals can be told; the zip then only carries them.
async function saveAll() {
  const made = [];
  const problems = [];
  for (const [place, photo] of photos.entries()) {
    progress(place / photos.length);
    say("Refining " + photo.name + " (" + (place + 1) + " of " + photos.length + ")\u2026");
    try {
      await ask(photo.refined + "?" + wish(photo), { method: "POST" });
      made.push("photo=" + photo.id + ":" + photo.strength);
    } catch (error) {
      problems.push(photo.name + ": " + error.message);
    }
  }
  if (made.length) save("/zip?" + made.join("&") + "&" + wish(photos[0]), "refined.zip");
  say(["Saved " + made.length + " photos as refined.zip", ...problems].join(" \u00b7 "), problems.length > 0);
}


// ---- controls

function placeLine() {
  find("view").style.setProperty("--at", find("at").value + "%");
}

function showStrength() {
  find("value").textContent = Number(find("strength").value).toFixed(2);
}

function setStrength() {
  current.strength = Number(find("strength").value);
  showStrength();
  remember();
  refreshSoon();
}

function setShow(event) {
  find("view").dataset.show = event.target.value;
  say(whatIsSeen());
}

function takeChosen() {
  const files = [...find("file").files];
  if (files.length) busily(() => take(files));
  find("file").value = "";
}

// A close-up follows the hand; where it is let go, the part that is now in view is fetched.
function grab(event) {
  if (!isClose() || find("view").dataset.show === "compare") return;
  const start = { x: event.clientX, y: event.clientY };
  const moved = { x: 0, y: 0 };
  const images = PICTURES.map(find);
  find("view").setPointerCapture(event.pointerId);
  find("view").onpointermove = move => {
    moved.x = move.clientX - start.x;
    moved.y = move.clientY - start.y;
    images.forEach(image => { image.style.transform = "translate(" + moved.x + "px," + moved.y + "px)"; });
  };
  find("view").onpointerup = find("view").onpointercancel = () => {
    find("view").onpointermove = find("view").onpointerup = find("view").onpointercancel = null;
    pan(moved);
    refresh().then(() => images.forEach(image => { image.style.transform = ""; }));
  };
}

function pan(moved) {
  const across = find("across");
  const down = find("down");
  across.value = Number(across.value) - moved.x * devicePixelRatio / current.width;
  down.value = Number(down.value) - moved.y * devicePixelRatio / current.height;
}

function over(event, inside) {
  event.preventDefault();
  document.body.classList.toggle("over", inside);
}

function dropped(event) {
  over(event, false);
  const files = [...event.dataTransfer.files];
  if (files.length && !find("file").disabled) busily(() => take(files));
}

find("file").onchange = takeChosen;
find("at").oninput = placeLine;
find("strength").oninput = setStrength;
find("across").oninput = refreshSoon;
find("down").oninput = refreshSoon;
find("show").onchange = setShow;
find("zoom").onchange = refresh;
find("view").onpointerdown = grab;
find("save").onclick = () => busily(saveOne);
find("all").onclick = () => busily(saveAll);
find("remove").onclick = remove;
addEventListener("dragover", event => over(event, true));
addEventListener("dragleave", event => over(event, event.relatedTarget !== null));
addEventListener("drop", dropped);
addEventListener("resize", () => { if (current && isClose()) refreshSoon(); });
restore().catch(fail);
