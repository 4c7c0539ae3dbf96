// A frame drawn over a page says what of it is to be hidden, in hundredths of its sides.
const sheet = document.querySelector("[data-hide]");
const where = document.querySelector("[data-where]");
const frame = sheet.appendChild(document.createElement("span"));
let from = null;

function share(event) {
  const box = sheet.getBoundingClientRect();
  const within = (at, start, side) => Math.min(Math.max((100 * (at - start)) / side, 0), 100);
  return [within(event.clientX, box.left, box.width), within(event.clientY, box.top, box.height)];
}

function show() {
  for (const name of ["left", "top", "width", "height"]) frame.style[name] = `${where.elements[name].value || 0}%`;
}

sheet.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  sheet.setPointerCapture(event.pointerId);
  from = share(event);
});
sheet.addEventListener("pointermove", (event) => {
  if (!from) return;
  const to = share(event);
  const [left, top] = [0, 1].map((k) => Math.min(from[k], to[k]));
  const [width, height] = [0, 1].map((k) => Math.abs(from[k] - to[k]));
  for (const [name, value] of Object.entries({ left, top, width, height })) where.elements[name].value = value.toFixed(1);
  show();
});
sheet.addEventListener("pointerup", () => (from = null));
where.addEventListener("input", show);
