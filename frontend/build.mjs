// Bundles the third-party front end into webapp/static/dist (never committed; hatch_build.py calls this).
import { build } from 'esbuild';
import { cp, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const outdir = process.env.OUT ?? here('../webapp/static/dist');

await mkdir(outdir, { recursive: true });
await build({
  absWorkingDir: here('.'),
  entryPoints: { viewer: 'src/viewer.js', charts: 'src/charts.js', htmx: 'src/htmx.js', 'bootstrap.min': 'src/bootstrap.css' },
  outdir,
  bundle: true,
  minify: true,
  format: 'iife',
  // Kylin and UOS desktops still carry Chromium 86.
  target: 'chrome86',
  loader: { '.woff': 'dataurl', '.woff2': 'dataurl', '.ttf': 'dataurl', '.eot': 'empty', '.svg': 'dataurl' },
  legalComments: 'linked',
  logLevel: 'warning',
});
await cp(here('node_modules/bpmn-js/LICENSE'), `${outdir}/bpmn-js.LICENSE.txt`);
await cp(here('node_modules/bootstrap/LICENSE'), `${outdir}/bootstrap.LICENSE.txt`);
await cp(here('node_modules/echarts/LICENSE'), `${outdir}/echarts.LICENSE.txt`);
await cp(here('node_modules/htmx.org/LICENSE'), `${outdir}/htmx.LICENSE.txt`);
