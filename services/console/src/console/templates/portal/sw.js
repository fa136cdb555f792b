// Keeps what is the same for everybody: style, scripts, the offline page, the guide. Never a page
// that was made for somebody, and nothing of the staff's pages.
"use strict";

const PAGES = ["/offline", "/guide"];
const FILES = [
  "{{ asset('vendor/bootstrap.min.css') | safe }}", 
  "{{ asset('base.css') | safe }}", "{{ asset('parts.css') | safe }}", "{{ asset('forms.css') | safe }}", "{{ asset('portal.css') | safe }}",
  "{{ asset('vendor/htmx.min.js') | safe }}", "{{ asset('vendor/bootstrap.bundle.min.js') | safe }}", "{{ asset('console.js') | safe }}",
  "{{ asset('portal-kept.js') | safe }}", "{{ asset('portal.js') | safe }}", "{{ asset('portal-offline.js') | safe }}", "{{ asset('icon.svg') | safe }}", "{{ icon_sheet() | safe }}",
];
const CACHE = "portal-" + FILES.map((file) => file.split("v=")[1]).join("");

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(FILES);
    // Without cookies, so that the pages are nobody's.
    await cache.addAll(PAGES.map((page) => new Request(page, { credentials: "omit" })));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin || url.pathname.startsWith("/office")) return;
  if (event.request.mode === "navigate") event.respondWith(visit(event.request, url));
  else if (url.pathname.startsWith("/static/") && event.request.method === "GET") event.respondWith(file(event.request));
});

async function visit(request, url) {
  try {
    return await fetch(request);
  } catch {
    const cache = await caches.open(CACHE);
    return cache.match(PAGES.includes(url.pathname) ? url.pathname : "/offline");
  }
}

async function file(request) {
  return (await (await caches.open(CACHE)).match(request)) ?? fetch(request);
}
