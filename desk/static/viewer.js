// The copy, page by page. Scripts in the PDF never run, and nothing of it is fetched from elsewhere.
import { GlobalWorkerOptions, getDocument } from "/static/vendor/pdfjs/pdf.min.mjs";

GlobalWorkerOptions.workerSrc = "/static/vendor/pdfjs/pdf.worker.min.mjs";
const reader = document.querySelector("[data-reader]");
const viewer = reader.querySelector("[data-pdf]");
const thumbs = reader.querySelector(".desk-thumbs");
const field = reader.querySelector("[data-page]");
const zoom = reader.querySelector("[data-zoom]");
const DRAWN = 1600, FINEST = 3200, A4 = 794; // pixels: of a page as it is drawn, at most, and of a sheet at 100 %
const pages = [];

// Pages lie in the frame as wide as was asked for, and are drawn finer when that is more than they show.
async function draw(page, width) {
  const { width: own } = page.of.getViewport({ scale: 1, rotation: page.turn });
  const viewport = page.of.getViewport({ scale: width / own, rotation: page.turn });
  await (page.drawing ??= Promise.resolve());
  page.drawing = (async () => {
    const fresh = Object.assign(document.createElement("canvas"), { width: viewport.width, height: viewport.height });
    await page.of.render({ canvas: fresh, viewport }).promise;
    Object.assign(page.canvas, { width: fresh.width, height: fresh.height });
    page.canvas.getContext("2d").drawImage(fresh, 0, 0);
    const small = page.thumb.firstElementChild;
    Object.assign(small, { width: 120, height: Math.round((120 * fresh.height) / fresh.width) });
    small.getContext("2d").drawImage(fresh, 0, 0, small.width, small.height);
  })();
  await page.drawing;
}

function lay() {
  const [wide, high] = [viewer.clientWidth - 20, viewer.clientHeight - 20];
  for (const page of pages) {
    const ratio = page.canvas.width / page.canvas.height;
    const width =
      zoom.value === "width" ? wide : zoom.value === "page" ? Math.min(wide, high * ratio) : (A4 * zoom.value) / 100;
    page.canvas.style.width = `${Math.floor(width)}px`;
  }
  reader.dispatchEvent(new CustomEvent("laid", { detail: { pages, current } }));
}

async function fit(keep = current()) {
  lay();
  go(keep, true);
  const page = pages[keep];
  const wanted = Math.min(FINEST, Math.ceil(parseFloat(page.canvas.style.width) * devicePixelRatio));
  if (wanted > Math.max(DRAWN, page.canvas.width)) {
    await draw(page, wanted);
    lay();
  }
}

function current() {
  const middle = viewer.scrollTop + viewer.clientHeight / 3;
  const after = pages.findIndex((page) => page.canvas.offsetTop > middle);
  return (after < 0 ? pages.length : Math.max(after, 1)) - 1;
}

function go(k, quietly = false) {
  const page = pages[Math.min(Math.max(k, 0), pages.length - 1)];
  viewer.scrollTop = page.canvas.offsetTop - 8;
  tell(pages.indexOf(page));
  if (!quietly) reader.querySelector("[data-said]").textContent = `Page ${pages.indexOf(page) + 1} sur ${pages.length}`;
}

function tell(k) {
  if (document.activeElement !== field) field.value = k + 1;
  for (const [n, page] of pages.entries()) page.thumb.toggleAttribute("aria-current", n === k);
}

function step(way) {
  const options = [...zoom.options].map((option) => option.value).filter(Number);
  const shown = (100 * parseFloat(pages[current()].canvas.style.width)) / A4;
  const next = way > 0 ? options.find((share) => share > shown + 1) : options.findLast((share) => share < shown - 1);
  zoom.value = next ?? zoom.value;
  fit();
}

const ACTS = {
  back: () => go(current() - 1),
  forth: () => go(current() + 1),
  smaller: () => step(-1),
  larger: () => step(1),
  turn: async () => {
    const k = current();
    pages[k].turn = (pages[k].turn + 90) % 360;
    await draw(pages[k], DRAWN);
    fit(k);
  },
  thumbs: () => {
    const k = current();
    thumbs.hidden = !thumbs.hidden;
    fit(k);
  },
  full: () => (document.fullscreenElement ? document.exitFullscreen() : reader.requestFullscreen()),
  print: () => print(),
  width: () => ((zoom.value = "width"), fit()),
  page: () => ((zoom.value = "page"), fit()),
  order: () => {
    const dialog = document.querySelector("[data-order]");
    for (const item of dialog.querySelectorAll("li")) {
      const [small, shown] = [pages[item.dataset.page - 1]?.thumb.firstElementChild, item.querySelector("canvas")];
      if (!small) continue;
      Object.assign(shown, { width: small.width, height: small.height });
      shown.getContext("2d").drawImage(small, 0, 0);
    }
    dialog.showModal();
  },
  report: () => {
    const dialog = document.querySelector("[data-report]");
    const said = dialog.querySelector("textarea");
    said.value ||= `Page ${current() + 1} : `;
    if (!dialog.open) dialog.showModal();
  },
};
const KEYS = {
  ArrowLeft: "back", ArrowRight: "forth", "-": "smaller", "+": "larger", "=": "larger",
  0: "width", 1: "page", r: "turn", v: "thumbs", f: "full", s: "report",
};

reader.addEventListener("click", (event) => {
  const act = event.target.closest("[data-do]")?.dataset.do;
  if (act && pages.length) ACTS[act]();
});
reader.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea, dialog")) return;
  const link = reader.querySelector(`a[aria-keyshortcuts="${CSS.escape(event.key)}"]`);
  const act = KEYS[event.key];
  if (!link && (!act || !pages.length || (act === "report" && !reader.querySelector("[data-do=report]")))) return;
  event.preventDefault();
  if (link) link.click();
  else ACTS[act]();
});
field.addEventListener("change", () => go(field.value - 1));
zoom.addEventListener("change", () => fit());
viewer.addEventListener("scroll", () => pages.length && tell(current()));
addEventListener("resize", () => pages.length && fit());

try {
  const pdf = await getDocument({ url: viewer.dataset.pdf, isEvalSupported: false }).promise;
  viewer.replaceChildren();
  reader.querySelector("[data-count]").textContent = field.max = pdf.numPages;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Page ${number} sur ${pdf.numPages}`);
    const thumb = document.createElement("button");
    thumb.type = "button";
    thumb.append(document.createElement("canvas"), `page ${number}`);
    const page = { of: await pdf.getPage(number), canvas, thumb, turn: 0 };
    page.turn = page.of.rotate;
    thumb.addEventListener("click", () => go(pages.indexOf(page)));
    viewer.append(canvas);
    thumbs.append(thumb);
    await draw(page, DRAWN);
    pages.push(page);
    lay();
    if (number === 1 && !document.querySelector("[data-slip]")) {
      viewer.focus({ preventScroll: true });
      document.querySelector("h1").scrollIntoView(); // its whole frame is in view
    }
  }
  tell(current());
  viewer.dataset.ready = pdf.numPages;
} catch {
  viewer.textContent = "La copie ne s’ouvre pas ici\u00a0: téléchargez-la, et signalez-la si elle ne s’ouvre pas non plus.";
}
