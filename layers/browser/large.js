/* Large layers in the browser: tiles of one PMTiles archive, painted by protomaps-leaflet, coloured here by any column.
   Needs Leaflet, protomaps-leaflet and atlas.js. `yuantu.large.start` once a map, `yuantu.large.apply` at every change. */
(function () {
  "use strict";
  if (window.yuantu.large) { return; }

  var LEVELS = 1;               // a tile is drawn 512 pixels wide: the map's zoom is one more than the tile's
  var OUTLINES_FROM = 14;       // the map's zoom from which neighbours are kept apart by a line
  var NEAR_PX = 6;              // how near to a point or a line the pointer must be
  var TOLD = 4;                 // columns in the tip
  var ROW = "_row";
  var DASH = "#111827";
  var map = null, words = {}, layer = null, state = { url: null }, said = "", chosen = null, tip = null, at = null, busy = false;

  function start(target, texts) {
    map = target;
    words = texts;
    map.createPane("large").style.zIndex = 380;
    map.getPane("large").style.pointerEvents = "none";
    tip = L.tooltip({ className: "yt-tip", direction: "top", opacity: 1, interactive: false });
    map.on("mousemove", function (event) { at = event; if (!busy) { busy = true; requestAnimationFrame(point); } });
    map.on("mouseout", function () { at = null; map.removeLayer(tip); });
    map.on("zoomstart", function () { map.removeLayer(tip); });
    map.on("click", choose);
  }

  /* A new address is a new layer; anything else is painted again from tiles that are here. */
  function apply(next) {
    var text = JSON.stringify(next), before = state;
    if (text === said) { return; }
    said = text;
    state = next;
    // The legend of parks has nothing to say where none is shown.
    document.querySelectorAll(".yt-legend").forEach(function (box) { box.style.display = next.parks ? "" : "none"; });
    if (before.url !== next.url) {
      chosen = null;
      if (layer) { map.removeLayer(layer); layer = null; }
      if (next.url) { show(); }
    } else if (layer) {
      layer.rerenderTiles();
    }
  }

  function show() {
    // A frame without a height has no view to show. The tiles that it asks for are dropped with the zoom that follows,
    // and the library leaves those empty which still want them.
    if (!map.getSize().y) {
      map.once("resize", function () { requestAnimationFrame(function () { if (!layer && state.url) { show(); } }); });
      return;
    }
    layer = protomapsL.leafletLayer({
      url: state.url, pane: "large", maxDataZoom: state.largest, levelDiff: LEVELS, noWrap: false,
      attribution: esc(state.attribution), paintRules: rules(), labelRules: []
    });
    layer.on("load", function () { document.body.dataset.large = state.url; });
    delete document.body.dataset.large;
    layer.addTo(map);
    if (!map.getBounds().intersects(state.bounds)) { map.fitBounds(state.bounds, { animate: false }); }
  }

  function rules() {
    var names = ["features"], found = [];
    for (var zoom = 0; zoom < state.whole_from; zoom += 1) { names.push("overview" + zoom); }
    names.forEach(function (name) { found = found.concat(painted(name)); });
    return found.concat(marked());
  }

  function painted(name) {
    var fill = function (zoom, feature) { return colour(feature.props); };
    return [
      { dataLayer: name, filter: is(3), symbolizer: new protomapsL.PolygonSymbolizer({
        fill: fill, opacity: 0.8, perFeature: true, stroke: "#FFFFFF", width: function (zoom, feature) { return zoom < OUTLINES_FROM ? 0 : 0.7; } }) },
      { dataLayer: name, filter: is(2), symbolizer: new protomapsL.LineSymbolizer({ color: fill, width: 2, perFeature: true }) },
      { dataLayer: name, filter: is(1), symbolizer: new protomapsL.CircleSymbolizer({
        fill: fill, radius: function (zoom) { return zoom < OUTLINES_FROM ? 2 : 3.5; }, stroke: "#FFFFFF", width: 0.5, opacity: 0.9 }) }
    ];
  }

  /* What was clicked, over all others. */
  function marked() {
    function isChosen(kind) {
      return function (zoom, feature) { return chosen !== null && feature.props[ROW] === chosen && feature.geomType === kind; };
    }
    return [
      { dataLayer: "features", filter: isChosen(3), symbolizer: new protomapsL.PolygonSymbolizer({ fill: "transparent", stroke: DASH, width: 2.5, perFeature: true }) },
      { dataLayer: "features", filter: isChosen(2), symbolizer: new protomapsL.LineSymbolizer({ color: DASH, width: 4 }) },
      { dataLayer: "features", filter: isChosen(1), symbolizer: new protomapsL.CircleSymbolizer({ fill: DASH, radius: 5.5, stroke: "#FFFFFF", width: 1.5, opacity: 1 }) }
    ];
  }

  function is(kind) { return function (zoom, feature) { return feature.geomType === kind; }; }

  function colour(properties) {
    var style = state.style, value = style.by === null ? null : properties[style.by];
    if (style.by === null) { return style.plain; }
    if (value === undefined || value === null || value === "") { return style.missing; }
    if (style.kind !== "number") {
      return Object.prototype.hasOwnProperty.call(style.colours, String(value)) ? style.colours[String(value)] : style.other;
    }
    var number = 0;
    while (number < style.breaks.length && value > style.breaks[number]) { number += 1; }
    return style.ramp[number];
  }

  /* ---- pointer --------------------------------------------------------------------------------------------------- */

  function pick(place) {
    if (!layer || !map.hasLayer(layer)) { return null; }
    var near = place.wrap(), found = layer.queryTileFeaturesDebug(near.lng, near.lat, NEAR_PX).get("") || [];
    return found.length ? found[found.length - 1] : null;
  }

  function isWhole(found) { return found.layerName === "features"; }

  function point() {
    busy = false;
    var found = at && pick(at.latlng);
    map.getContainer().style.cursor = found && isWhole(found) ? "pointer" : "";
    if (!found) { map.removeLayer(tip); return; }
    tip.setLatLng(at.latlng).setContent(told(found));
    if (!map.hasLayer(tip)) { tip.addTo(map); }
  }

  function told(found) {
    if (!isWhole(found)) { return "<small>" + esc(words.overview) + "</small>"; }
    var by = state.style.by, names = state.columns.filter(function (name) { return name !== by; });
    if (by !== null) { names.unshift(by); }
    return names.slice(0, TOLD).map(function (name) {
      var value = found.feature.props[name];
      return "<small>" + esc(name) + "</small> " + (value === undefined || value === null ? esc(words.no_value) : esc(value));
    }).join("<br>") + "<br><small>" + esc(words.more) + "</small>";
  }

  function choose(event) {
    var found = pick(event.latlng);
    if (found && !isWhole(found)) {
      map.setView(event.latlng, Math.min(map.getMaxZoom(), state.whole_from + LEVELS));
      return;
    }
    var row = found ? found.feature.props[ROW] : null;
    if (row === chosen) { return; }
    chosen = row;
    layer && layer.rerenderTiles();
    tell({ type: "feature", url: state.url, properties: found ? found.feature.props : null });
  }

  function tell(event) {
    event.n = "large." + Date.now();
    window.parent.postMessage({ isStreamlitMessage: true, type: "streamlit:setComponentValue", value: event, dataType: "json" }, "*");
  }

  function esc(value) {
    return String(value).replace(/[&<>"'`]/g, function (c) { return "&#" + c.charCodeAt(0) + ";"; });
  }

  window.yuantu.large = { start: start, apply: apply, pick: pick, state: function () { return state; }, chosen: function () { return chosen; } };
})();
