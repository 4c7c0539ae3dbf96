// Copies that were annotated offline, files of a dossier: each goes to the desk by itself, and the page says what
// became of it; then the parts of the page that it changes are renewed.
const zone = document.querySelector("[data-documents]");

if (zone) {
  const chooser = zone.querySelector("input");
  const said = zone.querySelector("[data-said]");
  const token = document.body.dataset.formToken;

  const tell = (name, words, kind) => {
    const item = document.createElement("li");
    const called = document.createElement("b");
    called.textContent = name;
    item.append(called, ` : ${words}`);
    item.className = kind;
    said.append(item);
    return item;
  };

  const send = async (file) => {
    const waiting = tell(file.name, "envoi et vérification…", "");
    let answer;
    try {
      answer = await fetch(zone.dataset.documents, {
        method: "POST",
        headers: {
          "X-Form-Token": token,
          "X-File-Name": encodeURIComponent(file.name.slice(-80)),
          "Content-Type": "application/octet-stream",
          ...(zone.dataset.candidate && { "X-Candidate-Number": zone.dataset.candidate }),
        },
        body: file,
      });
    } catch {
      waiting.remove();
      return tell(file.name, "pas de réponse\u00a0: envoyez-le de nouveau.", "desk-wrong");
    }
    if (answer.status === 401) return location.assign("/connexion");
    if (answer.status === 403) return location.reload();
    const found = await answer.json();
    waiting.remove();
    if (!answer.ok) return tell(file.name, found.detail, "desk-wrong");
    for (const one of found) tell(one.name, one.message, one.taken ? "" : "desk-wrong");
  };

  const sendAll = async (files) => {
    said.replaceChildren();
    chooser.disabled = true;
    for (const file of files) await send(file);
    chooser.disabled = false;
    chooser.value = "";
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    for (const id of zone.dataset.renews.split(" "))
      document.getElementById(id).replaceWith(page.getElementById(id));
  };

  chooser.addEventListener("change", () => sendAll([...chooser.files]));
  for (const kind of ["dragover", "dragleave", "drop"])
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("is-over", kind === "dragover");
      if (kind === "drop") sendAll([...event.dataTransfer.files]);
    });
}
