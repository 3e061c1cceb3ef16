/* The map of parks in the browser: draws what the app serves, takes filters without rebuilding, tells the page of clicks.
   Needs Leaflet only. `yuantu.start` once a map, `yuantu.served` once a layer, `yuantu.apply` at every change. */
(function () {
  "use strict";
  if (window.yuantu) { return; }

  var GRADE_DASH = { A: null, B: null, C: "7 4", D: "1.5 5" };
  var GREY = "#8A8F98";
  var state = { shown: null, selected: null, sectors: [], counts: {}, total: 0 };
  var parts = {};           // extent_id -> Leaflet layer
  var halos = {};           // extent_id -> Leaflet layer
  var labels = [];          // {marker, rank, extentId}
  var config = null, map = null, legendBox = null, parksGroup = null, sequence = 0, pending = 0, isReady = false, home = null;

  function start(target, options) {
    map = target;
    config = options;
    window.yuantu.map = map;
    document.documentElement.lang = options.language;
    [["sea", 150], ["land", 200], ["district", 250], ["metro", 300], ["halo", 350], ["park", 400], ["place", 450], ["label", 620]]
      .forEach(function (pane) { map.createPane(pane[0]).style.zIndex = pane[1]; });
    map.getPane("label").style.pointerEvents = "none";
    map.getPane("halo").style.pointerEvents = "none";
    fillFrame();
    if (map.attributionControl) { map.attributionControl.setPrefix(false).addAttribution(esc(options.attribution)); }
    L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 120 }).addTo(map);
    addNotice();
    addPatterns();
    addLegend();
    restoreView();
    showWhenStyled();
    map.on("zoomend moveend overlayadd overlayremove", placeLabels);
    map.on("click", function () { if (state.selected) { tell({ type: "select", park_id: null }); } });
  }

  /* Styles load beside the scripts; a map without them is not a sight to show. */
  function showWhenStyled() {
    var box = map.getContainer(), pane = map.getPane("mapPane");
    if (getComputedStyle(pane).position === "absolute") {
      box.style.visibility = "";
      map.invalidateSize({ animate: false, pan: false });
      if (atHome()) { goHome(); }
      placeLabels();
      return;
    }
    box.style.visibility = "hidden";
    setTimeout(showWhenStyled, 25);
  }

  /* The frame's height is the page's business; the map follows it. */
  function fillFrame() {
    var box = map.getContainer();
    box.style.setProperty("height", "100vh", "important");
    box.style.setProperty("width", "100%", "important");
    map.invalidateSize({ animate: false, pan: false });
    new ResizeObserver(function () {
      var isAtHome = atHome();
      map.invalidateSize({ animate: false, pan: false });
      if (isAtHome) { goHome(); }
      placeLabels();
    }).observe(box);
  }

  /* ---- layers ---------------------------------------------------------------------------------------------------- */

  function served(group, name, url) {
    pending += 1;
    fetch(url).then(function (answer) {
      if (!answer.ok) { throw new Error(url + ": " + answer.status); }
      return answer.json();
    }).then(function (collection) {
      BUILDERS[name](group, collection);
    }).catch(function (error) {
      console.error(error);
      showFailure(String(error.message || error));
    }).finally(function () {
      pending -= 1;
      if (pending === 0) { isReady = true; draw(); document.body.dataset.yuantu = "ready"; }
    });
  }

  function plain(pane, style) {
    return function (group, collection) {
      L.geoJSON(collection, { pane: pane, interactive: false, style: style }).addTo(group);
    };
  }

  function text(properties, stem) { return properties[stem + "_" + config.language] || properties[stem + "_zh"] || ""; }

  var BUILDERS = {
    land: plain("land", function () { return { stroke: true, color: "#C9CFC9", weight: 0.7, fillColor: "#F8F7F2", fillOpacity: 1 }; }),
    neighbours: function () {},
    districts: function (group, collection) {
      L.geoJSON(collection, { pane: "district", interactive: false, style: { color: "#9AA3A0", weight: 1, dashArray: "6 3 1.5 3", fill: false } }).addTo(group);
      collection.features.forEach(function (feature) {
        var p = feature.properties;
        addLabel(group, [p.label_lat, p.label_lon], text(p, "name"), "yt-label yt-district", { rank: 1e6, id: null });
      });
    },
    metro_lines: plain("metro", function (feature) { return { color: feature.properties.colour, weight: 2, opacity: 0.45 }; }),
    metro_stations: function (group, collection) {
      L.geoJSON(collection, {
        pane: "place",
        pointToLayer: function (feature, at) {
          return L.circleMarker(at, { pane: "place", radius: 2.5, color: "#6B7280", weight: 1, fillColor: "#fff", fillOpacity: 1, bubblingMouseEvents: true })
            .bindTooltip(esc(text(feature.properties, "name")), { direction: "top", className: "yt-tip" });
        }
      }).addTo(group);
    },
    carriers: function (group, collection) { BUILDERS.anchors(group, collection); },
    anchors: function (group, collection) {
      collection.features.forEach(function (feature) {
        var at = L.latLng(feature.geometry.coordinates[1], feature.geometry.coordinates[0]), p = feature.properties;
        var mark = config.marks[p.kind] || { sign: "•", label: "" };
        L.marker(at, {
          pane: "place", keyboard: false,
          icon: L.divIcon({ className: "yt-place yt-place-" + p.kind, html: "<span>" + esc(mark.sign) + "</span>", iconSize: [18, 18] })
        }).bindTooltip("<b>" + esc(text(p, "name")) + "</b><br>" + esc(mark.label) + " · ±" + p.position_accuracy_m + " m",
          { direction: "top", className: "yt-tip" }).addTo(group);
      });
    },
    subdistricts: function (group, collection) {
      collection.features.forEach(function (feature) {
        var c = feature.geometry.coordinates;
        addLabel(group, [c[1], c[0]], text(feature.properties, "name"), "yt-label yt-subdistrict", { rank: 2e6, id: null, least: 13 });
      });
    },
    halos: function (group, collection) {
      L.geoJSON(collection, {
        pane: "halo", interactive: false, style: haloStyle,
        onEachFeature: function (feature, layer) { halos[feature.properties.extent_id] = layer; }
      });
      halos.group = group;
    },
    parks: function (group, collection) {
      parksGroup = group;
      L.geoJSON(collection, {
        pane: "park", style: partStyle, bubblingMouseEvents: false,
        onEachFeature: function (feature, layer) {
          var p = feature.properties;
          parts[p.extent_id] = layer;
          layer.bindTooltip(tip(p), { sticky: true, className: "yt-tip" });
          layer.on({
            click: function (event) { L.DomEvent.stop(event); tell({ type: "select", park_id: p.park_id, extent_id: p.extent_id }); },
            mouseover: function () { emphasise(p.park_id, true); },
            mouseout: function () { emphasise(p.park_id, false); },
            add: function () { mark(layer, p); }
          });
          addLabel(group, [p.label_lat, p.label_lon], text(p, "label"), "yt-label yt-park", { rank: -p.area_km2, id: p.extent_id, least: p.area_km2 < 0.6 ? 12.5 : 10 });
        }
      });
    }
  };

  function mark(layer, p) {
    var path = layer.getElement && layer.getElement();
    if (!path) { return; }
    path.setAttribute("data-extent", p.extent_id);
    path.setAttribute("data-park", p.park_id);
    path.setAttribute("data-grade", p.grade);
  }

  function tip(p) {
    var sectors = p.sectors.map(function (id) {
      return '<i class="yt-dot" style="background:' + config.colours[id] + '"></i>' + esc(config.names[id]);
    }).join("<br>") || '<i class="yt-dot" style="background:' + GREY + '"></i>' + esc(config.words.box_only);
    return "<b>" + esc(text(p, "title")) + "</b><br>" + sectors + "<br><small>" + esc(text(p, "known")) + "</small>";
  }

  function esc(value) {
    return String(value).replace(/[&<>"'`]/g, function (c) { return "&#" + c.charCodeAt(0) + ";"; });
  }

  function addLabel(group, at, words, className, item) {
    var marker = L.marker(at, {
      pane: "label", interactive: false, keyboard: false,
      icon: L.divIcon({ className: className, html: "<span>" + esc(words) + "</span>", iconSize: null })
    }).addTo(group);
    labels.push({ marker: marker, rank: item.rank, extentId: item.id, least: item.least || 0 });
  }

  /* ---- styles ---------------------------------------------------------------------------------------------------- */

  function patternId(sectors) { return "yt-" + sectors.join("-"); }

  function partStyle(feature) {
    var p = feature.properties, isChosen = state.selected === p.park_id;
    var fill = p.sectors.length === 0 ? GREY : p.sectors.length === 1 ? config.colours[p.sectors[0]] : "url(#" + patternId(p.sectors) + ")";
    return {
      color: isChosen ? "#111827" : p.sectors.length ? config.strokes[p.sectors[0]] : "#5B616B",
      weight: isChosen ? 3.2 : 1.8, dashArray: GRADE_DASH[p.grade], lineCap: p.grade === "D" ? "round" : "butt",
      fillColor: fill, fillOpacity: p.relation === "whole" ? 0.22 : isChosen ? 0.85 : 0.62, opacity: 1
    };
  }

  function haloStyle(feature) {
    var isChosen = state.selected === feature.properties.park_id;
    return { stroke: isChosen, color: "#374151", weight: 1, dashArray: "2 4", fillColor: "#6B7280", fillOpacity: isChosen ? 0.13 : 0.06 };
  }

  function addPatterns() {
    var ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg"), defs = document.createElementNS(ns, "defs");
    svg.setAttribute("width", 0); svg.setAttribute("height", 0); svg.style.position = "absolute";
    config.mixtures.forEach(function (sectors) {
      var pattern = document.createElementNS(ns, "pattern"), band = 7, size = band * sectors.length;
      [["id", patternId(sectors)], ["width", size], ["height", size], ["patternUnits", "userSpaceOnUse"], ["patternTransform", "rotate(45)"]]
        .forEach(function (pair) { pattern.setAttribute(pair[0], pair[1]); });
      sectors.forEach(function (id, number) {
        var stripe = document.createElementNS(ns, "rect");
        [["x", number * band], ["y", 0], ["width", band], ["height", size], ["fill", config.colours[id]]]
          .forEach(function (pair) { stripe.setAttribute(pair[0], pair[1]); });
        pattern.appendChild(stripe);
      });
      defs.appendChild(pattern);
    });
    svg.appendChild(defs);
    document.body.appendChild(svg);
  }

  function emphasise(parkId, isOn) {
    Object.keys(parts).forEach(function (id) {
      var layer = parts[id];
      if (layer.feature.properties.park_id !== parkId || !parksGroup.hasLayer(layer)) { return; }
      var style = partStyle(layer.feature);
      layer.setStyle(isOn ? { weight: style.weight + 1.2, fillOpacity: Math.min(0.95, style.fillOpacity + 0.2) } : style);
    });
  }

  /* ---- state ----------------------------------------------------------------------------------------------------- */

  function apply(next) {
    var before = state.selected;
    state = next;
    draw();
    if (state.selected && state.selected !== before) { reveal(state.selected); }
  }

  function draw() {
    if (!isReady || !parksGroup) { return; }
    var shown = {};
    (state.shown || Object.keys(parts)).forEach(function (id) { shown[id] = true; });
    Object.keys(parts).forEach(function (id) {
      var layer = parts[id];
      if (shown[id] && !parksGroup.hasLayer(layer)) { parksGroup.addLayer(layer); }
      if (!shown[id] && parksGroup.hasLayer(layer)) { parksGroup.removeLayer(layer); }
      if (shown[id]) { layer.setStyle(partStyle(layer.feature)); }
      if (shown[id] && state.selected === layer.feature.properties.park_id && layer.bringToFront) { layer.bringToFront(); }
    });
    if (halos.group) {
      Object.keys(halos).forEach(function (id) {
        if (id === "group") { return; }
        var layer = halos[id], p = layer.feature.properties, wanted = shown[id] && (p.grade === "D" || state.selected === p.park_id);
        if (wanted && !halos.group.hasLayer(layer)) { halos.group.addLayer(layer); }
        if (!wanted && halos.group.hasLayer(layer)) { halos.group.removeLayer(layer); }
        if (wanted) { layer.setStyle(haloStyle(layer.feature)); }
      });
    }
    drawLegend();
    placeLabels();
  }

  function reveal(parkId) {
    var bounds = null;
    Object.keys(parts).forEach(function (id) {
      if (parts[id].feature.properties.park_id === parkId && parksGroup && parksGroup.hasLayer(parts[id])) {
        bounds = bounds ? bounds.extend(parts[id].getBounds()) : L.latLngBounds(parts[id].getBounds().getSouthWest(), parts[id].getBounds().getNorthEast());
      }
    });
    if (bounds && !map.getBounds().intersects(bounds)) { map.fitBounds(bounds, { maxZoom: 13, padding: [40, 40] }); }
  }

  function tell(event) {
    sequence += 1;
    event.n = Date.now() + "." + sequence;
    window.parent.postMessage({ isStreamlitMessage: true, type: "streamlit:setComponentValue", value: event, dataType: "json" }, "*");
  }

  /* ---- labels ---------------------------------------------------------------------------------------------------- */

  function placeLabels() {
    if (!isReady) { return; }
    var zoom = map.getZoom(), size = map.getSize(), taken = [legendSpace()];
    labels.slice().sort(function (a, b) { return rank(a) - rank(b); }).forEach(function (item) {
      var element = item.marker.getElement();
      if (!element) { return; }
      var isDrawn = zoom >= item.least || isChosen(item);
      if (item.extentId && !(parts[item.extentId] && parksGroup.hasLayer(parts[item.extentId]))) { isDrawn = false; }
      var at = map.latLngToContainerPoint(item.marker.getLatLng()), span = element.firstChild;
      element.classList.toggle("yt-chosen", isChosen(item));
      if (isDrawn) {
        element.style.display = "";
        var half = [span.offsetWidth / 2 + 2, span.offsetHeight / 2 + 1], step = span.offsetHeight + 2;
        var shift = [0, -step, step].find(function (dy) {
          var box = [at.x - half[0], at.y + dy - half[1], at.x + half[0], at.y + dy + half[1]];
          var isFree = box[0] >= 0 && box[1] >= 0 && box[2] <= size.x && box[3] <= size.y &&
            !taken.some(function (o) { return box[0] < o[2] && box[2] > o[0] && box[1] < o[3] && box[3] > o[1]; });
          if (isFree) { taken.push(box); }
          return isFree;
        });
        isDrawn = shift !== undefined;
        span.style.top = (shift || 0) + "px";
      }
      element.style.display = isDrawn ? "" : "none";
    });
  }

  /* Where the legend stands, in the map's pixels: no label is placed under it. */
  function legendSpace() {
    var frame = map.getContainer().getBoundingClientRect(), box = legendBox.getBoundingClientRect();
    return [box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top];
  }

  function isChosen(item) { return !!item.extentId && item.extentId.split("/")[0] === state.selected; }
  function rank(item) { return isChosen(item) ? -1e9 + item.rank : item.rank; }

  /* ---- controls -------------------------------------------------------------------------------------------------- */

  function control(position, className) {
    var made = L.control({ position: position });
    made.onAdd = function () {
      var box = L.DomUtil.create("div", className);
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      return box;
    };
    made.addTo(map);
    return made.getContainer();
  }

  function addNotice() { control("bottomleft", "yt-notice").textContent = config.notice; }

  function addLegend() {
    legendBox = control("bottomright", "yt-legend");
    var isOpen = window.innerWidth > 640;
    legendBox.innerHTML = '<button type="button" class="yt-legend-head" aria-expanded="' + isOpen + '">' + esc(config.words.legend) + "</button>" +
      '<div class="yt-legend-body"></div>';
    var head = legendBox.firstChild;
    legendBox.classList.toggle("yt-closed", !isOpen);
    head.addEventListener("click", function () {
      var closed = legendBox.classList.toggle("yt-closed");
      head.setAttribute("aria-expanded", String(!closed));
      placeLabels();
    });
    drawLegend();
  }

  function drawLegend() {
    var body = legendBox.lastChild;
    body.innerHTML = "";
    config.legend.forEach(function (block) {
      var title = L.DomUtil.create("div", "yt-legend-title", body);
      title.textContent = block.title;
      block.entries.forEach(function (entry) {
        var isSwitch = !!entry.sector, row = L.DomUtil.create(isSwitch ? "button" : "div", "yt-legend-row", body);
        row.innerHTML = swatch(entry) + "<span>" + esc(entry.label) + "</span>";
        if (!isSwitch) { return; }
        row.type = "button";
        row.dataset.sector = entry.sector;
        row.setAttribute("aria-pressed", String(state.sectors.indexOf(entry.sector) >= 0));
        L.DomUtil.create("em", "", row).textContent = state.counts[entry.sector] === undefined ? "" : state.counts[entry.sector];
        row.addEventListener("click", function () { tell({ type: "sector", sector_id: entry.sector }); });
      });
    });
  }

  function swatch(entry) {
    if (entry.colours) {
      var size = 100 / entry.colours.length;
      var stops = entry.colours.map(function (c, i) { return c + " " + i * size + "% " + (i + 1) * size + "%"; }).join(",");
      return '<i class="yt-swatch" style="background:linear-gradient(135deg,' + stops + ')"></i>';
    }
    return '<i class="yt-line"><svg width="26" height="10"><line x1="1" y1="5" x2="25" y2="5" stroke="#374151" stroke-width="2"' +
      (GRADE_DASH[entry.grade] ? ' stroke-dasharray="' + GRADE_DASH[entry.grade] + '"' : "") +
      (entry.grade === "D" ? ' stroke-linecap="round"' : "") + "/></svg></i>";
  }

  function showFailure(message) {
    var box = control("topright", "yt-failure");
    box.textContent = config.words.failed + " " + message;
  }

  /* ---- the view in the address ----------------------------------------------------------------------------------- */

  function pageWindow() {
    try { return window.parent.location.href ? window.parent : null; } catch (error) { return null; }
  }

  /* In the fragment, as the app writes the query and would not know of it; kept for this tab when a page is left. */
  function restoreView() {
    var page = pageWindow(), found = /[#&]view=([-\d.,]+)/.exec(page ? page.location.hash : "");
    var text = found ? found[1] : (page && page.sessionStorage.getItem(viewKey(page))) || "";
    var numbers = text.split(",").map(Number);
    if (text && numbers.length === 3 && numbers.every(isFinite)) {
      map.setView([numbers[1], numbers[0]], numbers[2], { animate: false });
    } else {
      goHome();
    }
    if (page) { setInterval(writeView, 400); }
  }

  /* The app drops the fragment whenever it writes the query, so it is written again. */
  function writeView() {
    var page = pageWindow();
    if (!page || !document.contains(map.getContainer())) { return; }
    var at = map.getCenter();
    var hash = atHome() ? "" : "#view=" + [at.lng.toFixed(5), at.lat.toFixed(5), +map.getZoom().toFixed(2)].join(",");
    if (hash) { page.sessionStorage.setItem(viewKey(page), hash.slice(6)); }
    if (page.location.hash !== hash) {
      page.history.replaceState(page.history.state, "", page.location.pathname + page.location.search + hash);
    }
  }

  function viewKey(page) { return "yuantu.view:" + page.location.pathname; }
  function viewText() { return map.getCenter().toString() + map.getZoom(); }
  function atHome() { return !!home && home === viewText(); }
  function goHome() { map.fitBounds(config.bounds, { animate: false }); home = viewText(); }

  window.yuantu = { start: start, served: served, apply: apply, parts: parts, state: function () { return state; } };
})();
