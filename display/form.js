/* The questionnaire's page: sends what was entered, shows what comes back. It decides nothing. ES5. */

(function () {
  "use strict";

  var PATIENCE = 10000;
  var SAY = 8000;

  var main = document.getElementById("picture");
  var said = document.getElementById("said");
  var answers = JSON.parse(document.body.getAttribute("data-answers"));
  var door = "/api/phone/" + document.body.getAttribute("data-token") + "/form?language=" + document.body.getAttribute("data-language");
  var key = ""; // Kept until there is an answer: sending again repeats the request and does nothing twice.
  var hiding = 0;

  function newKey() {
    var bytes = new Uint8Array(16);
    var made = "";
    window.crypto.getRandomValues(bytes);
    for (var i = 0; i < bytes.length; i++) made += (bytes[i] < 16 ? "0" : "") + bytes[i].toString(16);
    return made;
  }

  function entered() {
    var questions = main.querySelectorAll("[data-question]");
    var raw = {};
    for (var i = 0; i < questions.length; i++) {
      var several = questions[i].getAttribute("data-several") === "1";
      var inputs = questions[i].querySelectorAll("input, textarea");
      var values = [];
      for (var n = 0; n < inputs.length; n++) {
        var ticked = inputs[n].type === "radio" || inputs[n].type === "checkbox";
        if (!ticked || inputs[n].checked) values.push(inputs[n].value);
      }
      raw[questions[i].getAttribute("data-question")] = several ? values : values[0] || "";
    }
    return raw;
  }

  function send(action) {
    var form = document.getElementById("form");
    var request = new XMLHttpRequest();
    key = key || newKey();
    busy(true);
    request.open("POST", door);
    request.setRequestHeader("Content-Type", "application/json");
    request.setRequestHeader("Idempotency-Key", key);
    request.timeout = PATIENCE;
    request.onloadend = function () {
      var away = request.status === 0 || request.status >= 500;
      busy(false);
      if (!away) key = "";
      if (request.status === 200) show(JSON.parse(request.responseText));
      else say(away ? said.getAttribute("data-away") : said.getAttribute("data-refused"));
    };
    request.send(JSON.stringify({ answers: answers, raw: entered(), page: form.getAttribute("data-page"), action: action }));
  }

  function show(turn) {
    answers = turn.answers;
    main.innerHTML = turn.body;
    up();
    window.scrollTo(0, 0);
    var first = main.querySelector(".form-fault, h1");
    if (first) {
      first.setAttribute("tabindex", "-1");
      first.focus();
    }
  }

  function up() {
    var link = main.querySelector("[data-up]");
    if (link) link.href = "/t/" + document.body.getAttribute("data-token") + "?language=" + document.body.getAttribute("data-language");
  }

  function busy(on) {
    var buttons = main.querySelectorAll("button");
    for (var i = 0; i < buttons.length; i++) buttons[i].disabled = on;
  }

  function say(text) {
    said.textContent = text;
    said.hidden = false;
    clearTimeout(hiding);
    hiding = setTimeout(function () {
      said.hidden = true;
    }, SAY);
  }

  main.addEventListener("submit", function (event) {
    event.preventDefault();
    send("next");
  });
  main.addEventListener("click", function (event) {
    if (event.target.getAttribute("data-action") === "back") send("back");
  });
  up();
})();
