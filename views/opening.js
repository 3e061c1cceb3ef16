/* Minds the map that opens a visit: Streamlit's scripts start when it is drawn, or when it takes too long; it goes where
   no map of the page's own will take its place: on another page, or when the page has stood without one for so long
   that a slow network is no reason. */
(function () {
  "use strict";
  var LONGEST_MS = 1500, LOOK_MS = 200, LOOKS_WITHOUT_MAP = 50;
  var frame = document.getElementById("yuantu-opening"), later = document.getElementById("yuantu-later");
  var place = location.pathname, looks = 0, timer = setInterval(look, LOOK_MS);

  window.addEventListener("message", function (event) {
    if (event.source === frame.contentWindow && event.data && event.data.yuantu === "drawn") {
      frame.style.visibility = "visible";
      begin();
    }
  });
  setTimeout(begin, LONGEST_MS);

  function begin() {
    [].slice.call(later.content.children).forEach(function (one) {
      // A script that was parsed in a template does not run: it is made anew.
      var made = document.createElement(one.tagName);
      [].slice.call(one.attributes).forEach(function (own) { made.setAttribute(own.name, own.value); });
      document.head.appendChild(made);
      one.remove();
    });
  }

  function look() {
    if (!frame.isConnected) { clearInterval(timer); return; }
    var app = document.querySelector('[data-testid="stApp"]');
    var isDone = app && app.dataset.testScriptState === "notRunning" && app.querySelector('[data-testid="stMain"] [data-testid="stVerticalBlock"]');
    looks = isDone && !document.querySelector('iframe[title^="streamlit_folium"]') ? looks + 1 : 0;
    if (location.pathname !== place || looks > LOOKS_WITHOUT_MAP) { frame.remove(); }
  }
})();
