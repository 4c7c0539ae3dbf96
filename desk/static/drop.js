// Scans go from here straight into the store, in parts. The queue lives in the browser's own database: a broken
// line, a closed page or a night only make it wait.
const zone = document.querySelector("[data-drop]");
const shown = zone.querySelector(".desk-queue");
const base = zone.dataset.drop;
const token = document.body.dataset.formToken;

const database = new Promise((resolve, reject) => {
  const opening = indexedDB.open("massicot", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("drops", { keyPath: "id", autoIncrement: true });
  opening.onsuccess = () => resolve(opening.result);
  opening.onerror = () => reject(opening.error);
});

async function stored(mode, act) {
  const store = (await database).transaction("drops", mode).objectStore("drops");
  return new Promise((resolve, reject) => {
    const asked = act(store);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function ask(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: { "X-Form-Token": token, ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
  if (answer.status === 401 || answer.redirected) location.assign("/connexion");
  if (answer.status === 403) location.reload(); // somebody signed in anew: the queue is kept
  if (!answer.ok) throw Object.assign(new Error(answer.statusText), { status: answer.status });
  return answer.json();
}

// One part into the store; `moved` is told how many bytes have left.
function put(address, part, moved) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => moved(event.loaded);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error("the store refused a part")));
    request.onerror = () => reject(new Error("no line"));
    request.open("PUT", address);
    request.send(part);
  });
}

function line(drop) {
  let item = shown.querySelector(`[data-id="${drop.id}"]`);
  if (!item) {
    item = document.createElement("li");
    item.dataset.id = drop.id;
    item.innerHTML = '<span class="name"></span><progress max="100"></progress><span class="said"></span>';
    item.querySelector(".name").textContent = drop.shown;
    item.querySelector("progress").setAttribute("aria-label", `Dépôt de ${drop.shown}`);
    shown.append(item);
  }
  return item;
}

function say(drop, share, words) {
  const item = line(drop);
  item.querySelector("progress").value = Math.round(100 * share);
  item.querySelector(".said").textContent = words;
}

async function send(drop) {
  say(drop, 0, "en cours…");
  if (!drop.upload) {
    Object.assign(drop, await ask("POST", drop.base, { name: drop.name, size: drop.file.size, again: drop.again }));
    await stored("readwrite", (drops) => drops.put(drop));
  }
  const path = `${drop.base}/${drop.upload}`;
  const { done, parts } = await ask("GET", path);
  const count = Math.ceil(drop.file.size / drop.part);
  let there = (count - Object.keys(parts).length) * drop.part;
  for (const [number, address] of Object.entries(parts)) {
    const from = (number - 1) * drop.part;
    const part = drop.file.slice(from, from + drop.part);
    await put(address, part, (loaded) => say(drop, (there + loaded) / drop.file.size, "en cours…"));
    there += part.size;
  }
  if (!done) await ask("POST", `${path}/end`);
  say(drop, 1, "déposé, lecture en cours");
  await stored("readwrite", (drops) => drops.delete(drop.id));
  document.getElementById("etat")?.dispatchEvent(new Event("dropped"));
  setTimeout(() => line(drop).remove(), 20000);
}

let sending = null;

async function sendAll() {
  let wait = 2000;
  for (;;) {
    const [drop] = (await stored("readonly", (drops) => drops.getAll())).filter((one) => one.base === base);
    if (!drop) return;
    try {
      await send(drop);
      wait = 2000;
    } catch (error) {
      if (error.status === 410) {
        delete drop.upload; // the store has let go of it: from the beginning
        await stored("readwrite", (drops) => drops.put(drop));
        continue;
      }
      if (error.status === 404 || error.status === 422 || (error.status === 409 && !drop.upload)) {
        const why = drop.file.size ? "ne peut pas être déposé ici" : "est vide, numérisez de nouveau la pile";
        say(drop, 0, `refusé\u00a0: ce fichier ${why}`);
        await stored("readwrite", (drops) => drops.delete(drop.id));
        continue;
      }
      say(drop, 0, "pas de réponse\u00a0: nouvel essai dans un instant, rien n’est perdu");
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(2 * wait, 30000);
    }
  }
}

function go() {
  sending ??= sendAll().finally(() => (sending = null));
}

let again = null; // the copy whose new scan is being chosen

async function add(files) {
  const { position: rank, copy } = again ?? zone.dataset;
  const of = copy ? ` (reprise de la ${rank}${rank === "1" ? "re" : "e"} copie)` : "";
  again = null;
  for (const file of files) {
    const drop = { base, name: file.name, shown: file.name + of, file, again: copy };
    drop.id = await stored("readwrite", (drops) => drops.add(drop));
    say(drop, 0, "en attente");
  }
  go();
}

const chooser = zone.querySelector("input");
chooser.addEventListener("change", () => {
  add([...chooser.files]);
  chooser.value = "";
});
chooser.addEventListener("cancel", () => (again = null));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-again]");
  if (button) {
    again = button.dataset;
    chooser.click();
  } else if (event.target.closest(".desk-pick")) again = null;
});
for (const kind of ["dragover", "dragleave", "drop"])
  zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.toggle("is-over", kind === "dragover");
    if (kind === "drop") add([...event.dataTransfer.files]);
  });
addEventListener("online", go);
for (const drop of await stored("readonly", (drops) => drops.getAll()))
  if (drop.base === base) say(drop, 0, "en attente");
go();
