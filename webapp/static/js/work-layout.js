// Step 识别: a field is given its cell by pointing. The lists hold the truth; without this file they alone are used.
(function () {
  'use strict';
  const form = document.querySelector('[data-layout]');
  if (!form) return;
  const words = JSON.parse(form.dataset.words);
  const sections = Array.from(form.querySelectorAll('.layout-sheet'));

  // One sheet at a time, where there are several.
  const tabs = form.querySelector('[data-sheet-tabs]');
  const open = (wanted) => {
    sections.forEach((section) => { section.hidden = section.id !== wanted; });
    tabs.querySelectorAll('a').forEach((tab) => {
      const on = tab.hash === '#' + wanted;
      tab.classList.toggle('on', on);
      if (on) tab.setAttribute('aria-current', 'true'); else tab.removeAttribute('aria-current');
    });
  };
  if (tabs) {
    tabs.hidden = false;
    form.classList.add('tabbed');
    tabs.addEventListener('click', (event) => {
      const tab = event.target.closest('a');
      if (!tab) return;
      event.preventDefault();
      open(tab.hash.slice(1));
    });
    open(tabs.querySelector('a.on').hash.slice(1));
  }

  const changed = () => form.dispatchEvent(new Event('input', { bubbles: true }));

  const pointing = (section) => {
    const grid = section.querySelector('[data-grid]');
    const hint = section.querySelector('[data-hint]');
    if (!grid || !hint) return;
    const ledger = grid.classList.contains('ledger');
    const cells = Array.from(grid.querySelectorAll('td[data-cell]'));
    const items = Array.from(section.querySelectorAll('.place'));
    const select = (item) => item.querySelector('select');
    const name = (item) => item.querySelector('label').firstChild.textContent.trim();
    const letters = (cell) => cell.dataset.cell.replace(/\d+$/, '');
    // Further applications lie so many rows and columns off the first; what is pointed at in one is meant of all.
    const offsets = JSON.parse(grid.dataset.offsets || '[]');
    const origin = JSON.parse(grid.dataset.origin || '[1,1]');
    const shifted = (cell, down, aside) => cells.find((each) => Number(each.dataset.r) === Number(cell.dataset.r) + down
      && Number(each.dataset.c) === Number(cell.dataset.c) + aside) || null;
    const inFirst = (cell) => {
      const own = offsets.filter(([down, aside]) => Number(cell.dataset.r) >= origin[0] + down && Number(cell.dataset.c) >= origin[1] + aside)
        .sort((a, b) => b[0] - a[0] || b[1] - a[1])[0];
      return (own && shifted(cell, -own[0], -own[1])) || cell;
    };
    const placeOf = (cell) => (ledger ? letters(cell) : inFirst(cell).dataset.cell);
    let item = null;   // the field that is being pointed at
    let given = null;  // the field that was given its cell last
    let chosen = null; // the cell that waits for its field

    const say = (text, kind) => {
      hint.hidden = false;
      hint.textContent = text;
      hint.className = 'pointing' + (kind ? ' ' + kind : '');
    };
    const idle = () => say(ledger ? words.idle_ledger : words.idle, '');

    const heads = () => {
      const end = section.querySelector('[name^="bottom-"]');
      return end ? Number(end.value) : 0;
    };
    const target = (place) => {
      if (!place) return null;
      if (!ledger) return cells.find((cell) => cell.dataset.cell === place.split(':')[0]) || null;
      const bottom = heads();
      return cells.find((cell) => letters(cell) === place && Number(cell.dataset.r) <= bottom
        && Number(cell.dataset.r) + cell.rowSpan - 1 >= bottom) || null;
    };

    // The cells of a range besides its first.
    const rest = (place) => {
      const ends = place.split(':').map((cell) => cells.find((each) => each.dataset.cell === cell));
      if (ledger || ends.length < 2 || !ends[0] || !ends[1]) return [];
      const rows = ends.map((cell) => Number(cell.dataset.r));
      const columns = ends.map((cell) => Number(cell.dataset.c));
      return cells.filter((cell) => cell !== ends[0] && cell.dataset.r >= rows[0] && cell.dataset.r <= rows[1]
        && cell.dataset.c >= columns[0] && cell.dataset.c <= columns[1]);
    };

    const everywhere = (cell) => [cell, ...offsets.map(([down, aside]) => shifted(cell, down, aside)).filter(Boolean)];
    const mark = (cell, each, guess) => {
      const tag = document.createElement('em');
      tag.className = 'tag ' + (guess ? 'guess' : 'sure');
      tag.dataset.tag = each.dataset.field;
      tag.textContent = name(each);
      const before = Array.from(cell.childNodes).find((node) => node.nodeType === 3) || null;
      cell.insertBefore(tag, before);
      cell.classList.remove('label', 'left');
      if (guess) { cell.classList.remove('sure'); cell.classList.add('guess'); }
      else if (!cell.classList.contains('guess')) cell.classList.add('sure');
    };

    // Draw the outlines and names anew from the lists.
    const draw = () => {
      for (const cell of cells) {
        cell.classList.remove('sure', 'guess', 'below', 'also');
        cell.querySelectorAll('.tag').forEach((tag) => tag.remove());
      }
      const columns = new Set();
      for (const each of items) {
        const place = select(each).value;
        const guess = each.classList.contains('guess');
        const cell = target(place);
        if (ledger && place) columns.add(place);
        rest(place).forEach((each) => each.classList.add('also'));
        if (cell) everywhere(cell).forEach((one) => mark(one, each, guess));
      }
      if (ledger) {
        const bottom = heads();
        for (const cell of cells) if (Number(cell.dataset.r) > bottom && columns.has(letters(cell))) cell.classList.add('below');
      }
    };

    // The text left of a value that was pointed at is its label, and stands for nothing unknown any more.
    const understood = (cell) => {
      const label = cell && !ledger && at(Number(cell.dataset.r), Number(cell.dataset.c) - 1);
      if (!label || !label.classList.contains('left')) return;
      label.classList.remove('left');
      label.classList.add('label');
      const box = section.querySelector('.unread');
      const chip = box && box.querySelector('[data-cell="' + label.id + '"]');
      if (chip) chip.remove();
      if (box && !box.querySelector('.chip')) box.hidden = true;
    };
    const counted = section.querySelector('[data-found]');
    // How many of a group still are what its title says.
    const recount = () => section.querySelectorAll('[data-group]').forEach((group) => {
      const still = { guess: (one) => one.classList.contains('guess'), sure: (one) => select(one).value };
      const left = Array.from(group.querySelectorAll('.place')).filter(still[group.dataset.group] || ((one) => !select(one).value));
      group.querySelector('[data-left]').textContent = left.length;
    });
    const settle = (each) => {
      each.classList.remove('guess', 'missing', 'none', 'sure');
      each.classList.add(select(each).value ? 'sure' : 'none');
      if (counted) counted.textContent = items.filter((one) => select(one).value).length;
      recount();
      draw();
      const given = target(select(each).value);
      if (given) everywhere(given).forEach(understood);
      changed();
    };
    const now = (cell) => {
      grid.querySelectorAll('td.now').forEach((old) => old.classList.remove('now'));
      if (cell) cell.classList.add('now');
    };
    const stop = (back) => {
      if (item) {
        item.classList.remove('on');
        if (back) item.querySelector('.point').focus();
      }
      item = chosen = null;
      section.classList.remove('picking');
      now(null);
    };
    const give = (each, cell, place = placeOf(cell)) => {
      const list = select(each);
      if (!Array.from(list.options).some((option) => option.value === place)) list.add(new Option(place, place));
      list.value = place;
      stop(false);
      settle(each);
      given = each;
      now(target(place));
      if (narrow()) each.scrollIntoView({ block: 'center', behavior: 'instant' }); // back in the list, at the next field
      say(words.done.replace('{field}', name(each)).replace('{place}', place), 'done');
    };

    const rove = (cell, focus) => {
      cells.forEach((each) => { each.tabIndex = -1; });
      if (!cell) return;
      cell.tabIndex = 0;
      if (focus) {
        cell.focus({ preventScroll: true });
        bring(cell);
      }
    };
    // A cell is brought into sight within the table; the page itself stays where it is.
    const bring = (cell) => {
      const box = grid.getBoundingClientRect();
      const edge = cell.getBoundingClientRect();
      const head = 34;
      const side = 44;
      if (edge.top < box.top + head) grid.scrollTop -= box.top + head - edge.top;
      else if (edge.bottom > box.bottom) grid.scrollTop += Math.min(edge.bottom - box.bottom, edge.top - box.top - head);
      if (edge.left < box.left + side) grid.scrollLeft -= box.left + side - edge.left;
      else if (edge.right > box.right) grid.scrollLeft += Math.min(edge.right - box.right, edge.left - box.left - side);
    };
    const narrow = () => window.innerWidth <= 860;

    const start = (each) => {
      if (chosen) { give(each, chosen); return; }
      const again = item === each;
      stop(false);
      if (again) { idle(); return; }
      item = each;
      each.classList.add('on');
      section.classList.add('picking');
      const cell = target(select(each).value);
      now(cell);
      say((ledger ? words.pointing_ledger : words.pointing).replace('{field}', name(each)), 'on');
      const top = hint.parentNode.getBoundingClientRect().top;
      if (top < 60 || top > window.innerHeight / 2) window.scrollBy({ top: top - 76, behavior: 'instant' });
      rove(cell || cells[0], true);
    };

    const point = (cell) => {
      if (item) { give(item, cell); return; }
      const there = items.find((each) => target(select(each).value) === inFirst(cell));
      if (there) { start(there); return; }
      chosen = cell;
      now(cell);
      say(words.chosen.replace('{place}', placeOf(cell)), 'on');
    };

    for (const each of items) {
      const button = each.querySelector('.point');
      if (select(each).disabled) continue;
      button.hidden = false;
      button.addEventListener('click', () => start(each));
      each.querySelector('label').addEventListener('click', (event) => { event.preventDefault(); start(each); });
      select(each).addEventListener('change', () => {
        stop(false);
        settle(each);
        const cell = target(select(each).value);
        now(cell);
        if (cell) bring(cell);
        idle();
      });
    }

    grid.addEventListener('click', (event) => {
      const cell = event.target.closest('td[data-cell]');
      const first = given && target(select(given).value);
      if (cell && event.shiftKey && !ledger && !item && first && first !== cell) {
        // With Shift the value goes on as far as this cell.
        const rows = [first, cell].map((each) => Number(each.dataset.r)).sort((a, b) => a - b);
        const columns = [first, cell].map((each) => Number(each.dataset.c)).sort((a, b) => a - b);
        const from = at(rows[0], columns[0]);
        const to = at(rows[1], columns[1]);
        if (from && to) give(given, from, from.dataset.cell + ':' + to.dataset.cell);
      } else if (cell) { rove(cell, false); point(cell); }
      const row = event.target.closest('th[data-row]');
      const top = section.querySelector('[name^="top-"]');
      if (row && top) {
        const bottom = section.querySelector('[name^="bottom-"]');
        const number = Number(row.dataset.row);
        if (!event.shiftKey || number < Number(top.value)) top.value = number;
        bottom.value = number;
        bottom.dispatchEvent(new Event('change', { bubbles: true }));
      }
    });

    // The keyboard walks from cell to cell as in a spreadsheet.
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
    const at = (row, column) => cells.find((cell) => {
      const top = Number(cell.dataset.r);
      const left = Number(cell.dataset.c);
      return top <= row && row < top + cell.rowSpan && left <= column && column < left + cell.colSpan;
    });
    grid.addEventListener('keydown', (event) => {
      const cell = event.target.closest('td[data-cell]');
      if (!cell) return;
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        const mine = item;
        point(cell);
        if (mine) mine.querySelector('.point').focus();
      } else if (event.key === 'Escape') {
        event.preventDefault();
        stop(true);
        idle();
      } else if (step[event.key]) {
        event.preventDefault();
        const [down, right] = step[event.key];
        const row = Number(cell.dataset.r) + (down > 0 ? cell.rowSpan : down);
        const column = Number(cell.dataset.c) + (right > 0 ? cell.colSpan : right);
        const next = at(row, column);
        if (next) rove(next, true);
      }
    });

    rove(cells[0] || null, false);
    idle();
  };

  for (const section of sections) {
    pointing(section);
    const redraw = section.querySelector('[data-redraw]');
    if (!redraw) continue;
    redraw.hidden = true;
    section.addEventListener('change', (event) => {
      if (event.target.matches('[name^="kind-"], [name^="top-"], [name^="bottom-"]')) redraw.click();
    });
  }
}());
