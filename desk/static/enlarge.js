// A page opened large, over its own page; left and right go through the others.
const large = document.querySelector("dialog.desk-large");
const seen = large.querySelector("img");
const links = [...document.querySelectorAll("[data-enlarge]")];
let rank = 0;

function show(k) {
  rank = (k + links.length) % links.length;
  seen.src = links[rank].href;
  seen.alt = links[rank].querySelector("img").alt.replace(", agrandir", "");
}

for (const [k, link] of links.entries())
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    show(k);
    large.showModal();
  });
large.addEventListener("keydown", (event) => {
  if (event.key === "ArrowRight") show(rank + 1);
  if (event.key === "ArrowLeft") show(rank - 1);
});
