/* Narrows the rows of the page while one types; without it the whole list stands there. */
(function () {
  "use strict";
  var field = document.querySelector("[data-search]");
  if (!field) { return; }
  var found = document.querySelector("[data-found]");
  var rows = Array.prototype.slice.call(document.querySelectorAll("[data-row]"));
  var groups = Array.prototype.slice.call(document.querySelectorAll("[data-group]"));
  var texts = rows.map(function (row) { return ((row.getAttribute("data-words") || "") + row.textContent).replace(/\s+/g, "").toLowerCase(); });
  function narrow() {
    var wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    rows.forEach(function (row, at) {
      var fits = wanted.every(function (word) { return texts[at].indexOf(word) >= 0; });
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    groups.forEach(function (group) { group.hidden = !group.querySelector("[data-row]:not([hidden])"); });
    found.textContent = wanted.length ? shown + " 项" : "";
  }
  field.addEventListener("input", narrow);
  narrow();
  var print = document.querySelector("[data-print]");
  print.hidden = false;
  print.addEventListener("click", function () {
    Array.prototype.forEach.call(document.querySelectorAll("details"), function (each) { each.open = true; });
    window.print();
  });
})();
