/* Old syntax on purpose: tells owners of an older browser, in Chinese, what is wrong. Chromium 86 has replaceChildren. */
(function () {
  var element = document.createElement('div');
  var modern = 'replaceChildren' in element && 'noModule' in document.createElement('script') && !!window.fetch &&
    !!window.Promise && 'matchAll' in String.prototype;
  var sentence = document.getElementById('too-old');
  if (!modern && sentence) { sentence.removeAttribute('hidden'); }
})();
