// The print page's one button; Ctrl+P does the same.
document.addEventListener('click', (event) => { if (event.target.closest('[data-print]')) window.print(); });
