// The countdown to a deadline, by the centre's own clock.
function left(until) {
  const minutes = Math.floor((until - Date.now()) / 60000);
  if (minutes < 0) return "L’heure limite est passée\u00a0: déposez tout de même, et prévenez le service.";
  const days = Math.floor(minutes / 1440), hours = Math.floor((minutes % 1440) / 60);
  const rest = days ? `${days} j ${hours} h` : hours ? `${hours} h ${minutes % 60} min`
    : minutes ? `${minutes} min` : "moins d’une minute";
  return `Il reste ${rest}.`;
}

function tick() {
  for (const due of document.querySelectorAll("[data-until]"))
    due.querySelector("[data-countdown]").textContent = left(Date.parse(due.dataset.until));
}

tick();
setInterval(tick, 15000);

for (const place of document.querySelectorAll(".desk-upload"))
  place.querySelector("input").addEventListener("change", (event) => {
    const names = [...event.target.files].map((file) => file.name).join(", ");
    place.querySelector("[data-chosen]").textContent = names || "Aucun fichier choisi";
  });

// A list chosen as a file is sent as the text that it is: UTF-8, or what Excel writes in France. What is no
// text is refused as a list, since no form holds its zeros.
for (const form of document.querySelectorAll("[data-file-form]"))
  form.querySelector("input[type=file]").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    let text = await file.text();
    if (text.includes("\ufffd")) text = new TextDecoder("windows-1252").decode(await file.arrayBuffer());
    form.elements.table.value = text.replaceAll("\0", "");
    form.submit();
  });

// On a narrow screen the menu is one line: where one is, is in view.
const here = document.querySelector(".desk-nav [aria-current]");
if (here) here.closest("ul").scrollLeft = here.offsetLeft - 32;

document.querySelector("[data-print]")?.addEventListener("click", () => print());

// A form that was shown again stands at its page's own address, and says first what is wrong.
const slip = document.querySelector("[data-slip]");
if (slip) {
  history.replaceState(null, "", slip.dataset.slip);
  slip.focus({ preventScroll: true });
  slip.scrollIntoView({ block: "center" });
}
