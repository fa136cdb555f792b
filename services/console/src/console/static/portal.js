// What the citizens' pages do by themselves. Everything but saving while typing, previews and the
// installed portal works without it.
"use strict";

(() => {
  const AFTER_MS = 1500;

  // What is typed goes to the server a moment after the last key; a button pressed meanwhile waits.
  function saveWhileTyping(form) {
    const said = document.getElementById("saved");
    let timer = null, running = null;
    async function save() {
      timer = null;
      const body = new URLSearchParams(new FormData(form));
      body.set("do", "keep");
      try {
        const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
        const told = await answer.json();
        if (answer.ok) {
          form.elements.version.value = told.version;
          said.textContent = `${said.dataset.saved} ${told.at}`;
        } else {
          said.textContent = told.stale ? said.dataset.stale : "";
        }
      } catch {
        said.textContent = navigator.onLine ? "" : said.dataset.away;
      }
    }
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { running = save().finally(() => { running = null; }); }, AFTER_MS);
    });
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (!running) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      running.then(() => form.requestSubmit(event.submitter));
    }, true);
  }

  // Chosen pictures are shown before they are sent.
  function preview(input) {
    const list = document.querySelector(input.dataset.preview);
    input.addEventListener("change", () => {
      list.replaceChildren(...Array.from(input.files, (file) => {
        const item = document.createElement("li");
        if (file.type.startsWith("image/")) {
          const picture = document.createElement("img");
          picture.alt = "";
          picture.src = URL.createObjectURL(file);
          picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
          item.append(picture);
        }
        item.append(file.name);
        return item;
      }));
    });
  }

  // A part of a form that matters for one choice only, such as identity=named.
  function showWhen(part) {
    const [name, value] = part.dataset.when.split("=");
    const form = part.closest("form");
    const look = () => { part.hidden = form.elements[name].value !== value; };
    form.addEventListener("change", look);
    look();
  }

  // A place that is chosen by its name completes what was typed of it.
  function completePlace({ target }) {
    const picked = target.dataset.place, typed = document.getElementById("field-place");
    if (picked && typed && picked.startsWith(typed.value.trim())) typed.value = picked;
  }

  // What the server has taken need not be kept in this tab.
  function forget(mark) {
    const name = `typed:${mark.dataset.taken}`;
    sessionStorage.removeItem(name);
    if (sessionStorage.getItem("sent") === name) sessionStorage.removeItem("sent");
  }

  function copy(button) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.querySelector("span").textContent = button.dataset.copied;
    });
  }

  function print(button) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  function note(text, link, title) {
    const said = document.createElement("p"), there = document.createElement("a");
    said.className = "alert alert-info";
    there.href = link;
    there.textContent = title;
    said.append(text, there);
    document.getElementById("messages").append(said);
  }

  // Words that were written without a network become a draft at the next page that has one; while
  // another draft is being filled in, they wait.
  async function sendKept() {
    const words = document.getElementById("kept-words").dataset;
    if (location.pathname === "/offline" || !navigator.onLine || !keptWords.known().typed) return;
    if (location.pathname.startsWith("/bring/")) {
      note(words.there, "/offline", words.goOn);
      return;
    }
    try {
      const told = await keptWords.send();
      if (told?.next) note(words.sent, told.next, words.check);
      else if (told) note(words.there, "/offline", words.goOn);
    } catch {
      // Without a network after all: they stay where they are.
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-taken]").forEach(forget);
    document.querySelectorAll("form[data-autosave]").forEach(saveWhileTyping);
    document.querySelectorAll("[data-preview]").forEach(preview);
    document.querySelectorAll("[data-when]").forEach(showWhen);
    document.querySelectorAll("[data-copy]").forEach(copy);
    document.querySelectorAll("[data-print]").forEach(print);
    document.addEventListener("change", completePlace);
    sendKept();
    if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js");
  });
})();
