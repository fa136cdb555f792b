// Forms of registration: rows of people that grow, places that are picked, pages that are printed.
"use strict";

(() => {
  const rowsIn = (list) => Array.from(list.querySelectorAll(":scope > [data-row]"));
  const place = (row) => Number(row.querySelector("[name]").name.split(".")[1]);

  function add(list, focus) {
    const taken = rowsIn(list).map(place);
    const at = Array.from({ length: Number(list.dataset.most) }, (_, one) => one)
      .find((one) => !taken.includes(one));
    if (at === undefined) return;
    const template = list.querySelector("template");
    const made = document.createElement("div");
    made.innerHTML = template.innerHTML.replaceAll("__at__", String(at));
    const row = made.firstElementChild;
    list.insertBefore(row, template);
    if (focus) row.querySelector("input").focus();
  }

  // Rows that were typed into before come back, so that what was typed has a place to go.
  function addKept(form) {
    const known = JSON.parse(sessionStorage.getItem(`typed:${form.dataset.keep}`) || "[]");
    for (const list of form.querySelectorAll("[data-rows]")) {
      const wanted = new Set(known.map(([name]) => name)
        .filter((name) => name.startsWith(`${list.dataset.rows}.`)).map((name) => name.split(".")[1]));
      while (rowsIn(list).length < Math.min(wanted.size, Number(list.dataset.most))) add(list, false);
    }
  }

  document.querySelectorAll("form[data-keep]").forEach(addKept);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add], [data-remove], [data-print]");
    if (!button) return;
    if ("print" in button.dataset) window.print();
    else if ("add" in button.dataset) {
      add(button.closest("form").querySelector(`[data-rows="${button.dataset.add}"]`), true);
    } else {
      const form = button.closest("form");
      button.closest("[data-row]").remove();
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  document.addEventListener("change", (event) => {
    const picked = event.target.dataset.place;
    const typed = document.getElementById("field-place");
    if (picked && typed && picked.startsWith(typed.value.trim())) typed.value = picked;
  });
})();
