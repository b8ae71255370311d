/* Keeps a page's picture the newest there is, and says how old it is when it is not. ES5: televisions of 2018 read it. */

(function () {
  "use strict";

  var TICK = 1000;
  var ASK = 5000; // How often a page without a socket asks.
  var PATIENCE = 4000;
  var SILENCE = 12000; // No picture and no sign of life for so long: the board is stale.
  var PAUSE = 2000; // A random wait before asking, so that not all screens ask at once.
  var LARGE = 10000; // A call is shown in full at least so long.
  var RECENT = 60000;
  var IDLE = 20000; // No call for so long: a new build may be loaded.
  var SHIFT = 60000; // The care shift of a pixel or two.
  var SHOW_NAME = 10000;

  var page = document.body;
  var main = document.getElementById("picture");
  var stale = document.getElementById("stale");
  var facts = page.dataset;
  var shown = { rev: Number(facts.rev), at: Date.parse(facts.at), hash: facts.hash };
  var clock = { at: shown.at, since: performance.now() };
  var heard = performance.now();
  var asked = performance.now();
  var asking = null;
  var pausing = false;
  var rebuilt = "";
  var socket = null;
  var seen = recall("nextchair.seen");

  window.nextchair = { now: now, ask: ask, recall: recall, remember: remember, busy: false };

  /** The server's time. What it tells is a little old already, so the latest estimate wins. */
  function now() {
    return clock.at + (performance.now() - clock.since);
  }

  function setClock(at) {
    var ahead = now() - at;
    if (ahead < 0 || ahead > RECENT) clock = { at: at, since: performance.now() };
  }

  /** What this tab noted under a name; a reload keeps it, a television without storage forgets it. */
  function recall(name) {
    try {
      return JSON.parse(sessionStorage.getItem(name)) || {};
    } catch (error) {
      return {};
    }
  }

  function remember(name, value) {
    try {
      sessionStorage.setItem(name, JSON.stringify(value));
    } catch (error) {
      return;
    }
  }

  function each(root, selector, act) {
    var found = root.querySelectorAll(selector);
    for (var i = 0; i < found.length; i++) act(found[i]);
  }

  function receive(picture) {
    var at = Date.parse(picture.at);
    (picture.orders || []).forEach(obey);
    if (picture.rev < shown.rev) return;
    heard = performance.now();
    setClock(at);
    if (picture.build !== facts.build) rebuilt = picture.build;
    if (picture.rev === shown.rev && at <= shown.at) return;
    if (picture.body === undefined && picture.hash !== shown.hash) {
      askSoon();
      return;
    }
    shown = { rev: picture.rev, at: at, hash: picture.hash };
    if (picture.body !== undefined) show(picture.body);
    refresh();
  }

  function show(html) {
    var next = document.createElement("main");
    next.innerHTML = html;
    dress(next);
    morphdom(main, next, { childrenOnly: true, onBeforeElUpdated: keepOpen });
    main.dispatchEvent(makeEvent("shown"));
  }

  /** What somebody opened on the own phone stays open. */
  function keepOpen(from, to) {
    if (from.tagName === "DETAILS" && from.open) to.setAttribute("open", "");
    return !from.isEqualNode(to);
  }

  function makeEvent(name) {
    var event = document.createEvent("Event");
    event.initEvent(name, false, false);
    return event;
  }

  /** Puts into a picture what depends on the moment: the clock, and whether a call is still shown in full. */
  function dress(root) {
    var time = now();
    each(root, "[data-clock]", function (place) {
      setText(place, wallClock(time, root));
    });
    each(root, "[data-call]", function (call) {
      var fresh = time - firstSeen(call.dataset.call, time) < LARGE && time - Date.parse(call.dataset.at) < RECENT;
      call.classList[fresh ? "remove" : "add"]("settled");
    });
    each(root, "[data-below]", function (link) {
      link.setAttribute("href", "/t/" + facts.token + "/" + link.dataset.below + "?language=" + facts.language);
    });
  }

  function firstSeen(call, time) {
    if (!seen[call]) {
      seen[call] = time;
      remember("nextchair.seen", seen);
    }
    return seen[call];
  }

  function forgetCalls() {
    var kept = {};
    each(main, "[data-call]", function (call) {
      kept[call.dataset.call] = seen[call.dataset.call];
    });
    seen = kept;
  }

  function setText(place, text) {
    if (place.textContent !== text) place.textContent = text;
  }

  /** Hours and minutes in the clinic, whatever the television believes. */
  function wallClock(time, root) {
    var board = root.querySelector("[data-offset]");
    var local = new Date(time + Number(board ? board.dataset.offset : 0) * 60000);
    return two(local.getUTCHours()) + ":" + two(local.getUTCMinutes());
  }

  function two(number) {
    return (number < 10 ? "0" : "") + number;
  }

  function refresh() {
    dress(main);
    forgetCalls();
    showAge(performance.now() - heard);
  }

  function showAge(silence) {
    var isStale = silence > SILENCE;
    var minutes = Math.floor(silence / 60000);
    stale.hidden = !isStale;
    page.classList[isStale ? "add" : "remove"]("stale");
    if (!isStale) return;
    each(stale, "[data-stopped]", function (place) {
      setText(place, place.dataset.text.replace("{at}", wallClock(now() - silence, main)));
    });
    each(stale, "[data-age]", function (place) {
      setText(place, minutes ? place.dataset.text.replace("{n}", minutes) : place.dataset.under);
    });
  }

  function ask() {
    if (asking) return;
    asked = performance.now();
    asking = new XMLHttpRequest();
    asking.open("GET", facts.door);
    asking.timeout = PATIENCE;
    asking.onloadend = function () {
      var answer = asking;
      asking = null;
      if (answer.status === 200) read(answer.responseText);
      // Revoked or expired: the page itself has other words for that.
      else if ([401, 403, 404, 410].indexOf(answer.status) >= 0 && performance.now() > ASK) location.reload();
    };
    asking.send();
  }

  function read(text) {
    var picture = null;
    try {
      picture = JSON.parse(text);
    } catch (error) {
      picture = null;
    }
    // A proxy may answer in its own words: the next try may reach the server.
    if (picture && typeof picture.rev === "number") receive(picture);
  }

  function askSoon() {
    if (pausing) return;
    pausing = true;
    setTimeout(function () {
      pausing = false;
      ask();
    }, Math.random() * PAUSE);
  }

  function obey(order) {
    if (order === "reload") location.reload();
    if (order === "identify") identify();
  }

  function identify() {
    var name = document.getElementById("identify");
    if (!name) return;
    name.hidden = false;
    setTimeout(function () {
      name.hidden = true;
    }, SHOW_NAME);
  }

  /** Loads a new build, once, when nobody is being called. */
  function renew() {
    var last = 0;
    each(main, "[data-at]", function (call) {
      last = Math.max(last, Date.parse(call.dataset.at));
    });
    if (!rebuilt || window.nextchair.busy || now() - last < IDLE || recall("nextchair.build").tried === rebuilt) return;
    remember("nextchair.build", { tried: rebuilt });
    location.reload();
  }

  function tick() {
    var time = performance.now();
    var connected = socket && socket.connected;
    if ((!connected || time - heard > SILENCE) && time - asked >= ASK) {
      ask();
      // The client does not try again by itself when it was the server that hung up.
      if (socket && !socket.active) socket.connect();
    }
    page.classList.remove("orbit-1", "orbit-2", "orbit-3");
    if (facts.face === "screen") page.classList.add("orbit-" + (Math.floor(time / SHIFT) % 4));
    refresh();
    renew();
  }

  function watch() {
    socket.emit("watch", facts.face === "phone" ? { face: "phone", token: facts.token, language: facts.language } : { face: "screen" });
  }

  refresh();
  setInterval(tick, TICK);
  // A phone that was in a pocket stood still: look at once.
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden) ask();
  });
  if (window.io) {
    socket = window.io({ path: "/live", transports: ["websocket"], reconnectionDelayMax: ASK });
    socket.on("connect", watch);
    socket.on("picture", receive);
  }
})();
