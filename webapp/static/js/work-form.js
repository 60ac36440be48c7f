// What a form does in the browser beyond plain HTML. The server decides everything again; without this file every
// form still works: conditions are then seen after posting, one spare row stands ready, phrases are typed.
(function () {
  'use strict';

  // --- conditions: the server says what is shown, required, warned of ---
  function textOnly(form) {
    const data = new FormData(form);
    for (const input of form.querySelectorAll('input[type=file]')) data.delete(input.name);
    data.delete('_once'); // it belongs to the deed, not to what is asked beside it
    return data;
  }

  function apply(form, state) {
    for (const box of form.querySelectorAll('[data-field]')) {
      const key = box.dataset.field;
      if (state.hidden) box.hidden = state.hidden.includes(key);
      const need = box.querySelector('.need');
      if (need && state.required) need.hidden = !state.required.includes(key);
      const warn = box.querySelector('[data-warn]');
      if (warn) {
        const said = (state.warnings || {})[key] || '';
        warn.textContent = said;
        warn.hidden = !said;
      }
    }
    for (const [key, text] of Object.entries(state.known || {})) {
      const input = form.elements.namedItem(key);
      if (input && 'value' in input && !input.value && document.activeElement !== input) input.value = text;
    }
    for (const cell of form.querySelectorAll('[data-given]')) cell.textContent = (state.given || {})[cell.dataset.given] || '';
    for (const row of form.querySelectorAll('[data-row-of]')) {
      const cells = Array.from(row.querySelectorAll('[data-field]'));
      row.hidden = cells.length > 0 && cells.every((cell) => cell.hidden);
    }
    const stop = document.getElementById('stopped');
    if (stop) {
      stop.hidden = !state.stop;
      stop.querySelector('[data-said]').textContent = state.stop || '';
    }
    for (const button of document.querySelectorAll('[data-main-act]')) button.disabled = Boolean(state.stop);
  }

  for (const form of document.querySelectorAll('form[data-conditions]')) {
    let asked = 0;
    let waiting = null;
    const ask = async () => {
      const mine = ++asked;
      try {
        const answer = await fetch(form.dataset.conditions, {
          method: 'POST', body: textOnly(form), credentials: 'same-origin', headers: { Accept: 'application/json' },
        });
        if (!answer.ok || mine !== asked) return;
        apply(form, await answer.json());
      } catch (error) { /* the server says it when the form is posted */ }
    };
    form.addEventListener('change', () => { clearTimeout(waiting); waiting = setTimeout(ask, 120); });
  }

  // --- phrases that fill a text ---
  document.addEventListener('click', (event) => {
    const phrase = event.target.closest('[data-phrase-for]');
    if (!phrase) return;
    const area = document.getElementById(phrase.dataset.phraseFor);
    if (!area) return;
    const words = phrase.dataset.phrase || phrase.textContent.trim();
    area.value = area.value.trim() ? area.value.replace(/\s*$/, '\n') + words : words;
    area.dispatchEvent(new Event('input', { bubbles: true }));
    area.focus();
  });

  // --- rows ---
  function number(table) {
    Array.from(table.tBodies[0].rows).forEach((row, index) => {
      const cell = row.querySelector('td.n');
      if (cell) cell.textContent = String(index + 1);
    });
  }
  document.addEventListener('click', (event) => {
    const add = event.target.closest('[data-add-row]');
    const out = event.target.closest('[data-remove-row]');
    if (add) {
      const table = document.getElementById(add.dataset.addRow);
      const pattern = document.getElementById(add.dataset.addRow + '-pattern');
      const next = Number(table.dataset.next || table.tBodies[0].rows.length);
      table.dataset.next = String(next + 1);
      const holder = document.createElement('tbody');
      holder.innerHTML = pattern.innerHTML.replaceAll('__N__', String(next));
      const row = holder.rows[0];
      table.tBodies[0].appendChild(row);
      number(table);
      const first = row.querySelector('input:not([type=hidden]), select, textarea');
      if (first) first.focus();
    } else if (out) {
      const row = out.closest('tr');
      const table = row.closest('table');
      const form = row.closest('form');
      row.remove();
      number(table);
      if (form) form.dispatchEvent(new Event('input', { bubbles: true }));
    }
  });

  // --- many rows at once: a column of the ticked rows, of all where none is ticked ---
  for (const bar of document.querySelectorAll('[data-bulk]')) {
    const table = document.getElementById(bar.dataset.bulk);
    const column = bar.querySelector('[data-bulk-column]');
    const place = bar.querySelector('[data-bulk-value]');
    const button = bar.querySelector('[data-bulk-fill]');
    const rows = () => Array.from(table.tBodies[0].rows);
    const ticked = () => rows().filter((row) => row.querySelector('[data-row-tick]:checked'));
    const control = (row) => Array.from(row.cells).find((cell) => cell.dataset.label === column.value)
      ?.querySelector('select, textarea, input:not([type=hidden])');
    const offer = () => {
      const like = rows().map(control).find(Boolean);
      if (!like) return;
      const copy = like.cloneNode(true);
      for (const name of ['id', 'name', 'aria-invalid', 'aria-describedby', 'aria-required']) copy.removeAttribute(name);
      copy.setAttribute('aria-label', place.dataset.label);
      if (copy.type === 'checkbox') copy.checked = false; else copy.value = '';
      place.replaceChildren(copy);
    };
    const tell = () => {
      const count = ticked().length;
      button.textContent = count ? button.dataset.ticked.replace('{count}', count) : button.dataset.all;
    };
    for (const [index, row] of rows().entries()) {
      const tick = document.createElement('input');
      tick.type = 'checkbox';
      tick.className = 'form-check-input';
      tick.dataset.rowTick = '';
      tick.setAttribute('aria-label', table.dataset.tick.replace('{number}', index + 1));
      row.querySelector('td.n').append(' ', tick);
    }
    table.addEventListener('change', (event) => { if (event.target.matches('[data-row-tick]')) { event.stopPropagation(); tell(); } });
    column.addEventListener('change', offer);
    bar.addEventListener('input', (event) => event.stopPropagation());
    bar.addEventListener('change', (event) => event.stopPropagation());
    button.addEventListener('click', () => {
      const given = place.firstElementChild;
      const chosen = ticked();
      for (const row of chosen.length ? chosen : rows()) {
        const into = control(row);
        if (!into) continue;
        if (into.type === 'checkbox') into.checked = given.checked; else into.value = given.value;
      }
      for (const row of chosen) row.querySelector('[data-row-tick]').checked = false;
      tell();
      table.dispatchEvent(new Event('input', { bubbles: true }));
      table.dispatchEvent(new Event('change', { bubbles: true }));
    });
    offer();
    bar.hidden = false;
  }

  // --- units by subdistrict ---
  for (const pick of document.querySelectorAll('[data-pick]')) {
    const said = pick.querySelector('[data-pick-said]');
    const empty = said ? said.textContent : '';
    const search = pick.querySelector('[data-pick-search]');
    const tell = () => {
      const chosen = Array.from(pick.querySelectorAll('input[type=checkbox]:checked'));
      if (!said) return;
      const names = chosen.map((box) => box.dataset.name);
      said.textContent = !names.length ? empty
        : names.slice(0, 4).join('、') + (names.length > 4 ? ' …' : '') + ' (' + names.length + ')';
    };
    pick.addEventListener('change', tell);
    tell();
    if (search) {
      search.addEventListener('keydown', (event) => { if (event.key === 'Enter') event.preventDefault(); });
      search.addEventListener('input', () => {
        const wanted = search.value.trim();
        for (const group of pick.querySelectorAll('.pick-group')) {
          const whole = group.dataset.name.includes(wanted);
          let any = whole;
          for (const member of group.querySelectorAll('.pick-members .tick')) {
            const fits = whole || member.dataset.name.includes(wanted);
            member.hidden = !fits;
            any = any || fits;
          }
          group.hidden = !any;
        }
      });
    }
    const none = pick.querySelector('[data-pick-none]');
    if (none) {
      none.addEventListener('click', () => {
        for (const box of pick.querySelectorAll('input[type=checkbox]:checked')) box.checked = false;
        pick.dispatchEvent(new Event('change', { bubbles: true }));
      });
    }
  }

  // --- files: said before they are sent ---
  for (const input of document.querySelectorAll('input[type=file][data-limit]')) {
    input.addEventListener('change', () => {
      const limit = Number(input.dataset.limit);
      const large = Array.from(input.files).filter((file) => limit && file.size > limit);
      input.setCustomValidity(large.length ? input.dataset.tooLarge.replace('{name}', large[0].name) : '');
      if (large.length) input.reportValidity();
    });
  }

  // --- an act that cannot be taken back asks once (the house's script sends a form once) ---
  document.addEventListener('submit', (event) => {
    const question = event.submitter && event.submitter.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  const summary = document.querySelector('.summary[tabindex]:not(.soft)');
  if (summary) summary.focus();
}());
