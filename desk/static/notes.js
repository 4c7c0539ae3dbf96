// A corrector's own notes: areas of pages and words, laid over the copy. Shares of a page, so that they fit any size.
const reader = document.querySelector("[data-reader]");
const viewer = reader.querySelector("[data-pdf]");
const section = document.querySelector("[data-notes]");
const list = section.querySelector("ul");
const state = section.querySelector("[data-state]");
const pen = reader.querySelector("[data-mark]");
const layers = new Map(); // by page
let notes = [], shown = null, waiting = 0;

const say = (words) => (state.textContent = words && `(${words})`);
const round = (share) => Math.round(Math.min(Math.max(share, 0), 1) * 1e4) / 1e4;

async function keep() {
  clearTimeout(waiting);
  waiting = 0;
  const token = document.body.dataset.formToken;
  const headers = { "Content-Type": "application/json", "X-Form-Token": token };
  try {
    const answer = await fetch(section.dataset.notes, { method: "PUT", headers, body: JSON.stringify({ notes }), keepalive: true });
    say(answer.ok ? "enregistré" : "pas enregistré\u00a0: rechargez la page");
  } catch {
    say("hors connexion\u00a0: nouvel essai dans un instant");
    waiting = setTimeout(keep, 5000);
  }
}

function changed() {
  clearTimeout(waiting);
  say("…");
  waiting = setTimeout(keep, 700);
}

function told() {
  list.replaceChildren(
    ...notes.map((note, k) => {
      const item = document.createElement("li");
      const label = Object.assign(document.createElement("label"), { className: "fr-label", htmlFor: `own-${k}` });
      label.textContent = `Page ${note.page}${note.area ? ", passage surligné" : ""}`;
      const text = Object.assign(document.createElement("textarea"), { className: "fr-input", id: `own-${k}`, rows: 1, maxLength: 2000, value: note.text });
      text.addEventListener("input", () => ((note.text = text.value), changed()));
      const away = Object.assign(document.createElement("button"), { type: "button", className: "fr-btn fr-btn--sm fr-btn--tertiary", textContent: "Retirer" });
      away.setAttribute("aria-label", `Retirer l’annotation ${k + 1}, page ${note.page}`);
      away.addEventListener("click", () => {
        notes.splice(k, 1);
        told();
        changed();
      });
      item.append(label, text, away);
      return item;
    }),
  );
  lay();
}

// Over each page, as long as it lies as it was scanned: what was turned shows none.
function lay() {
  for (const [k, page] of (shown?.pages ?? []).entries()) {
    let layer = layers.get(page);
    if (!layer) {
      layer = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      layer.setAttribute("viewBox", "0 0 1 1");
      layer.setAttribute("preserveAspectRatio", "none");
      layer.setAttribute("class", "desk-layer");
      layer.setAttribute("aria-hidden", "true");
      layer.addEventListener("pointerdown", (event) => begin(event, layer, k + 1));
      viewer.append(layer);
      layers.set(page, layer);
    }
    const { offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height } = page.canvas;
    Object.assign(layer.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    layer.style.display = page.turn === page.of.rotate ? "" : "none";
    layer.replaceChildren(...notes.filter((note) => note.page === k + 1 && note.area).map((note) => rect(note.area)));
  }
}

function rect([x, y, width, height]) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ x, y, width, height })) made.setAttribute(name, value);
  return made;
}

function begin(event, layer, page) {
  if (pen.getAttribute("aria-pressed") !== "true") return;
  event.preventDefault();
  layer.setPointerCapture(event.pointerId);
  const box = layer.getBoundingClientRect();
  const at = (one) => [(one.clientX - box.left) / box.width, (one.clientY - box.top) / box.height];
  const from = at(event);
  const drawn = layer.appendChild(rect([...from, 0, 0]));
  const area = (one) => {
    const to = at(one).map((share) => Math.min(Math.max(share, 0), 1));
    const [x, y] = [Math.min(from[0], to[0]), Math.min(from[1], to[1])];
    return [x, y, Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])].map(round);
  };
  const move = (one) => ["x", "y", "width", "height"].forEach((name, k) => drawn.setAttribute(name, area(one)[k]));
  layer.addEventListener("pointermove", move);
  layer.addEventListener(
    "pointerup",
    (one) => {
      layer.removeEventListener("pointermove", move);
      const made = area(one);
      drawn.remove();
      if (made[2] * made[3] > 1e-5) add({ page, area: made, text: "" });
    },
    { once: true },
  );
}

function add(note) {
  notes.push(note);
  told();
  changed();
  list.lastElementChild.querySelector("textarea").focus({ preventScroll: Boolean(note.area) });
}

function press() {
  const on = pen.getAttribute("aria-pressed") !== "true";
  pen.setAttribute("aria-pressed", on);
  viewer.classList.toggle("desk-marking", on);
}

reader.addEventListener("laid", (event) => ((shown = event.detail), lay()));
pen.addEventListener("click", press);
reader.addEventListener("keydown", (event) => {
  if (event.key === "h" && !event.ctrlKey && !event.altKey && !event.metaKey && !event.target.closest("input, select, textarea, dialog")) press();
});
section.querySelector("[data-add]").addEventListener("click", () => add({ page: (shown?.pages.length ? shown.current() : 0) + 1, area: null, text: "" }));
addEventListener("pagehide", () => waiting && keep());

const answer = await fetch(section.dataset.notes);
if (answer.ok) notes = (await answer.json()).notes;
told();
