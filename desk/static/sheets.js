// Sheets that came back signed: the scan goes to the desk, which reads it. Of panels' the sorted files come back
// as one archive; of an attendance list its page says what was read.
const zone = document.querySelector("[data-sheets]");

if (zone) {
  const chooser = zone.querySelector("input");
  const said = zone.querySelector("[data-said]");

  const send = async (file) => {
    said.textContent = "Envoi et lecture des feuilles…";
    let answer;
    try {
      answer = await fetch(zone.dataset.sheets, {
        method: "POST",
        headers: {
          "X-Form-Token": document.body.dataset.formToken,
          "Content-Type": "application/octet-stream",
        },
        body: file,
      });
    } catch {
      said.textContent = "Pas de réponse : envoyez-le de nouveau.";
      return;
    }
    if (answer.status === 401) return location.assign("/connexion");
    if (answer.status === 403) return location.reload();
    if (!answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const why = page.querySelector("[role=alert], .fr-alert, main p");
      said.textContent = why ? why.textContent.trim() : "Ce fichier n’a pas pu être lu.";
      return;
    }
    if (zone.dataset.then) return location.assign(zone.dataset.then);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = zone.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
    said.textContent = "Les feuilles sont triées : lisez « a-lire.txt » dans l’archive.";
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    document.getElementById("back").replaceWith(page.getElementById("back"));
  };

  chooser.addEventListener("change", async () => {
    chooser.disabled = true;
    await send(chooser.files[0]);
    chooser.disabled = false;
    chooser.value = "";
  });
}
