// Bars drawn of the tables that stand below them: one source of numbers, read by everybody.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue(name).trim();

  function draw(box) {
    const rows = Array.from(document.getElementById(box.dataset.chart).tBodies[0].rows);
    const names = rows.map((row) => row.cells[0].textContent.trim());
    const values = rows.map((row) => parseInt(row.cells[1].textContent, 10) || 0);
    box.style.height = `${rows.length * 26 + 16}px`;
    const chart = echarts.init(box, null, { renderer: "canvas" });
    chart.setOption({
      animation: false,
      grid: { left: 4, right: 44, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: "value", show: false },
      yAxis: { type: "category", inverse: true, data: names, axisTick: { show: false }, axisLine: { show: false },
        axisLabel: { color: colour("--ink"), width: Math.min(240, box.clientWidth * 0.45), overflow: "truncate" } },
      series: [{ type: "bar", data: values, barMaxWidth: 14, itemStyle: { color: colour("--brand"), borderRadius: 3 },
        label: { show: true, position: "right", color: colour("--ink") } }],
    });
    new ResizeObserver(() => chart.resize()).observe(box);
  }

  document.querySelectorAll("[data-chart]").forEach(draw);
});
