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
  var MANY = 500;           // from here on parts are painted on a canvas, and labels made only where they are placed
  var WAITING = "waiting for a frame with a height";
  var LABELS_TRIED = 300;
  var ASKED_AGAIN = 5, ASKED_AGAIN_MS = 3000;  // how often, and after how long, a choice is told to a page that lost it
  var ANSWER_MS = 5000;     // how long the page may take to confirm what the browser has decided
  var pressed = null;       // {filters, shown, at}: a filter decided here, before the page has answered
  var searched = { isAsked: false, words: null };
  var asked = null;         // what a person clicked while this map opened the visit
  var painter = null, haloPainter = null, focused = "null";
  var drawn = { group: null, text: "null", isBusy: false }, drafts = { text: "null", ids: [] }, sync = null, patterns = {};
  var config = null, map = null, legendBox = null, parksGroup = null, sequence = 0, pending = 0, isReady = false, home = null;

  function start(target, options) {
    map = target;
    config = options;
    window.yuantu.map = map;
    document.documentElement.lang = options.language;
    [["sea", 150], ["land", 200], ["district", 250], ["metro", 300], ["halo", 350], ["park", 400], ["place", 450], ["drawn", 460], ["label", 620]]
      .forEach(function (pane) { map.createPane(pane[0]).style.zIndex = pane[1]; });
    map.getPane("label").style.pointerEvents = "none";
    map.getPane("halo").style.pointerEvents = "none";
    fillFrame();
    if (map.attributionControl) { map.attributionControl.setPrefix(false).addAttribution(esc(options.attribution)); }
    L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 120 }).addTo(map);
    addNotice();
    addPatterns();
    addLegend();
    addDrawing();
    restoreView();
    showWhenStyled();
    map.on("zoomend moveend overlayadd overlayremove", placeLabels);
    listenToPage();
    map.on("click", function () { if (state.selected && !drawn.isBusy) { tell({ type: "select", park_id: null }); } });
  }

  /* Styles load beside the scripts; a map without them is not a sight to show. */
  function showWhenStyled() {
    var box = map.getContainer(), pane = map.getPane("mapPane");
    if (getComputedStyle(pane).position === "absolute") {
      var isAtHome = atHome();
      box.style.visibility = "";
      map.invalidateSize({ animate: false, pan: false });
      if (isAtHome) { goHome(); }
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
    if (!map.hasLayer(group) && name !== "parks") {
      // What is off at first is fetched when it is turned on.
      group.once("add", function () { fetchLayer(group, name, url); });
      return;
    }
    fetchLayer(group, name, url);
  }

  function fetchLayer(group, name, url) {
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
      addHalos(collection);
      halos.group = group;
    },
    parks: function (group, collection) {
      parksGroup = group;
      addParts(collection, true);
    }
  };

  /* A canvas that can hide shapes without forgetting them, and fill them with stripes. */
  var Painter = L.Canvas.extend({
    _updatePoly: function (layer, isClosed) { if (!layer.isHidden) { L.Canvas.prototype._updatePoly.call(this, layer, isClosed); } },
    _fillStroke: function (context, layer) {
      var options = layer.options, colour = options.fillColor;
      if (options.stripes) { options.fillColor = stripes(context, options.stripes); }
      L.Canvas.prototype._fillStroke.call(this, context, layer);
      options.fillColor = colour;
    },
    repaint: function () { if (this._map) { this._redrawBounds = null; this._clear(); this._draw(); } }
  });

  function stripes(context, sectors) {
    var key = "canvas " + sectors.join("-");
    if (!patterns.made[key]) {
      var tile = document.createElement("canvas"), band = 7, size = band * sectors.length, brush = tile.getContext("2d");
      tile.width = size; tile.height = size;
      sectors.forEach(function (id, number) { brush.fillStyle = config.colours[id]; brush.fillRect(number * band, 0, band, size); });
      patterns.made[key] = context.createPattern(tile, "repeat");
      patterns.made[key].setTransform(new DOMMatrix().rotate(45));
    }
    return patterns.made[key];
  }

  function painterFor(collection, pane) {
    return collection.features.length > MANY ? new Painter({ pane: pane, padding: 0.2 }) : undefined;
  }

  function addHalos(collection) {
    haloPainter = haloPainter || painterFor(collection, "halo");
    L.geoJSON(collection, {
      pane: "halo", interactive: false, style: haloStyle, renderer: haloPainter,
      onEachFeature: function (feature, layer) { halos[feature.properties.extent_id] = layer; }
    });
  }

  function addParts(collection, isChoosable) {
      var group = parksGroup;
      painter = painter || painterFor(collection, "park");
      L.geoJSON(collection, {
        pane: "park", style: partStyle, bubblingMouseEvents: false, renderer: painter,
        onEachFeature: function (feature, layer) {
          var p = feature.properties;
          parts[p.extent_id] = layer;
          layer.bindTooltip(function () { return tip(p); }, { sticky: true, className: "yt-tip" });
          layer.on({
            click: function (event) {
              L.DomEvent.stop(event);
              if (isChoosable && !drawn.isBusy) { tell({ type: "select", park_id: p.park_id, extent_id: p.extent_id }); }
            },
            mouseover: function () { emphasise(p.park_id, true); },
            mouseout: function () { emphasise(p.park_id, false); },
            add: function () { mark(layer, p); }
          });
          layer.isHidden = true;
          addLabel(group, [p.label_lat, p.label_lon], text(p, "label"), "yt-label yt-park", { isLazy: !!painter, rank: -p.area_km2, id: p.extent_id, least: p.area_km2 < 0.6 ? 12.5 : 9 });
        }
      });
  }

  /* What a scenario lists for a part, where it differs from the plan. */
  function sectorsOf(p) { return (state.over || {})[p.extent_id] || p.sectors; }

  function mark(layer, p) {
    var path = layer.getElement && layer.getElement();
    if (!path) { return; }
    path.setAttribute("data-extent", p.extent_id);
    path.setAttribute("data-park", p.park_id);
    path.setAttribute("data-grade", p.grade);
  }

  function tip(p) {
    var sectors = sectorsOf(p).map(function (id) {
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
    });
    if (!item.isLazy) { marker.addTo(group); }
    labels.push({ marker: marker, group: group, rank: item.rank, extentId: item.id, least: item.least || 0 });
  }

  /* ---- styles ---------------------------------------------------------------------------------------------------- */

  function patternId(sectors) { return "yt-" + sectors.join("-"); }

  function partStyle(feature) {
    var p = feature.properties, isChosen = state.selected === p.park_id, sectors = sectorsOf(p);
    if (sectors.length > 1) { addPattern(sectors); }
    var fill = sectors.length === 0 ? GREY : sectors.length === 1 ? config.colours[sectors[0]] : "url(#" + patternId(sectors) + ")";
    return {
      color: isChosen ? "#111827" : sectors.length ? config.strokes[sectors[0]] : "#5B616B",
      weight: isChosen ? 3.2 : 1.8, dashArray: GRADE_DASH[p.grade], lineCap: p.grade === "D" ? "round" : "butt",
      fillColor: fill, stripes: painter && sectors.length > 1 ? sectors : null, fillOpacity: p.relation === "whole" ? 0.22 : isChosen ? 0.85 : 0.62, opacity: 1
    };
  }

  function haloStyle(feature) {
    var isChosen = state.selected === feature.properties.park_id;
    return { stroke: isChosen, color: "#374151", weight: 1, dashArray: "2 4", fillColor: "#6B7280", fillOpacity: isChosen ? 0.13 : 0.06 };
  }

  var SVG = "http://www.w3.org/2000/svg";

  function addPatterns() {
    var svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", 0); svg.setAttribute("height", 0); svg.style.position = "absolute";
    patterns = { box: document.createElementNS(SVG, "defs"), made: {} };
    config.mixtures.forEach(addPattern);
    svg.appendChild(patterns.box);
    document.body.appendChild(svg);
  }

  function addPattern(sectors) {
    if (patterns.made[patternId(sectors)]) { return; }
    patterns.made[patternId(sectors)] = true;
    var pattern = document.createElementNS(SVG, "pattern"), band = 7, size = band * sectors.length;
    [["id", patternId(sectors)], ["width", size], ["height", size], ["patternUnits", "userSpaceOnUse"], ["patternTransform", "rotate(45)"]]
      .forEach(function (pair) { pattern.setAttribute(pair[0], pair[1]); });
    sectors.forEach(function (id, number) {
      var stripe = document.createElementNS(SVG, "rect");
      [["x", number * band], ["y", 0], ["width", band], ["height", size], ["fill", config.colours[id]]]
        .forEach(function (pair) { stripe.setAttribute(pair[0], pair[1]); });
      pattern.appendChild(stripe);
    });
    patterns.box.appendChild(pattern);
  }

  function emphasise(parkId, isOn) {
    Object.keys(parts).forEach(function (id) {
      var layer = parts[id];
      if (layer.feature.properties.park_id !== parkId || layer.isHidden) { return; }
      var style = partStyle(layer.feature);
      layer.setStyle(isOn ? { weight: style.weight + 1.2, fillOpacity: Math.min(0.95, style.fillOpacity + 0.2) } : style);
    });
  }

  /* ---- state ----------------------------------------------------------------------------------------------------- */

  function apply(next) {
    var before = state.selected;
    state = next;
    if (pressed && (sameFilters(pressed.filters, next.filters) || Date.now() - pressed.at > ANSWER_MS)) { pressed = null; }
    showSite();
    follow(state.sync || null);
    draw();
    focus();
    if (state.selected && state.selected !== before) { reveal(state.selected); }
  }

  function draw() {
    if (!isReady || !parksGroup) { return; }
    showDrafts();
    var shown = {}, wanted = (pressed || state).shown;
    (wanted || Object.keys(parts)).concat(drafts.ids).forEach(function (id) { shown[id] = true; });
    Object.keys(parts).forEach(function (id) {
      var layer = parts[id], look = lookOf(layer.feature.properties);
      show(parksGroup, layer, !!shown[id]);
      if (shown[id] && layer.look !== look) {
        layer.look = look;
        restyle(layer, partStyle(layer.feature));
      }
      if (shown[id] && state.selected === layer.feature.properties.park_id && layer.bringToFront) { layer.bringToFront(); }
    });
    if (halos.group) {
      Object.keys(halos).forEach(function (id) {
        if (id === "group") { return; }
        var layer = halos[id], p = layer.feature.properties, isWanted = shown[id] && (p.grade === "D" || state.selected === p.park_id);
        show(halos.group, layer, isWanted);
        if (isWanted) { restyle(layer, haloStyle(layer.feature)); }
      });
    }
    [painter, haloPainter].forEach(function (one) { if (one) { one.repaint(); } });
    drawLegend();
    placeLabels();
    if (state.isOpening) { window.parent.postMessage({ yuantu: "drawn" }, location.origin); } else if (state.shown) { takeOver(); }
  }

  /* While a page is loading a map like this one stands in its place; its view and its last click are kept. */
  function takeOver() {
    var page = pageWindow(), frame = page && page.document.getElementById("yuantu-opening");
    if (!frame) { return; }
    if (map.getContainer().style.visibility === "hidden" || !map.getSize().y) { setTimeout(takeOver, 25); return; }
    var left = frame.contentWindow.yuantu ? frame.contentWindow.yuantu.left() : {};
    if (left.view) { map.setView(left.view.at, left.view.zoom, { animate: false }); }
    frame.remove();
    // The page may make this frame anew while it starts; the next map reads the view from the address.
    writeView();
    if (left.asked) { insist(left.asked, ASKED_AGAIN); }
  }

  /* A page that is still starting may lose what it is told. A choice of a park is told again until the page has it,
     or the person has done something else; a switch is told once, since twice would undo it. */
  function insist(event, times) {
    tell(event);
    var told = sequence;
    if (event.type !== "select") { return; }
    setTimeout(function () {
      if (times > 1 && sequence === told && state.selected !== event.park_id && document.contains(map.getContainer())) { insist(event, times - 1); }
    }, ASKED_AGAIN_MS);
  }

  /* What a person did here while this map opened the visit. */
  function left() {
    var at = map.getCenter();
    return { view: atHome() ? null : { at: [at.lat, at.lng], zoom: map.getZoom() }, asked: asked };
  }

  /* What the page wants seen, once; afterwards the person moves. */
  function focus() {
    var said = JSON.stringify(state.focus || null);
    if (said === focused) { return; }
    focused = said;
    if (state.focus) { map.fitBounds(state.focus, { maxZoom: 15, padding: [30, 30], animate: false }); }
  }

  function lookOf(p) { return (state.selected === p.park_id) + sectorsOf(p).join(); }

  /* On a canvas a style is only noted here; one repaint shows them all. */
  function restyle(layer, style) {
    if (layer.options.renderer) { L.setOptions(layer, style); dashes(layer); } else { layer.setStyle(style); }
  }

  function dashes(layer) {
    if (layer._renderer && layer._renderer._updateDashArray) { layer._renderer._updateDashArray(layer); }
  }

  /* A shape on a canvas stays there, unseen and not to be clicked; one in the page's own graphics is taken out. */
  function show(group, layer, isWanted) {
    if (layer.options.renderer) {
      if (!group.hasLayer(layer)) { group.addLayer(layer); }
      layer.isHidden = !isWanted;
      layer.options.interactive = isWanted && group === parksGroup;
      return;
    }
    layer.isHidden = !isWanted;
    if (isWanted && !group.hasLayer(layer)) { group.addLayer(layer); }
    if (!isWanted && group.hasLayer(layer)) { group.removeLayer(layer); }
  }

  /* ---- filters decided in the browser ---------------------------------------------------------------------------- */

  /* A filter switched on the page needs no new data: the map changes with the press, the page follows. */
  function listenToPage() {
    var page = pageWindow();
    if (!page) { return; }
    var document_ = page.document;
    function onClick(event) {
      Object.keys(config.filters).forEach(function (kind) {
        var pill = "button[aria-pressed]", own = ".st-key-" + kind;
        var button = event.target.closest && event.target.closest(own + " " + pill);
        if (button) { toggle(kind, [].slice.call(button.closest(own).querySelectorAll(pill)).indexOf(button)); }
      });
    }
    var heard = { click: onClick, focusin: onSearch, keydown: onSearch, focusout: onSearch };
    Object.keys(heard).forEach(function (name) { document_.addEventListener(name, heard[name], true); });
    window.addEventListener("pagehide", function () {
      Object.keys(heard).forEach(function (name) { document_.removeEventListener(name, heard[name], true); });
    });
  }

  /* The words of a search come when somebody is about to search; from then on the browser finds the parts itself. */
  function onSearch(event) {
    if (!event.target.closest || !event.target.closest(".st-key-q input")) { return; }
    if (event.type === "focusin") { fetchWords(); }
    if (event.type === "focusout" || (event.type === "keydown" && event.key === "Enter" && !event.isComposing)) { search(event.target.value); }
  }

  function fetchWords() {
    if (searched.isAsked) { return; }
    searched.isAsked = true;
    fetch(config.searched).then(function (answer) { return answer.json(); }).then(function (collection) {
      searched.words = collection.features.map(function (feature) { return feature.properties; });
    }).catch(function () { searched.isAsked = false; });  // then the page searches, as it does anyway
  }

  function search(text) {
    var now = pressed ? pressed.filters : state.filters;
    if (!searched.words || !now || !isReady) { return; }
    var rest = found(text);
    if (JSON.stringify(rest) === JSON.stringify(now.rest)) { return; }
    decide(Object.assign({}, now, { rest: rest }));
  }

  /* Ids of the parts in whose words all of the text's stand; null without a text. */
  function found(text) {
    var words = text.split(/\s+/).map(folded).filter(Boolean);
    if (!words.length) { return null; }
    return searched.words.filter(function (part) {
      return words.every(function (word) { return part.text.indexOf(word) >= 0; });
    }).map(function (part) { return part.extent_id; });
  }

  /* As geo.names.folded. */
  function folded(text) { return text.normalize("NFKC").replace(/\s+/g, "").toLowerCase().normalize("NFKC").replace(/\s+/g, ""); }

  function toggle(kind, number) {
    var id = (config.filters[kind] || [])[number], now = pressed ? pressed.filters : state.filters;
    if (!id || !now || !isReady) { return; }
    var next = { rest: now.rest };
    Object.keys(config.filters).forEach(function (one) { next[one] = now[one].slice(); });
    var at = next[kind].indexOf(id);
    if (at >= 0) { next[kind].splice(at, 1); } else { next[kind].push(id); }
    decide(next);
  }

  function decide(filters) {
    pressed = { filters: filters, shown: passing(filters), at: Date.now() };
    state.sectors = filters.sector;
    draw();
  }

  /* The parts that pass all filters, as geo.selection.selected_extents finds them. */
  function passing(filters) {
    var rest = filters.rest && filters.rest.reduce(function (all, id) { all[id] = true; return all; }, {}), passes = {};
    Object.keys(config.parks).forEach(function (park) { passes[park] = parkPasses(config.parks[park], filters); });
    return Object.keys(parts).filter(function (id) {
      var p = parts[id].feature.properties;
      return (!rest || rest[id]) && passes[p.park_id] && meets(filters.grade, [p.grade]);
    });
  }

  function parkPasses(park, filters) {
    return meets(filters.track, park.tracks) && meets(filters.district, park.districts) &&
      (!(filters.sector.length || filters.verdict.length || filters.listing.length) || hasPair(park.verdicts, filters));
  }

  /* Whether the park has, with one of the chosen sectors (with any where none is chosen), a verdict that is wanted. */
  function hasPair(verdicts, filters) {
    var named = filters.listing.reduce(function (all, listing) { return all.concat(config.listed[listing]); }, []);
    return (filters.sector.length ? filters.sector : config.filters.sector).some(function (sector) {
      var verdict = verdicts[sector] || "none";
      return (filters.verdict.length ? filters.verdict.indexOf(verdict) >= 0 : verdict !== "none") &&
        (!filters.listing.length || named.indexOf(verdict) >= 0);
    });
  }

  function meets(chosen, own) { return !chosen.length || chosen.some(function (id) { return own.indexOf(id) >= 0; }); }

  function sameFilters(one, other) {
    function said(f) {
      return f ? JSON.stringify(Object.keys(config.filters).concat("rest").map(function (kind) { return f[kind] && f[kind].slice().sort(); })) : "";
    }
    return said(one) === said(other);
  }

  /* How many parts stand on the map. */
  function count() { return !isReady || !parksGroup ? 0 : Object.keys(parts).filter(function (id) { return !parts[id].isHidden && parksGroup.hasLayer(parts[id]); }).length; }

  /* Parks that a scenario drafts: parts like the others, but not of the plan, so that a click cannot choose them. */
  function showDrafts() {
    var said = JSON.stringify(state.draft || null);
    if (said === drafts.text) { return; }
    drafts.ids.forEach(function (id) {
      parksGroup.removeLayer(parts[id]);
      delete parts[id];
      if (halos[id]) { halos.group.removeLayer(halos[id]); delete halos[id]; }
      labels.filter(function (item) { return item.extentId === id; }).forEach(function (item) { parksGroup.removeLayer(item.marker); });
      labels = labels.filter(function (item) { return item.extentId !== id; });
    });
    var features = (state.draft && state.draft.features) || [];
    drafts = { text: said, ids: features.map(function (feature) { return feature.properties.extent_id; }) };
    if (features.length) { addParts(state.draft, false); }
    if (halos.group && state.draft && state.draft.halos) { addHalos(state.draft.halos); }
  }

  /* ---- drawing --------------------------------------------------------------------------------------------------- */

  var DRAW_ZH = {
    draw: {
      toolbar: {
        actions: { title: "取消绘制", text: "取消" }, finish: { title: "完成绘制", text: "完成" },
        undo: { title: "删除上一个点", text: "撤销" }, buttons: { polygon: "绘制范围", marker: "标记地点" }
      },
      handlers: {
        marker: { tooltip: { start: "点击地图，标记地点" } },
        polygon: { tooltip: { start: "点击地图，开始绘制", cont: "继续点击，添加顶点", end: "点击第一个点，完成绘制" } },
        polyline: { error: "<strong>错误：</strong>边线不能相交！" }
      }
    },
    edit: {
      toolbar: {
        actions: {
          save: { title: "保存修改", text: "保存" }, cancel: { title: "放弃修改", text: "取消" },
          clearAll: { title: "全部清除", text: "全部清除" }
        },
        buttons: { edit: "修改图形", editDisabled: "没有可修改的图形", remove: "删除图形", removeDisabled: "没有可删除的图形" }
      },
      handlers: {
        edit: { tooltip: { text: "拖动顶点或标记，修改图形", subtext: "点击取消，放弃修改" } },
        remove: { tooltip: { text: "点击要删除的图形" } }
      }
    }
  };

  function merge(into, from) {
    Object.keys(from).forEach(function (key) {
      if (typeof from[key] === "object") { merge(into[key] = into[key] || {}, from[key]); } else { into[key] = from[key]; }
    });
  }

  function siteIcon() { return L.divIcon({ className: "yt-site", html: "<i></i>", iconSize: [18, 18] }); }
  var SITE_STYLE = { pane: "drawn", color: "#B42318", weight: 2.4, dashArray: "6 4", fillColor: "#B42318", fillOpacity: 0.1 };

  /* What is drawn or marked on this map: one shape at most. */
  function addDrawing() {
    drawn.group = L.featureGroup().addTo(map);
    if (!config.draw) { return; }
    if (config.language === "zh") { merge(L.drawLocal, DRAW_ZH); }
    map.addControl(new L.Control.Draw({
      position: "topleft",
      draw: {
        polyline: false, rectangle: false, circle: false, circlemarker: false, marker: { icon: siteIcon() },
        polygon: { allowIntersection: false, showArea: false, shapeOptions: { color: "#B42318", weight: 2.4 } }
      },
      edit: { featureGroup: drawn.group }
    }));
    map.on("draw:drawstart draw:editstart draw:deletestart", function () { drawn.isBusy = true; });
    /* The click that ends a drawing reaches the map after the tool has stopped. */
    map.on("draw:drawstop draw:editstop draw:deletestop", function () { setTimeout(function () { drawn.isBusy = false; showSite(); }, 300); });
    map.on("draw:created", function (event) { tellDrawn(geometryOf(event.layer)); });
    map.on("draw:edited draw:deleted", function () {
      var layer = drawn.group.getLayers()[0];
      tellDrawn(layer ? geometryOf(layer) : null);
    });
  }

  function geometryOf(layer) { return layer.toGeoJSON(6).geometry; }

  function tellDrawn(geometry) {
    state.site = geometry;
    markSite(geometry);
    tell({ type: "drawn", geometry: geometry });
  }

  function showSite() { if (drawn.group && !drawn.isBusy) { markSite(state.site || null); } }

  function markSite(geometry) {
    var said = JSON.stringify(geometry);
    if (said === drawn.text && drawn.group.getLayers().length === (geometry ? 1 : 0)) { return; }
    drawn.text = said;
    drawn.group.clearLayers();
    if (!geometry) { return; }
    L.geoJSON(geometry, {
      style: SITE_STYLE, interactive: !!config.draw, pane: "drawn",
      pointToLayer: function (feature, at) {
        return L.marker(at, { pane: "drawn", icon: siteIcon(), interactive: !!config.draw, keyboard: false });
      }
    }).eachLayer(function (layer) { drawn.group.addLayer(layer); });
  }

  /* ---- maps that move together ----------------------------------------------------------------------------------- */

  /* The frames of one page meet in its window; each tells the others of its group where it has moved. */
  function follow(name) {
    if (sync || !name) { return; }
    var page = pageWindow();
    if (!page) { return; }
    var groups = page.yuantuSync = page.yuantuSync || {};
    sync = { map: map, frame: window, name: name, isLed: false };
    groups[name] = (groups[name] || []).filter(isLive).concat(sync);
    map.on("move zoomend moveend", function () {
      if (sync.isLed) { return; }
      var at = map.getCenter(), zoom = map.getZoom();
      groups[name] = groups[name].filter(isLive);
      groups[name].forEach(function (other) { if (other !== sync) { lead(other, at, zoom); } });
    });
  }

  /* Of maps that move together the first one writes the address. */
  function isSpeaker(page) { return !sync || page.yuantuSync[sync.name].filter(isLive)[0] === sync; }

  function isLive(member) {
    try { return !member.frame.closed && member.frame.document.contains(member.map.getContainer()); } catch (error) { return false; }
  }

  function lead(other, at, zoom) {
    var there = other.map.getCenter();
    if (other.map.getZoom() === zoom && Math.abs(there.lat - at.lat) < 1e-7 && Math.abs(there.lng - at.lng) < 1e-7) { return; }
    other.isLed = true;
    try { other.map.setView([at.lat, at.lng], zoom, { animate: false }); } finally { other.isLed = false; }
  }

  function reveal(parkId) {
    var bounds = null;
    Object.keys(parts).forEach(function (id) {
      if (parts[id].feature.properties.park_id === parkId && parksGroup && !parts[id].isHidden) {
        bounds = bounds ? bounds.extend(parts[id].getBounds()) : L.latLngBounds(parts[id].getBounds().getSouthWest(), parts[id].getBounds().getNorthEast());
      }
    });
    if (bounds && !map.getBounds().intersects(bounds)) { map.fitBounds(bounds, { maxZoom: 13, padding: [40, 40] }); }
  }

  function tell(event) {
    if (state.isOpening) {
      asked = event;
      if (event.type === "select") { state.selected = event.park_id; draw(); }
      return;
    }
    sequence += 1;
    event.n = Date.now() + "." + sequence;
    window.parent.postMessage({ isStreamlitMessage: true, type: "streamlit:setComponentValue", value: event, dataType: "json" }, "*");
  }

  /* ---- labels ---------------------------------------------------------------------------------------------------- */

  function placeLabels() {
    if (!isReady) { return; }
    var zoom = map.getZoom(), size = map.getSize(), taken = controlSpaces();
    var tried = 0;
    labels.slice().sort(function (a, b) { return rank(a) - rank(b); }).forEach(function (item) {
      var isDrawn = zoom >= item.least || isChosen(item) || rank(item) < -1e5;
      if (item.extentId && !(parts[item.extentId] && !parts[item.extentId].isHidden)) { isDrawn = false; }
      if (painter && item.extentId && isDrawn) {
        tried += 1;
        isDrawn = tried <= LABELS_TRIED && map.getBounds().contains(item.marker.getLatLng());
        if (isDrawn && !item.marker._map) { item.marker.addTo(item.group); }
      }
      var element = item.marker.getElement();
      if (!element) { return; }
      var at = map.latLngToContainerPoint(item.marker.getLatLng()), span = element.firstChild;
      element.classList.toggle("yt-chosen", isChosen(item));
      showRank(item, element.firstChild);
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

  /* A ranked park carries its rank before its name, and its label outranks those of larger parks. */
  function showRank(item, span) {
    var rankOf = (state.ranks || {})[item.extentId ? item.extentId.split("/")[0] : ""];
    if (item.words === undefined) { item.words = span.textContent; }
    span.textContent = rankOf ? rankOf + " " + item.words : item.words;
  }

  /* Where legend, buttons and notices stand, in the map's pixels: no label is placed under them. */
  function controlSpaces() {
    var frame = map.getContainer().getBoundingClientRect();
    return [].map.call(map.getContainer().querySelectorAll(".leaflet-control"), function (one) {
      var box = one.getBoundingClientRect();
      return [box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top];
    });
  }

  function isChosen(item) { return !!item.extentId && item.extentId.split("/")[0] === state.selected; }
  function rank(item) {
    var rankOf = (state.ranks || {})[item.extentId ? item.extentId.split("/")[0] : ""];
    return isChosen(item) ? -1e9 + item.rank : rankOf ? -1e6 + rankOf : item.rank;
  }

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
        row.addEventListener("click", function () {
          toggle("sector", (config.filters.sector || []).indexOf(entry.sector));
          tell({ type: "sector", sector_id: entry.sector });
        });
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
    if (!page || state.isOpening || !document.contains(map.getContainer()) || !isSpeaker(page)) { return; }
    var at = map.getCenter();
    var hash = atHome() ? "" : "#view=" + [at.lng.toFixed(5), at.lat.toFixed(5), +map.getZoom().toFixed(2)].join(",");
    if (hash) { page.sessionStorage.setItem(viewKey(page), hash.slice(6)); }
    if (page.location.hash !== hash) {
      page.history.replaceState(page.history.state, "", page.location.pathname + page.location.search + hash);
    }
  }

  function viewKey(page) { return "yuantu.view:" + page.location.pathname; }
  function viewText() { return map.getCenter().toString() + map.getZoom(); }
  function atHome() { return home === WAITING || (!!home && home === viewText()); }

  /* A frame without a height has no view to fit: home is gone to once it has one. */
  function goHome() {
    var size = map.getSize();
    if (!size.x || !size.y) { home = WAITING; return; }
    map.fitBounds(config.bounds, { animate: false });
    home = viewText();
  }

  window.yuantu = { start: start, served: served, apply: apply, parts: parts, halos: halos, count: count, left: left, passing: passing, found: found, state: function () { return state; } };
})();
