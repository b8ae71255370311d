/* The buttons of the phone page: each press is one request, however often it is sent. ES5. */

(function () {
  "use strict";

  var PATIENCE = 10000;
  var SAY = 8000;

  var main = document.getElementById("picture");
  var said = document.getElementById("said");
  var keys = {}; // The key of a press that got no answer: pressing again repeats it and does nothing twice.
  var hiding = 0;

  function newKey() {
    var bytes = new Uint8Array(16);
    var key = "";
    window.crypto.getRandomValues(bytes);
    for (var i = 0; i < bytes.length; i++) key += (bytes[i] < 16 ? "0" : "") + bytes[i].toString(16);
    return key;
  }

  function press(event) {
    var button = event.target;
    while (button && button !== main && !(button.dataset && button.dataset.post)) button = button.parentNode;
    if (button && button !== main && !button.disabled) send(button);
  }

  function send(button) {
    var verb = button.dataset.post;
    var request = new XMLHttpRequest();
    var words = button.innerHTML;
    keys[verb] = keys[verb] || newKey();
    button.disabled = true;
    button.textContent = button.dataset.busy;
    request.open("POST", "/api/phone/" + document.body.dataset.token + "/" + verb);
    request.setRequestHeader("Content-Type", "application/json");
    request.setRequestHeader("Idempotency-Key", keys[verb]);
    request.timeout = PATIENCE;
    request.onloadend = function () {
      var away = request.status === 0 || request.status >= 500;
      button.disabled = false;
      button.innerHTML = words;
      if (!away) delete keys[verb];
      if (request.status !== 200) say(away ? said.dataset.away : said.dataset.refused);
      window.nextchair.ask();
    };
    request.send("{}");
  }

  function say(text) {
    said.textContent = text;
    said.hidden = false;
    clearTimeout(hiding);
    hiding = setTimeout(function () {
      said.hidden = true;
    }, SAY);
  }

  main.addEventListener("click", press);
})();
