// Words that were written without a network: they lie in this browser until the server has taken
// them as a draft, which pages try when they are opened and when there is a network again.
"use strict";

window.keptWords = (() => {
  const NAME = "minsheng-offline-draft";
  let sending = false;

  function known() {
    return JSON.parse(localStorage.getItem(NAME) ?? "{}");
  }

  function keep(typed) {
    if (!Object.values(typed).some((value) => value.trim())) return forget();
    // The same key each time it is sent, so that what was sent twice becomes one draft.
    const key = known().key ?? crypto.randomUUID();
    return localStorage.setItem(NAME, JSON.stringify({ key, typed }));
  }

  function forget() {
    localStorage.removeItem(NAME);
  }

  // Where to go on, or why it was refused; null where nothing waits. Fails without a network.
  async function send() {
    const { key, typed } = known();
    if (!typed || sending) return null;
    sending = true;
    try {
      // The page may be nobody's; the token that proves the form is of a fresh one.
      const fresh = new DOMParser().parseFromString(await (await fetch("/bring")).text(), "text/html");
      const body = new URLSearchParams({ ...typed, key });
      body.set("csrf_token", fresh.querySelector("meta[name=csrf-token]").content);
      const answer = await fetch("/bring/from-device", { method: "POST", body });
      const told = await answer.json();
      if (answer.ok) forget();
      return told;
    } finally {
      sending = false;
    }
  }

  return { known, keep, forget, send };
})();
