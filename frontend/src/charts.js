// Draws a table as a chart: figure[data-chart] holds a plot and the table that says the same in numbers.
//   data-chart   bars (lying, one a row), columns or lines
//   data-max     where the axis of values ends
//   data-limit   a line across, such as the least that passes
// The first column names the categories; a column whose head has data-series is drawn. A cell may give its number in data-value.
// Canvas and text drawn on it: no style attribute is written, so a strict Content-Security-Policy holds.
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

const ROW = 30;
const COLOURS = ['--blue', '--green', '--amber-bar', '--red'];

/** The table of a figure as names and series. */
function read(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const number = (cell) => {
    const text = (cell.dataset.value ?? cell.textContent).replace(/[,\s]/g, '');
    return text === '' || Number.isNaN(Number(text)) ? null : Number(text);
  };
  return {
    names: rows.map((row) => row.cells[0].textContent.trim()),
    series: heads.flatMap((head, place) =>
      'series' in head.dataset
        ? [{ name: head.textContent.trim(), data: rows.map((row) => number(row.cells[place])) }]
        : []),
  };
}

/** What ECharts is told for one figure. */
function options(figure, { names, series }, width) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const text = { color: colour('--ink-2'), fontFamily: getComputedStyle(document.body).fontFamily };
  const lying = figure.dataset.chart === 'bars';
  const longest = width < 380 ? 7 : 12;
  const shorten = (name) => (name.length > longest ? `${name.slice(0, longest)}…` : name);
  const category = {
    type: 'category', data: names, inverse: lying, axisTick: { show: false },
    axisLine: { lineStyle: { color: colour('--line') } },
    axisLabel: lying ? { ...text, formatter: shorten, interval: 0 } : { ...text, hideOverlap: true },
  };
  const value = {
    type: 'value', max: figure.dataset.max ? Number(figure.dataset.max) : undefined, axisLabel: text, minInterval: 1,
    splitLine: { lineStyle: { color: colour('--line-2') } },
  };
  const least = figure.dataset.limit ? Number(figure.dataset.limit) : null;
  const limit = least !== null && {
    symbol: 'none', silent: true, label: { show: false },
    lineStyle: { color: colour('--red'), type: 'dashed' },
    data: [{ [lying ? 'xAxis' : 'yAxis']: least }],
  };
  return {
    animation: false,
    color: COLOURS.map(colour),
    textStyle: text,
    grid: { left: 4, right: 24, top: series.length > 1 ? 34 : 10, bottom: 4, containLabel: true },
    legend: { show: series.length > 1, top: 0, left: 0, textStyle: text, itemWidth: 12, itemHeight: 12 },
    tooltip: { renderMode: 'richText', trigger: 'axis', confine: true, axisPointer: { type: lying ? 'shadow' : 'line' } },
    xAxis: lying ? value : category,
    yAxis: lying ? category : value,
    series: series.map((each, place) => ({
      ...each,
      type: figure.dataset.chart === 'lines' ? 'line' : 'bar',
      barMaxWidth: 18,
      itemStyle: limit && series.length === 1
        ? { color: ({ value: points }) => colour(points < least ? '--red' : '--blue') }
        : undefined,
      label: { show: lying && series.length === 1, position: 'right', ...text },
      markLine: place === 0 && limit || undefined,
    })),
  };
}

function draw(figure) {
  const plot = figure.querySelector('.chart-plot');
  const table = figure.querySelector('table');
  if (!plot || !table || !table.tBodies[0]?.rows.length) return;
  const found = read(table);
  if (!found.series.length) return;
  plot.hidden = false;
  if (figure.dataset.chart === 'bars') {
    const bars = found.names.length * Math.max(1, found.series.length * 0.6);
    plot.style.height = `${Math.round(bars * ROW + 60)}px`;
  }
  const chart = init(plot, null, { renderer: 'canvas' });
  const show = () => chart.setOption(options(figure, found, plot.clientWidth), true);
  show();
  new ResizeObserver(() => { chart.resize(); show(); }).observe(plot);
}

document.querySelectorAll('figure[data-chart]').forEach(draw);
