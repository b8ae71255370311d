/* A screen that is not paired yet: asks for a code, shows it, and begins once reception has approved it. ES5. */

(function () {
  "use strict";

  var ASK = 3000;
  var PATIENCE = 10000;
  var CLAIM = "#claim=";

  var code = document.getElementById("code");
  var away = document.getElementById("away");
  var claim = location.hash.indexOf(CLAIM) === 0 ? decodeURIComponent(location.hash.slice(CLAIM.length)) : "";

  function newKey() {
    var bytes = new Uint8Array(16);
    var key = "";
    window.crypto.getRandomValues(bytes);
    for (var i = 0; i < bytes.length; i++) key += (bytes[i] < 16 ? "0" : "") + bytes[i].toString(16);
    return key;
  }

  function send(method, address, body, then) {
    var request = new XMLHttpRequest();
    request.open(method, address);
    request.timeout = PATIENCE;
    if (body) {
      request.setRequestHeader("Content-Type", "application/json");
      request.setRequestHeader("Idempotency-Key", newKey());
    }
    request.onloadend = function () {
      var answer = request.status === 200 ? JSON.parse(request.responseText) : null;
      away.hidden = answer !== null || (request.status > 0 && request.status < 500);
      then(answer);
    };
    request.send(body ? JSON.stringify(body) : null);
  }

  function look() {
    send("GET", "/api/pair?kind=screen", null, function (answer) {
      var state = answer ? answer.state : "";
      if (state === "paired") begin();
      else if (state === "unknown" || state === "revoked") ask();
      else again(answer);
    });
  }

  function ask() {
    send("POST", "/api/pair/ask", { kind: "screen" }, again);
  }

  function again(answer) {
    if (answer && answer.code) code.textContent = answer.code;
    setTimeout(look, ASK);
  }

  function begin() {
    location.replace("/screen");
  }

  // An address from `nextchair pair` carries its approval behind the #, where no log sees it.
  if (claim) {
    send("POST", "/api/pair/claim", { claim: claim }, function (answer) {
      if (answer) begin();
      else look();
    });
  } else {
    look();
  }
})();
