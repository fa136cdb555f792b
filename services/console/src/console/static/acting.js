// Fields that only some choices of another field need are shown with those choices alone.
"use strict";

(() => {
  function chosen(form, name) {
    const field = form.elements[name];
    return field ? field.value : "";
  }

  function show(form) {
    form.querySelectorAll("[data-needed-by]").forEach((part) => {
      const value = chosen(form, part.dataset.neededBy);
      const needed = part.dataset.neededFor.split(" ").includes(value);
      part.hidden = value !== "" && !needed;
      part.querySelectorAll("input, select, textarea").forEach((one) => { one.disabled = part.hidden; });
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("form").forEach((form) => {
      if (!form.querySelector("[data-needed-by]")) return;
      form.addEventListener("change", () => show(form));
      show(form);
    });
  });
})();
