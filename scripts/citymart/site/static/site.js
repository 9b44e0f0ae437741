// Sorts tables and searches the index. Without it all pages can be read.
(function () {
  "use strict";

  // -- Tables: the heads become buttons

  var order = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" });

  function value(row, at) {
    var cell = row.cells[at];
    return cell.hasAttribute("data-value") ? Number(cell.getAttribute("data-value")) : cell.textContent.trim();
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return order.compare(a, b);
  }

  function sort(table, head, at) {
    var down = head.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("th[aria-sort]").forEach(function (each) { each.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    var body = table.tBodies[0];
    var rows = Array.from(body.rows).map(function (row) { return { row: row, value: value(row, at) }; });
    rows.sort(function (a, b) {
      // What is empty stands last, either way.
      if (a.value === "" || b.value === "") return (a.value === "") - (b.value === "");
      return down ? compare(b.value, a.value) : compare(a.value, b.value);
    });
    rows.forEach(function (each) { body.appendChild(each.row); });
  }

  document.querySelectorAll("table[data-sortable]").forEach(function (table) {
    Array.from(table.tHead.rows[0].cells).forEach(function (head, at) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", function () { sort(table, head, at); });
      head.textContent = "";
      head.appendChild(button);
    });
  });

  // -- Search

  var SHOWN = 25;
  var box = document.getElementById("words");

  function find(text) {
    var words = text.toLowerCase().split(/[\s_]+/).filter(Boolean);
    if (!words.length) return [];
    var found = [];
    entries.forEach(function (entry, number) {
      var points = (entry.kind === "product" ? 6 : 0) + (entry.title === words.join(" ") ? 10 : 0);
      for (var i = 0; i < words.length; i++) {
        if (entry.title.indexOf(words[i]) >= 0) points += entry.title.indexOf(words[i]) === 0 ? 6 : 4;
        else if (entry.words.indexOf(words[i]) >= 0) points += 1;
        else return;
      }
      found.push({ entry: entry, points: points, number: number });
    });
    return found.sort(function (a, b) { return b.points - a.points || a.number - b.number; });
  }

  function show() {
    var start = performance.now();
    var found = find(box.value);
    var list = document.getElementById("results");
    list.textContent = "";
    found.slice(0, SHOWN).forEach(function (each) {
      var told = each.entry.told;
      var item = document.createElement("li");
      var link = document.createElement("a");
      link.href = told[3];
      link.textContent = told[1];
      var kind = document.createElement("span");
      kind.className = "quiet";
      kind.textContent = told[0] === "product" ? " product" : " column of " + told[4];
      var about = document.createElement("p");
      about.textContent = told[2];
      item.append(link, kind, about);
      list.appendChild(item);
    });
    var status = document.getElementById("found");
    status.textContent = !box.value.trim() ? "" : found.length === 0 ? "Nothing found" :
      found.length + (found.length === 1 ? " result" : " results") +
      (found.length > SHOWN ? ", the first " + SHOWN + " are shown" : "");
    status.setAttribute("data-milliseconds", performance.now() - start);
  }

  var entries;
  if (box && window.SEARCH_INDEX) {
    entries = window.SEARCH_INDEX.map(function (told) {
      return {
        told: told, kind: told[0], title: told[1].toLowerCase().replace(/_/g, " "),
        words: (told[1] + " " + told[2] + " " + told[4]).toLowerCase().replace(/_/g, " ")
      };
    });
    document.getElementById("search").hidden = false;
    box.addEventListener("input", show);
    if (box.value) show();
  }
})();
