// Small conveniences; every page works without them.
(() => {
  const token = document.querySelector('meta[name="csrf-token"]');

  // htmx requests that are no form carry the token as a header.
  document.addEventListener('htmx:config:request', (event) => {
    const request = event.detail && event.detail.ctx && event.detail.ctx.request;
    if (request && token && !/^(GET|HEAD)$/i.test(request.method || 'GET')) {
      request.headers['X-CSRFToken'] = token.content;
    }
  });

  // A popup closes on Escape, on a click elsewhere, and when another opens.
  const popups = () => document.querySelectorAll('details[data-popup][open]');
  document.addEventListener('click', (event) => {
    for (const popup of popups()) if (!popup.contains(event.target)) popup.open = false;
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const popup of popups()) {
      popup.open = false;
      popup.querySelector('summary').focus();
    }
  });

  // A filter row sends itself when a choice changes.
  document.addEventListener('change', (event) => {
    const form = event.target.closest('form[data-filters]');
    if (form && event.target.matches('select, input[type=checkbox], input[type=date]')) form.submit();
  });

  const setButtons = (form, disabled) => {
    for (const element of form.elements) if (element.type === 'submit') element.disabled = disabled;
  };

  // What takes longer than half a second shows a moving bar, an upload also says so. A download ends by itself.
  const bar = document.getElementById('busy');
  let waiting = null;
  const rest = () => { clearTimeout(waiting); if (bar) bar.hidden = true; };
  const busy = (uploads) => {
    if (!bar) return;
    clearTimeout(waiting);
    bar.querySelector('span').hidden = !uploads;
    waiting = setTimeout(() => {
      bar.hidden = false;
      if (!uploads) waiting = setTimeout(rest, 15000);
    }, uploads ? 150 : 500);
  };
  const hasFiles = (form) => Array.from(form.querySelectorAll('input[type=file]')).some((input) => input.files.length);
  let uploading = false;
  window.addEventListener('beforeunload', (event) => { if (!event.defaultPrevented) busy(uploading); });
  window.addEventListener('pageshow', rest);
  document.addEventListener('htmx:before:request', () => busy(false));
  document.addEventListener('htmx:finally:request', rest);

  // One click sends once; the button says so. A download leaves the page as it is.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    if (form.method !== 'post' || form.matches('[data-again], [hx-post], [data-hx-post]')) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = '1';
    // Later: the browser reads the clicked button's value first, and another script may have stopped the sending.
    setTimeout(() => {
      if (event.defaultPrevented) delete form.dataset.sent;
      else {
        setButtons(form, true);
        uploading = hasFiles(form);
        busy(uploading);
      }
    }, 0);
  });
  window.addEventListener('pageshow', () => {
    document.querySelectorAll('form[data-sent]').forEach((form) => {
      delete form.dataset.sent;
      setButtons(form, false);
    });
  });

  // "Leave this page?" where a form was changed and not sent.
  let changed = false;
  document.addEventListener('input', (event) => { if (event.target.closest('form[data-guard]')) changed = true; });
  document.addEventListener('submit', () => { changed = false; });
  window.addEventListener('beforeunload', (event) => { if (changed) event.preventDefault(); });

  // A file input says "choose a file" in the page's language; the browser's own words are seen once one is chosen.
  const tellFiles = (input) => input.classList.toggle('none', !input.files.length);
  document.querySelectorAll('input[type=file]').forEach(tellFiles);
  document.addEventListener('change', (event) => { if (event.target.matches('input[type=file]')) tellFiles(event.target); });

  // The chosen unit of a long tree is in sight.
  const chosen = document.querySelector('.tree-box .on');
  if (chosen) {
    const box = chosen.closest('.tree-box');
    box.scrollTop = Math.max(0, chosen.offsetTop - box.offsetTop - box.clientHeight / 3);
  }

  // The first fault of a form gets the focus.
  const wrong = document.querySelector('[aria-invalid="true"]');
  if (wrong) wrong.focus();
})();

// Sample mode: a click on a sample account fills the sign-in form.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sample]');
  if (!button) return;
  document.getElementById('username').value = button.dataset.sample;
  document.getElementById('password').value = button.dataset.password;
  document.querySelector('.sign-in form .btn-primary').focus();
});
