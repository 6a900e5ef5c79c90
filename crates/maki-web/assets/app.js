/* Small helps on top of pages that work without: filters apply at once, suggestions while typing. */
(function () {
  "use strict";

  /* Printing is a key of the browser; the button only reminds of it. */
  var print = document.querySelector("[data-print]");
  if (print && window.print) {
    print.hidden = false;
    print.addEventListener("click", function () { window.print(); });
  }

  /* Filters: the same address the form would open is fetched and its parts are put in place. */
  var form = document.querySelector("form[data-search]");
  if (form && window.fetch && window.DOMParser && window.URLSearchParams) {
    document.documentElement.classList.add("m-live");
    var running = null;
    var here = function () { return window.location.pathname + window.location.search; };
    var shown = here();
    var live = function () {
      var note = document.querySelector("[data-live-note]");
      if (note) { note.hidden = false; }
    };
    live();

    var address = function () {
      var pairs = new URLSearchParams();
      new FormData(form).forEach(function (value, name) { if (value !== "") { pairs.append(name, value); } });
      if (pairs.get("sort") === "relevance") { pairs.delete("sort"); }
      var query = pairs.toString();
      return form.getAttribute("action") + (query ? "?" + query : "");
    };

    var replace = function (page, selector) {
      var mine = document.querySelector(selector);
      var theirs = page.querySelector(selector);
      if (mine && theirs) { mine.innerHTML = theirs.innerHTML; }
    };

    var show = function (href, push) {
      if (running) { running.abort(); }
      running = window.AbortController ? new AbortController() : null;
      fetch(href, { headers: { Accept: "text/html" }, signal: running ? running.signal : undefined })
        .then(function (answer) {
          if (!answer.ok) { throw new Error("status"); }
          return answer.text();
        })
        .then(function (html) {
          var page = new DOMParser().parseFromString(html, "text/html");
          /* A search without hits has no filters and no order: then nothing fits into its place. */
          if (!page.querySelector(".m-filter") !== !document.querySelector(".m-filter")) {
            window.location.href = href;
            return;
          }
          var focused = document.activeElement ? document.activeElement.id : "";
          var opened = Array.prototype.map.call(document.querySelectorAll(".m-filter__body details[open]"), function (d) {
            var facet = d.closest("[data-facet]");
            return facet ? facet.getAttribute("data-facet") : "";
          });
          var status = page.querySelector(".m-results__count");
          var said = document.querySelector(".m-results__count");
          /* The line that is read out stays in place, so that its change is noticed. */
          Array.prototype.forEach.call(document.querySelectorAll(".m-results > *:not(.m-results__head)"), function (n) { n.remove(); });
          var results = document.querySelector(".m-results");
          Array.prototype.forEach.call(page.querySelectorAll(".m-results > *:not(.m-results__head)"), function (n) {
            results.appendChild(document.adoptNode(n));
          });
          replace(page, ".m-filter__body");
          opened.forEach(function (name) {
            Array.prototype.forEach.call(document.querySelectorAll('[data-facet="' + name + '"]'), function (facet) {
              if (facet.tagName === "DETAILS") { facet.open = true; }
              Array.prototype.forEach.call(facet.querySelectorAll("details"), function (d) { d.open = true; });
            });
          });
          live();
          document.title = page.title;
          var kept = focused ? document.getElementById(focused) : null;
          if (kept) { kept.focus({ preventScroll: true }); }
          if (said && status) { said.textContent = status.textContent; }
          Array.prototype.forEach.call(document.querySelectorAll(".m-service a[hreflang]"), function (a) {
            var other = page.querySelector('.m-service a[hreflang="' + a.hreflang + '"]');
            if (other) { a.href = other.getAttribute("href"); }
          });
          if (push) { history.pushState({ search: true }, "", href); }
          shown = here();
        })
        .catch(function (error) { if (error.name !== "AbortError") { window.location.href = href; } });
    };

    form.addEventListener("change", function (event) {
      if (event.target.type === "checkbox" || event.target.id === "sort") { show(address(), true); }
    });
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      show(address(), true);
    });
    /* Following a link within the page is no step back. */
    window.addEventListener("popstate", function () { if (here() !== shown) { window.location.reload(); } });
  }

  /* Suggestions: a combobox with a list, keyboard first. */
  Array.prototype.forEach.call(document.querySelectorAll("input[data-suggest]"), function (input) {
    var list = document.createElement("ul");
    list.className = "m-suggest";
    list.id = input.id + "-liste";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels && input.labels[0] ? input.labels[0].textContent : "");
    list.hidden = true;
    input.insertAdjacentElement("afterend", list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    var chosen = -1;
    var timer = 0;
    var asked = "";

    var close = function () {
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    var take = function (item) {
      close();
      if (item.href) { window.location.href = item.href; return; }
      input.value = item.text;
      if (input.form.requestSubmit) { input.form.requestSubmit(); } else { input.form.submit(); }
    };
    var mark = function (place) {
      var items = list.children;
      if (!items.length) { return; }
      chosen = (place + items.length) % items.length;
      Array.prototype.forEach.call(items, function (item, i) { item.setAttribute("aria-selected", i === chosen ? "true" : "false"); });
      input.setAttribute("aria-activedescendant", items[chosen].id);
      items[chosen].scrollIntoView({ block: "nearest" });
    };
    var fill = function (found) {
      list.textContent = "";
      found.forEach(function (entry, i) {
        var item = document.createElement("li");
        item.id = list.id + "-" + i;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.appendChild(document.createTextNode(entry.text));
        if (entry.kind) {
          var kind = document.createElement("span");
          kind.textContent = entry.kind;
          item.appendChild(kind);
        }
        item.addEventListener("mousedown", function (event) { event.preventDefault(); });
        item.addEventListener("click", function () { take(entry); });
        item.entry = entry;
        list.appendChild(item);
      });
      chosen = -1;
      list.hidden = found.length === 0;
      input.setAttribute("aria-expanded", found.length ? "true" : "false");
    };

    input.addEventListener("input", function () {
      window.clearTimeout(timer);
      var text = input.value.trim();
      if (text.length < 2) { close(); return; }
      timer = window.setTimeout(function () {
        asked = text;
        fetch(input.getAttribute("data-suggest") + "?q=" + encodeURIComponent(text))
          .then(function (answer) { return answer.ok ? answer.json() : []; })
          .then(function (found) { if (asked === text && document.activeElement === input) { fill(found); } })
          .catch(close);
      }, 150);
    });
    input.addEventListener("keydown", function (event) {
      if (list.hidden) { return; }
      if (event.key === "ArrowDown") { event.preventDefault(); mark(chosen + 1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); mark(chosen < 0 ? -1 : chosen - 1); }
      else if (event.key === "Escape") { event.preventDefault(); close(); }
      else if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); take(list.children[chosen].entry); }
    });
    input.addEventListener("blur", function () { window.setTimeout(close, 100); });
  });

  /* "Does it exist already?": the list below follows the typing, with the page that the form would open. */
  var similar = document.querySelector("form[data-similar]");
  if (similar && window.fetch && window.DOMParser && window.URLSearchParams) {
    var similarWait = null;
    var similarRun = null;
    var look = function () {
      var query = new URLSearchParams(new FormData(similar)).toString();
      if (similarRun) { similarRun.abort(); }
      similarRun = window.AbortController ? new AbortController() : null;
      fetch(similar.getAttribute("action") + "?" + query, { headers: { Accept: "text/html" }, signal: similarRun ? similarRun.signal : undefined })
        .then(function (answer) {
          if (!answer.ok || answer.redirected) { throw new Error("status"); }
          return answer.text();
        })
        .then(function (html) {
          var page = new DOMParser().parseFromString(html, "text/html");
          var mine = document.querySelector("[data-similar-result]");
          var theirs = page.querySelector("[data-similar-result]");
          if (!mine || !theirs) { return; }
          /* The line that is read out stays in place, so that its change is noticed. */
          mine.querySelector("[role=status]").textContent = theirs.querySelector("[role=status]").textContent;
          Array.prototype.forEach.call(mine.querySelectorAll(":scope > form"), function (n) { n.remove(); });
          Array.prototype.forEach.call(theirs.querySelectorAll(":scope > form"), function (n) { mine.appendChild(document.adoptNode(n)); });
          var name = document.getElementById("f-name");
          if (name && !name.dataset.touched) { name.value = similar.elements.q.value; }
        })
        .catch(function () { /* The button still searches. */ });
    };
    similar.addEventListener("input", function () {
      window.clearTimeout(similarWait);
      similarWait = window.setTimeout(look, 250);
    });
    var named = document.getElementById("f-name");
    if (named) { named.addEventListener("input", function () { named.dataset.touched = "1"; }); }
  }

  /* Characters that are left, said once typing pauses. */
  Array.prototype.forEach.call(document.querySelectorAll("textarea[data-limit]"), function (area) {
    var limit = Number(area.getAttribute("data-limit"));
    var line = document.createElement("p");
    line.className = "m-left";
    line.setAttribute("role", "status");
    var wait = null;
    var tell = function () {
      var left = limit - Array.from(area.value).length;
      line.textContent = left <= limit / 4 ? area.getAttribute("data-left") + " " + left.toLocaleString(document.documentElement.lang) : "";
    };
    area.insertAdjacentElement("afterend", line);
    area.addEventListener("input", function () { window.clearTimeout(wait); wait = window.setTimeout(tell, 600); });
  });

  /* After a refused form the summary of its faults comes first. */
  var faults = document.getElementById("fehler");
  if (faults) { faults.focus(); }

  /* A fault or change link opens what its field is folded into. */
  if (window.location.hash.indexOf("#f-") === 0) {
    var aimed = document.getElementById(window.location.hash.slice(1));
    if (aimed) { aimed.focus(); }
  }

  /* Leaving a form with unsaved changes asks first. */
  var guarded = document.querySelector("form[data-guarded]");
  if (guarded) {
    var changed = false;
    guarded.addEventListener("input", function () { changed = true; });
    guarded.addEventListener("submit", function () { changed = false; });
    window.addEventListener("beforeunload", function (event) { if (changed) { event.preventDefault(); } });
  }
})();
