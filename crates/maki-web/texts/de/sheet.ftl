sheet-kind = KI-System
sheet-glance = Auf einen Blick
sheet-toc = Auf dieser Seite
sheet-json = Als JSON
sheet-deployments = Einsatz
sheet-deployments-many = Auch im Einsatz bei
sheet-deployments-text = { $count ->
    [0] Noch hat keine Behörde einen Einsatz dieses Systems gemeldet.
    [one] Eine Behörde hat den Einsatz dieses Systems gemeldet. Die Angaben stammen von ihr.
   *[other] { $count } Einsätze dieses Systems sind gemeldet. Jede Behörde macht dazu ihre eigenen Angaben.
}
sheet-organisations-count = { $count ->
    [0] Noch keine Behörde
    [one] { $count } Behörde
   *[other] { $count } Behörden
}
sheet-organisation-page = Zur Seite der Behörde
sheet-versions = Versionen
sheet-versions-all = Alle Versionen und Unterschiede
sheet-cite = Zitieren als: { $kennung }, Version { $version } vom { $date }, { $url }
sheet-withdrawn = Dieser Eintrag wurde zurückgezogen. Frühere Versionen bleiben lesbar.
sheet-withdrawn-on = Dieser Eintrag wurde am { $date } zurückgezogen. Frühere Versionen bleiben lesbar.
sheet-withdrawn-reason = Begründung:
sheet-then = Sie lesen, was am Ende des { $date } veröffentlicht war.
sheet-then-title = { $name } am { $date }
sheet-then-now = Zum heutigen Stand
sheet-foreign = Die Angaben zu diesem System liegen in einer anderen Sprache vor: { $language }.
sheet-gaps = Was noch fehlt
sheet-missing-required = Zu diesen Punkten steht noch keine Angabe, obwohl sie hier erwartet wird:
sheet-unstated = { $count ->
    [one] { $count } weiteres Feld ohne Angabe
   *[other] { $count } weitere Felder ohne Angabe
}
glance-responsible = Verantwortlich
glance-used-by = Im Einsatz bei
glance-lifecycle = Lebensphase
glance-risk = Risikoklasse (KI-VO)
glance-field = Aufgabenfeld
glance-technique = Technik
glance-personal-data = Personenbezogene Daten
glance-decision = Wirkung auf Entscheidungen
glance-reuse = Nachnutzung
glance-confirmed = Zuletzt bestätigt am
glance-published = Veröffentlicht am
versions-title = Versionen
versions-heading = Versionen: { $name }
versions-text = Jede veröffentlichte Version bleibt lesbar und hat eine feste Adresse. Das System und jeder Einsatz haben eigene Versionen.
versions-number = Version
versions-date = Veröffentlicht
versions-what = Eintrag
versions-by = Veröffentlicht von
versions-by-register = Betrieb des Registers
versions-note = Anmerkung
versions-compare = Vergleich
versions-with-previous = Unterschiede zur vorigen
versions-label = Version { $count }
versions-system = KI-System
versions-deployment = Einsatz
versions-deployment-of = Einsatz: { $name }
version-heading-deployment = { $name } – Einsatz: { $organisation }
version-current = Das ist die aktuelle Version.
version-old = Das ist eine frühere Version.
version-to-current = Zum Steckbrief
version-note = Anmerkung zur Änderung:
version-compare-with = Vergleichen mit
version-compare = Unterschiede zeigen
diff-title = Von Version { $before } zu Version { $after }
diff-legend = So sind Änderungen markiert:
diff-added = hinzugekommen
diff-removed = weggefallen
diff-none = Beide Versionen haben denselben öffentlichen Inhalt.
place-known = { $name } ({ $key })
place-region = Regierungsbezirk { $key }
place-district = Kreis { $key }
place-association = Gemeindeverband { $key }
place-municipality = Gemeinde { $key }
place-other = Schlüssel { $key }
sheet-adopt = Wir setzen das auch ein
sheet-adopt-lead = Für Behörden:
