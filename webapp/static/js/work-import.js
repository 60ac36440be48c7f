// The upload page's drop area, and from a fault to its cell. Without this file the file input and the links do it.
(function () {
  'use strict';
  for (const area of document.querySelectorAll('[data-drop]')) {
    const input = area.querySelector('input[type=file]');
    const said = area.querySelector('[data-drop-said]');
    const tell = () => { if (said) said.textContent = Array.from(input.files).map((file) => file.name).join('、'); };
    input.addEventListener('change', tell);
    ['dragenter', 'dragover'].forEach((kind) => area.addEventListener(kind, (event) => {
      event.preventDefault();
      area.classList.add('over');
    }));
    ['dragleave', 'drop'].forEach((kind) => area.addEventListener(kind, () => area.classList.remove('over')));
    area.addEventListener('drop', (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      tell();
    });
  }

  const look = (cell) => {
    for (const looked of document.querySelectorAll('.sheet .looked')) looked.classList.remove('looked');
    cell.classList.add('looked');
    cell.scrollIntoView({ block: 'center', inline: 'center' });
    cell.focus({ preventScroll: true });
  };
  document.addEventListener('click', (event) => {
    const link = event.target.closest('[data-cell]');
    const cell = link && document.getElementById(link.dataset.cell);
    if (!cell) return;
    event.preventDefault();
    look(cell);
  });
  // From a fault to its cell on another page of the same table.
  const asked = window.location.hash && document.getElementById(window.location.hash.slice(1));
  if (asked && asked.matches('.sheet td')) look(asked);
}());
