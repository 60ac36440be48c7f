// Read-only diagrams. Contract: <div data-bpmn-viewer data-src="URL of the XML" data-state="id of a JSON script">,
// the JSON {"done": [...], "current": [...], "cancelled": [...], "incident": [...], "tokens": {"id": count}}.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import './viewer.css';

// Calm lines, as on the paper beside; what is done, stands here or stands still is drawn by the style sheet.
const LINES = { defaultStrokeColor: '#66717e', defaultLabelColor: '#1b2733', defaultFillColor: '#fff' };
const MARKERS = ['done', 'current', 'cancelled', 'incident'];

function focus(canvas, registry, ids) {
  // A phone shows the neighbourhood of where it stands, not a whole diagram in hairlines.
  const boxes = ids.map((id) => registry.get(id)).filter((el) => el && el.width);
  canvas.zoom('fit-viewport', 'auto');
  if (!boxes.length || canvas.viewbox().scale >= 0.55) return;
  const first = boxes[0];
  canvas.zoom(0.62, { x: first.x + first.width / 2, y: first.y + first.height / 2 });
  const box = canvas.viewbox();
  canvas.viewbox({
    x: first.x + first.width / 2 - box.width / 2,
    y: first.y + first.height / 2 - box.height / 2,
    width: box.width,
    height: box.height,
  });
}

async function show(element) {
  const holder = element.dataset.state && document.getElementById(element.dataset.state);
  const state = holder ? JSON.parse(holder.textContent) : {};
  const viewer = new NavigatedViewer({ container: element, bpmnRenderer: LINES });
  try {
    const answer = await fetch(element.dataset.src, { credentials: 'same-origin' });
    if (!answer.ok) throw new Error(String(answer.status));
    await viewer.importXML(await answer.text());
  } catch (error) {
    element.dataset.failed = '1';
    element.textContent = element.dataset.failure || '—';
    return;
  }
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  for (const marker of MARKERS) {
    for (const id of state[marker] || []) if (registry.get(id)) canvas.addMarker(id, marker);
  }
  for (const [id, count] of Object.entries(state.tokens || {})) {
    if (!registry.get(id)) continue;
    const token = document.createElement('div');
    token.className = 'token';
    token.textContent = count;
    overlays.add(id, { position: { top: -12, right: 20 }, html: token });
  }
  focus(canvas, registry, state.current || []);
  element.dataset.ready = '1';
  for (const button of document.querySelectorAll(`[data-bpmn-zoom="${element.id}"]`)) {
    button.addEventListener('click', () => {
      const step = button.dataset.step;
      if (step === 'fit') canvas.zoom('fit-viewport', 'auto');
      else canvas.zoom(canvas.zoom() * Number(step));
    });
  }
}

document.querySelectorAll('[data-bpmn-viewer]').forEach(show);
