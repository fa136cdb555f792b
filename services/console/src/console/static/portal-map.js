// A point on a plain grid: where the browser says one is, or where the cross is put. No pictures of
// streets are fetched from anywhere; the point goes into the two fields of the form, as WGS-84.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const part = document.querySelector("[data-point]");
  if (!part || !window.L) return;
  part.hidden = false;
  const longitude = document.getElementById("field-location.longitude");
  const latitude = document.getElementById("field-location.latitude");
  const said = part.querySelector("[data-said]");
  const START = [22.55, 114.23], NEAR = 17, FAR = 13, DIGITS = 5;

  const map = L.map(part.querySelector("[data-map]"), { zoomControl: true, attributionControl: false, minZoom: 9, maxZoom: 19 });
  const grid = L.geoJSON(null, { style: { color: "#9db2cc", weight: 1 }, interactive: false }).addTo(map);
  const marker = L.circleMarker(START, { radius: 9, color: "#b42318", fillColor: "#b42318", fillOpacity: 0.8 });
  L.control.scale({ imperial: false }).addTo(map);

  function drawGrid() {
    const bounds = map.getBounds().pad(0.2);
    const step = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((one) => (bounds.getEast() - bounds.getWest()) / one < 24) ?? 1;
    const lines = [];
    const upTo = (from, to) => Array.from({ length: Math.ceil((to - from) / step) + 1 }, (_, at) => (Math.floor(from / step) + at) * step);
    for (const x of upTo(bounds.getWest(), bounds.getEast())) lines.push([[x, bounds.getSouth()], [x, bounds.getNorth()]]);
    for (const y of upTo(bounds.getSouth(), bounds.getNorth())) lines.push([[bounds.getWest(), y], [bounds.getEast(), y]]);
    grid.clearLayers();
    grid.addData({ type: "MultiLineString", coordinates: lines });
  }

  function point() {
    const x = parseFloat(longitude.value), y = parseFloat(latitude.value);
    return Number.isFinite(x) && Number.isFinite(y) ? [y, x] : null;
  }

  function tell() {
    const at = point();
    if (at) marker.setLatLng(at).addTo(map);
    else marker.remove();
    said.textContent = at ? said.dataset.some.replace("{x}", at[1]).replace("{y}", at[0]) : said.dataset.none;
  }

  function put(at) {
    longitude.value = at ? at.lng.toFixed(DIGITS) : "";
    latitude.value = at ? at.lat.toFixed(DIGITS) : "";
    longitude.dispatchEvent(new Event("input", { bubbles: true }));
    tell();
  }

  map.on("moveend", drawGrid);
  // A map without a view can draw no point yet.
  map.setView(point() ?? START, point() ? NEAR : FAR);
  tell();
  part.querySelector("[data-cross]").addEventListener("click", () => put(map.getCenter()));
  part.querySelector("[data-unpoint]").addEventListener("click", () => put(null));
  part.querySelector("[data-locate]").addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const here = L.latLng(coords.latitude, coords.longitude);
        map.setView(here, NEAR);
        put(here);
      },
      () => { said.textContent = said.dataset.refused; },
      { enableHighAccuracy: true, timeout: 15000 });
  });
  // A place that is chosen by its name is where the map looks; the point is still one's own to put.
  document.addEventListener("change", ({ target }) => {
    if (target.dataset.latitude && !longitude.value) {
      map.setView([Number(target.dataset.latitude), Number(target.dataset.longitude)], NEAR);
    }
  });
  [longitude, latitude].forEach((field) => field.addEventListener("change", tell));
});
