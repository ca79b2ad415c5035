// Read manifest.json and the bundle index by their JSON Schemas alone, and decode the facts that an app needs.
const TYPES = {
  object: (v) => v !== null && typeof v === "object" && !Array.isArray(v),
  array: Array.isArray, string: (v) => typeof v === "string", boolean: (v) => typeof v === "boolean",
  integer: Number.isInteger, number: Number.isFinite, null: (v) => v === null,
};
const NOTES = ["$schema", "title", "description", "default"];
const CHECKED = ["$ref", "const", "enum", "type", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum",
  "minLength", "maxLength", "pattern", "minItems", "maxItems", "required", "additionalProperties"];
// Keyword -> the schemas in it.
const NESTED = {
  anyOf: (v) => v, oneOf: (v) => v, items: (v) => [v], properties: Object.values, $defs: Object.values,
};
// A keyword that this reader would skip could let a wrong file pass: refuse the schema.
function requireKnown(schema) {
  for (const [word, value] of Object.entries(schema)) {
    if (word in NESTED) NESTED[word](value).forEach(requireKnown);
    else if (![...NOTES, ...CHECKED].includes(word)) throw new Error(`schema: unknown keyword ${word}`);
  }
}
function check(v, s, root, at) {
  const bad = (what) => [`${at}: found ${JSON.stringify(v)}, expected ${what}`];
  const e = s.$ref ? check(v, s.$ref.slice(2).split("/").reduce((o, k) => o[k], root), root, at) : [];
  if ("const" in s && v !== s.const) e.push(...bad(JSON.stringify(s.const)));
  if (s.enum && !s.enum.includes(v)) e.push(...bad(`one of ${s.enum}`));
  for (const union of [s.anyOf, s.oneOf].filter(Boolean)) {
    const tried = union.map((one) => check(v, one, root, at)), fit = tried.filter((t) => !t.length).length;
    if (!fit) e.push(...tried.flat());
    else if (union === s.oneOf && fit > 1) e.push(...bad(`one of ${union.length} forms, it fits ${fit}`));
  }
  if (s.type && ![s.type].flat().some((t) => TYPES[t](v))) return e.concat(bad(s.type));
  if (v < s.minimum || v <= s.exclusiveMinimum) e.push(...bad(`at least ${s.minimum ?? s.exclusiveMinimum}`));
  if (v > s.maximum || v >= s.exclusiveMaximum) e.push(...bad(`at most ${s.maximum ?? s.exclusiveMaximum}`));
  if (TYPES.string(v)) {
    if (v.length < s.minLength || v.length > s.maxLength) e.push(...bad(`${s.minLength} to ${s.maxLength} characters`));
    if (s.pattern && !new RegExp(s.pattern, "u").test(v)) e.push(...bad(s.pattern));
  } else if (TYPES.array(v)) {
    if (v.length < s.minItems || v.length > s.maxItems) e.push(...bad(`${s.minItems} to ${s.maxItems} items`));
    if (s.items) v.forEach((one, i) => e.push(...check(one, s.items, root, `${at}[${i}]`)));
  } else if (TYPES.object(v)) {
    for (const k of s.required ?? []) if (!(k in v)) e.push(`${at}.${k}: missing`);
    for (const [k, one] of Object.entries(v)) {
      if (s.properties && k in s.properties) e.push(...check(one, s.properties[k], root, `${at}.${k}`));
      else if (s.additionalProperties === false) e.push(`${at}.${k}: unknown field`);
    }
  }
  return e;
}
// What a schema cannot say: fields that must agree.
function* disagreements(m) {
  const { input: i, output: o, camera_input: c, postprocess: p, labels: l } = m;
  const k = p ? p.top_k : 0, planes = c && !/^[RGBA]+$/.test(c.color_order);
  const size = i.shape ? i.shape.slice(1) : [i.height, i.width, 3];
  if (/int/.test(o.dtype) && !(o.scale > 0)) yield `output.scale: found ${o.scale}, expected above 0`;
  if (i.shape && !planes && size[2] !== (c ? c.color_order.length : 3)) yield `input.shape: found ${size[2]} channels`;
  if (c && (c.height * (planes ? 1.5 : 1) !== size[0] || c.width !== size[1])) yield "camera_input: differs from input";
  if (m.format === "mlpackage" && c && c.rotation_degrees) yield "camera_input.rotation_degrees: expected 0";
  if (m.format === "mlpackage" && !p && !o.label) yield "output.label: missing";
  if (p && !c) yield "postprocess: expected camera_input beside it";
  if (k > l.count) yield `postprocess.top_k: found ${k}, expected at most ${l.count}`;
  if (o.shape.at(-1) !== (k || l.count)) yield `output.shape: found ${o.shape}, expected ${k || l.count} scores`;
  if (k && !o.indices) yield "output.indices: missing";
  if (p && p.steps.includes("topk") && p.steps.at(-1) !== "topk") yield "postprocess.steps: topk is not last";
}
function* indexDisagreements({ default: first, variants }, names = variants.map((v) => v.name)) {
  if (!names.includes(first)) yield `default: found ${first}, expected one of ${names}`;
  if (new Set(names).size < names.length) yield `variants: a name comes twice in ${names}`;
}
// What an app does: load the file if its digest is right, send pixels of this size and order, scale and name the scores.
function facts({ model, input: i, output: o, camera_input: c, postprocess: p, preprocess: r, labels: l, ...m }) {
  const [height, width] = c ? [c.height, c.width] : i.shape ? i.shape.slice(1) : [i.height, i.width];
  return {
    name: m.name, format: m.format, recipe: m.recipe.name, compression: m.source.compression?.name ?? null,
    file: model.file, sha256: model.sha256, height, width, rotation_degrees: c?.rotation_degrees ?? 0,
    color_order: (c ?? i).color_order ?? r.color_order, fit: (c ?? r.resize).fit, classes: l.count,
    scores: o.shape.at(-1), scale: o.scale, zero_point: o.zero_point, top_k: p?.top_k ?? 0,
  };
}
const indexFacts = ({ default: first, variants }) => ({ default: first, models: variants.map((v) => v.model) });
function read(text, schema, v = JSON.parse(text)) {
  requireKnown(schema);
  const e = check(v, schema, schema, "$");
  if (v.schema_version < 3 && "model" in v) e.unshift("schema_version: older; build the model again");
  if (!e.length) e.push(...(v.variants ? indexDisagreements(v) : disagreements(v)));
  if (e.length) throw new Error(e.join("\n"));
  return v.variants ? indexFacts(v) : facts(v);
}
module.exports = { read };
