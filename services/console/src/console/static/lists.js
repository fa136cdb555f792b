// Lists of cases: rows are chosen, views are kept by name, a table that is being made says so.
"use strict";

(() => {
  function choosing(form) {
    const rows = Array.from(form.querySelectorAll("[name=chosen]"));
    const all = form.querySelector("[data-choose-all]");
    const said = form.querySelector("[data-chosen-count]");
    const button = form.querySelector(".choosing button");
    const count = () => {
      const chosen = rows.filter((one) => one.checked).length;
      button.disabled = chosen === 0;
      said.textContent = chosen ? said.dataset.chosenSaid.replace("{}", chosen) : "";
      all.checked = chosen === rows.length;
      all.indeterminate = chosen > 0 && chosen < rows.length;
    };
    all.addEventListener("change", () => {
      rows.forEach((one) => { one.checked = all.checked; });
      count();
    });
    form.addEventListener("change", count);
    count();
  }

  // Views hold filters by their codes, never words of a title or a person: they stay in this
  // browser for this account, since the services keep nobody's habits.
  function views(box) {
    const place = `views:${box.dataset.views}`;
    const read = () => JSON.parse(localStorage.getItem(place) || "[]");
    const write = (kept) => { localStorage.setItem(place, JSON.stringify(kept)); draw(); };
    const list = box.querySelector("[data-views-list]");
    const draw = () => {
      list.replaceChildren(...read().map(({ name, query }) => {
        const chip = document.createElement("span");
        chip.className = "view";
        const link = document.createElement("a");
        link.href = `/office/cases?${query}`;
        link.textContent = name;
        const remove = document.createElement("button");
        remove.type = "button";
        remove.className = "btn-close";
        remove.setAttribute("aria-label", list.dataset.viewsRemove.replace("{}", name));
        remove.addEventListener("click", () => write(read().filter((one) => one.name !== name)));
        chip.append(link, remove);
        return chip;
      }));
      box.hidden = !list.childElementCount && !save;
    };
    const save = box.querySelector("[data-views-save]");
    const typed = box.querySelector("input");
    const keep = () => {
      const name = typed.value.trim();
      if (!name) { typed.focus(); return; }
      typed.value = "";
      write([...read().filter((one) => one.name !== name), { name, query: box.dataset.viewsNow }]);
    };
    if (save) {
      save.addEventListener("click", keep);
      typed.addEventListener("keydown", (event) => {
        if (event.key === "Enter") { event.preventDefault(); keep(); }
      });
    }
    draw();
  }

  // The tab of a table closes by itself once the table comes; it stays where a page, the server's
  // or the browser's own, says what went wrong.
  function stopped(tab) {
    try {
      return tab.closed || (tab.location.href !== "about:blank" && tab.document.readyState === "complete");
    } catch {
      return true;
    }
  }

  // The table comes in a tab of its own, so that this page can be left; a cookie says it came, also
  // to whoever has left this page and is back.
  function exporting(box) {
    const status = document.querySelector("[data-exports-status]");
    const place = "exporting", mostMs = 180_000;
    function watch(mark, since, tab) {
      let missing = 0;
      status.textContent = box.dataset.exportsBusy;
      const watching = setInterval(() => {
        const came = document.cookie.includes(`exported-${mark}=`);
        missing = (tab ? stopped(tab) : Date.now() - since > mostMs) ? missing + 1 : 0;
        if (!came && missing < 2) return;
        clearInterval(watching);
        sessionStorage.removeItem(place);
        status.textContent = came ? box.dataset.exportsDone : box.dataset.exportsFailed;
      }, 500);
    }
    box.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link) return;
      event.preventDefault();
      const mark = Math.random().toString(36).slice(2, 12);
      const address = new URL(link.href);
      address.searchParams.set("mark", mark);
      sessionStorage.setItem(place, JSON.stringify([mark, Date.now()]));
      watch(mark, Date.now(), window.open(address));
    });
    const kept = JSON.parse(sessionStorage.getItem(place) || "null");
    if (kept) watch(...kept, null);
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-choosing]").forEach(choosing);
    document.querySelectorAll("[data-views]").forEach(views);
    document.querySelectorAll("[data-exports]").forEach(exporting);
  });
})();
