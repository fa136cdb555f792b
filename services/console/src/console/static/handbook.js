// Words are searched in the handbook while they are typed: every place is marked, Enter goes on to the next.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("[data-find]");
  const box = form.querySelector("[name=find]");
  const count = form.querySelector("[data-count]");
  const text = document.querySelector(".handbook");
  const marks = typeof Highlight === "function" ? CSS.highlights : null;
  let places = [];
  let at = -1;

  function found(words) {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    const ranges = [];
    while (words && walker.nextNode()) {
      const said = walker.currentNode.data.toLowerCase();
      for (let here = said.indexOf(words); here >= 0; here = said.indexOf(words, here + words.length)) {
        const range = new Range();
        range.setStart(walker.currentNode, here);
        range.setEnd(walker.currentNode, here + words.length);
        ranges.push(range);
      }
    }
    return ranges;
  }

  function look() {
    const words = box.value.trim().toLowerCase();
    places = found(words);
    at = -1;
    if (marks) {
      marks.set("found", new Highlight(...places));
      marks.delete("found-here");
    }
    if (places.length) next();
    else count.textContent = words ? form.dataset.none : "";
  }

  function next() {
    at = (at + 1) % places.length;
    const place = places[at];
    if (marks) marks.set("found-here", new Highlight(place));
    const { top } = place.getBoundingClientRect();
    window.scrollTo({ top: window.scrollY + top - window.innerHeight / 3 });
    count.textContent = form.dataset.found.replace("{at}", at + 1).replace("{all}", places.length);
  }

  box.addEventListener("input", look);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (places.length) next();
    else look();
  });
  const contents = document.querySelector(".book-contents");
  if (window.matchMedia("(max-width: 991.98px)").matches) contents.open = false;
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a") && window.matchMedia("(max-width: 991.98px)").matches) contents.open = false;
  });
  document.querySelector("[data-places]")?.remove();
  if (box.value) look();
});
