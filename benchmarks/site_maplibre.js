// MapLibre with PMTiles that a script has brought as window.packed; `given` has bounds and colors.
const bytes = Uint8Array.from(atob(window.packed), (one) => one.charCodeAt(0));
window.packed = null;
const source = {
  getKey: () => "streets",
  getBytes: async (at, size) => ({ data: bytes.buffer.slice(at, at + size) }),
};
const protocol = new pmtiles.Protocol();
protocol.add(new pmtiles.PMTiles(source));
maplibregl.addProtocol("pmtiles", protocol.tile);
const color = ["match", ["get", "band"], 0, given.colors[0], 1, given.colors[1], 2, given.colors[2], 3, given.colors[3], given.colors[4]];
const map = new maplibregl.Map({
  container: "map",
  fadeDuration: 0,
  bounds: given.bounds,
  style: {
    version: 8,
    sources: { streets: { type: "vector", url: "pmtiles://streets" } },
    layers: [
      { id: "page", type: "background", paint: { "background-color": "#fff" } },
      { id: "lines", type: "line", source: "streets", "source-layer": "streets", paint: { "line-width": 2, "line-color": color } },
    ],
  },
});
