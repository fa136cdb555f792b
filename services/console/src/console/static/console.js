// Small things that a page does itself: what was typed stays, what needs looking at gets the focus.
"use strict";

(() => {
  const PREFIX = "typed:";

  // What is typed into a form with data-keep stays in this tab until it was sent and taken.
  function keep(form) {
    const name = PREFIX + form.dataset.keep;
    const known = sessionStorage.getItem(name);
    if (known && !form.dataset.kept) restore(form, JSON.parse(known));
    form.addEventListener("input", () => sessionStorage.setItem(name, JSON.stringify(typed(form))));
    form.addEventListener("submit", () => sessionStorage.setItem("sent", name));
  }

  function fields(form) {
    return Array.from(form.elements).filter(
      (one) => one.name && !["hidden", "password", "file", "submit"].includes(one.type));
  }

  function typed(form) {
    return fields(form).map((one) => [one.name, one.value, one.checked ?? null,
      one.multiple ? Array.from(one.selectedOptions, (option) => option.value) : null]);
  }

  function restore(form, values) {
    const found = fields(form);
    for (const [at, [name, value, checked, several]] of values.entries()) {
      const one = found[at] && found[at].name === name ? found[at] : form.elements[name];
      if (!one || one instanceof RadioNodeList) continue;
      if (several) Array.from(one.options).forEach((option) => { option.selected = several.includes(option.value); });
      else if (one.type === "checkbox" || one.type === "radio") one.checked = checked;
      else one.value = value;
    }
  }

  // A page that says "done" means that what was sent last is taken.
  function forgetSent() {
    const sent = sessionStorage.getItem("sent");
    if (sent && document.querySelector("[data-done]")) {
      sessionStorage.removeItem(sent);
      sessionStorage.removeItem("sent");
    }
  }

  function begin(root) {
    root.querySelectorAll("form[data-keep]").forEach(keep);
    const first = root.querySelector("[data-focus]");
    if (first) first.focus();
  }

  document.addEventListener("DOMContentLoaded", () => {
    forgetSent();
    begin(document);
  });
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) begin(event.detail.elt);
  });
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
  });
  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sending) event.preventDefault();
    form.dataset.sending = "1";
    setTimeout(() => delete form.dataset.sending, 4000);
  });
})();
