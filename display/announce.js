/* Says each call once: a chime, then the voice. One after the other, never over each other. ES5. */

(function () {
  "use strict";

  var RECENT = 60000; // An older call is not spoken any more.
  var RATE = 0.9;
  var PATIENCE = 15000; // A voice that does not end by then never will.
  var NOTES = { no: [659, 880], yes: [880, 659, 880] };
  var NOTE = 0.4; // Seconds; two notes are the 0.8 s of a call.
  var LOUDNESS = 0.3;

  var main = document.getElementById("picture");
  var muted = document.getElementById("muted");
  var page = window.nextchair;
  var Context = window.AudioContext || window.webkitAudioContext;
  var context = Context ? new Context() : null;
  var known = page.recall("nextchair.spoken");
  var queue = [];
  var voice = null; // Kept, for Chrome forgets the end of an utterance nobody holds.

  function list() {
    return main.querySelector(".announcements");
  }

  function isOn() {
    return Boolean(list()) && list().dataset.sound === "on";
  }

  function mayPlay() {
    return Boolean(context) && context.state === "running";
  }

  /** Takes what is new out of a picture; what is no longer in it need not be said. */
  function hear() {
    var items = list() ? list().children : [];
    var present = {};
    for (var i = 0; i < items.length; i++) {
      present[items[i].dataset.say] = 1;
      if (!known[items[i].dataset.say]) add(items[i]);
    }
    known = present;
    page.remember("nextchair.spoken", known);
    queue = queue.filter(function (call) {
      return present[call.id];
    });
    showMuted();
    next();
  }

  function add(item) {
    var call = { id: item.dataset.say, urgent: item.dataset.urgent, lines: [] };
    var place = queue.length;
    if (!isOn() || page.now() - Date.parse(item.dataset.at) > RECENT) return;
    for (var i = 0; i < item.children.length; i++) {
      call.lines.push({ language: item.children[i].lang, text: item.children[i].textContent });
    }
    // An urgent call goes before those that are not, behind other urgent ones.
    while (call.urgent === "yes" && place > 0 && queue[place - 1].urgent !== "yes") place--;
    queue.splice(place, 0, call);
  }

  function next() {
    var call;
    if (page.busy || !queue.length) return;
    call = queue.shift();
    page.busy = true;
    chime(NOTES[call.urgent], function () {
      say(call.lines, 0, function () {
        page.busy = false;
        next();
      });
    });
  }

  function chime(notes, done) {
    if (!mayPlay()) {
      setTimeout(done, 0);
      return;
    }
    notes.forEach(play);
    setTimeout(done, notes.length * NOTE * 1000);
  }

  function play(pitch, index) {
    var note = context.createOscillator();
    var gain = context.createGain();
    var begin = context.currentTime + index * NOTE;
    note.frequency.value = pitch;
    note.connect(gain);
    gain.connect(context.destination);
    gain.gain.setValueAtTime(0.0001, begin);
    gain.gain.exponentialRampToValueAtTime(LOUDNESS, begin + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.0001, begin + NOTE);
    note.start(begin);
    note.stop(begin + NOTE);
  }

  /** The voice for a language, null where the screen has none: then the chime and the panel say it. */
  function voiceFor(language) {
    var voices = window.speechSynthesis ? window.speechSynthesis.getVoices() : [];
    for (var i = 0; i < voices.length; i++) {
      if (voices[i].lang.toLowerCase().replace("_", "-").split("-")[0] === language.split("-")[0]) return voices[i];
    }
    return null;
  }

  function say(lines, index, done) {
    var found;
    if (index === lines.length) {
      done();
      return;
    }
    found = voiceFor(lines[index].language);
    if (found) speak(lines[index], found, go);
    else go();

    function go() {
      say(lines, index + 1, done);
    }
  }

  function speak(line, found, done) {
    var over = false;
    var waiting = setTimeout(function () {
      window.speechSynthesis.cancel();
      end();
    }, PATIENCE);
    voice = new window.SpeechSynthesisUtterance(line.text);
    voice.voice = found;
    voice.lang = found.lang;
    voice.rate = RATE;
    voice.onend = end;
    voice.onerror = end;
    window.speechSynthesis.speak(voice);

    function end() {
      if (over) return;
      over = true;
      clearTimeout(waiting);
      done();
    }
  }

  /** Browsers allow sound only after a key was pressed: say which one. */
  function showMuted() {
    muted.hidden = !isOn() || mayPlay();
    document.body.classList[muted.hidden ? "remove" : "add"]("muted");
  }

  function unlock() {
    if (context && context.state === "suspended") context.resume();
  }

  if (context) context.onstatechange = showMuted;
  document.addEventListener("click", unlock);
  document.addEventListener("keydown", unlock);
  main.addEventListener("shown", hear);
  hear();
})();
