// Pages put in order by drag or by their buttons.
const form = document.querySelector("[data-arrange]");
const inside = form.querySelector("[data-in]");
const outside = form.querySelector("[data-out]");
const pages = () => [...inside.children].map((item) => item.dataset.page).join();
const before = pages();

function settle(item, words) {
  const taken = item.parentElement === inside;
  item.querySelector("input").disabled = !taken;
  item.querySelector('[data-move="out"]')?.toggleAttribute("hidden", !taken);
  item.querySelector('[data-move="in"]')?.toggleAttribute("hidden", taken);
  form.querySelector("[data-save]").hidden = pages() === before || !inside.children.length;
  form.querySelector("[data-said]").textContent = words;
}

function place(item) {
  const rank = [...inside.children].indexOf(item) + 1;
  return rank ? `Page ${item.dataset.page} : ${rank} sur ${inside.children.length}` : `Page ${item.dataset.page} écartée`;
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const item = button.closest("li"), way = button.dataset.move;
  if (way === "-1") item.previousElementSibling?.before(item);
  else if (way === "1") item.nextElementSibling?.after(item);
  else (way === "in" ? inside : outside).append(item);
  settle(item, place(item));
  (button.hidden ? item.querySelector("button:not([hidden])") : button).focus();
});

let held = null;
for (const kind of ["dragstart", "dragover", "drop", "dragend"])
  form.addEventListener(kind, (event) => {
    if (kind === "dragstart") held = event.target.closest("li");
    if (!held) return;
    const list = event.target.closest?.("[data-in], [data-out]");
    if (kind === "dragover" && list) {
      event.preventDefault();
      const over = event.target.closest("li");
      const box = over?.getBoundingClientRect();
      if (!over) list.append(held);
      else if (over !== held) over[event.clientX < box.left + box.width / 2 ? "before" : "after"](held);
    }
    if (kind === "drop") event.preventDefault();
    if (kind === "dragend") {
      settle(held, place(held));
      held = null;
    }
  });
