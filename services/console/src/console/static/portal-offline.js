// The page for times without a network: what is typed stays in this browser, and goes to the
// server as a draft as soon as there is a network again; then this browser forgets it.
"use strict";

(() => {
  const form = document.getElementById("offline-form");
  const said = document.getElementById("saved");
  const AGAIN_MS = 5000;

  function fields() {
    return Array.from(form.elements).filter((one) => one.name);
  }

  function keep() {
    const typed = {};
    for (const one of fields()) if (one.type !== "radio" || one.checked) typed[one.name] = one.value;
    keptWords.keep(typed);
  }

  function restore() {
    const { typed = {} } = keptWords.known();
    for (const one of fields()) {
      if (one.type === "radio") one.checked = typed[one.name] === one.value;
      else one.value = typed[one.name] ?? "";
    }
    form.dispatchEvent(new Event("change"));
  }

  async function send() {
    if (!keptWords.known().typed) return;
    if (!navigator.onLine) {
      said.textContent = said.dataset.waiting;
      return;
    }
    said.textContent = said.dataset.sending;
    try {
      const told = await keptWords.send();
      if (told?.next) location.assign(told.next);
      else if (told) said.textContent = told.reason;
    } catch {
      // A device says that it is online before it is.
      said.textContent = said.dataset.failed;
      setTimeout(send, AGAIN_MS);
    }
  }

  restore();
  document.getElementById("typed-before").hidden =
    !Object.keys(sessionStorage).some((name) => name.startsWith("typed:"));
  form.addEventListener("input", () => { keep(); said.textContent = said.dataset.kept; });
  form.addEventListener("submit", (event) => { event.preventDefault(); keep(); send(); });
  document.getElementById("offline-drop").addEventListener("click", () => {
    keptWords.forget();
    restore();
    said.textContent = said.dataset.dropped;
  });
  window.addEventListener("online", send);
  send();
})();
