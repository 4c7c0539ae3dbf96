// One key for each answer, while the focus is among them.
const answers = document.querySelector("[data-keys]");
answers?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  answers.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
});
