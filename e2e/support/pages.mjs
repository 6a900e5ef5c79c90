// The pages every check visits. Entries and organisations are found through the search page, never named here, so
// that the list holds for any demo register. Every page is visited in both languages.

import assert from "node:assert/strict";
import { BASE } from "./browser.mjs";

const FIXED = [
  "/",
  "/systeme",
  "/systeme?q=Wohngeld",
  "/systeme?q=xqzvwk",
  "/systeme?land=05&sort=newest",
  "/behoerden",
  "/dashboard",
  "/karte",
  "/daten",
  "/glossar",
  "/ki-vo-check",
  "/vertrauliche-systeme",
  "/lizenz",
  "/methodik",
  "/methodik/qualitaet",
  "/barrierefreiheit",
  "/leichte-sprache",
  "/impressum",
  "/datenschutz",
  "/hilfe",
  ...["beitreten", "eintragen", "uebernehmen", "pruefen", "schnittstelle", "betreiben"].map((name) => `/hilfe/${name}`),
  "/api/problems",
];

/** The text of a page, which must be there. */
export async function read(path, headers = {}) {
  const response = await fetch(BASE + path, { headers });
  assert.equal(response.status, 200, `${path} answers ${response.status}`);
  return response.text();
}

/** The paths of all links of a page that match, in order, each once. */
export async function links(path, pattern) {
  const html = await read(path);
  const found = [...html.matchAll(/href="([^"]+)"/g)].map((match) => match[1].replaceAll("&amp;", "&"));
  return [...new Set(found.map((href) => href.replace(BASE, "")).filter((href) => pattern.test(href)))];
}

/** The address of a Steckbrief that a search finds. */
export async function steckbrief(query = "Wohngeld") {
  const [path] = await links(`/systeme?q=${encodeURIComponent(query)}`, /^\/systeme\/[^/?#.]+$/);
  assert.ok(path, `the search for ${query} links to no Steckbrief`);
  return path;
}

/** Every page to visit: path and the status it must answer with. */
export async function pages() {
  const system = await steckbrief();
  const [organisation] = await links("/behoerden", /^\/behoerden\/[^/?#.]+$/);
  assert.ok(organisation, "/behoerden links to no organisation");
  const found = [system, `${system}/versionen`, `${system}/versionen/1`, organisation];
  const german = [
    ...[...FIXED, ...found].map((path) => ({ path, status: 200 })),
    { path: "/gibt-es-nicht", status: 404 },
    { path: "/systeme/MAKI-1999-999999", status: 404 },
  ];
  const english = german.map((page) => ({ ...page, path: page.path === "/" ? "/en/" : `/en${page.path}` }));
  return [...german, ...english];
}
