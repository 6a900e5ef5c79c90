dashboard-title = Dashboard
dashboard-lead = Das Register in Zahlen. Jeder Balken führt zu den Einträgen dahinter. Filter gelten für alle Darstellungen.
dashboard-search-hint = Die Zahlen gelten dann für die Einträge, die zu Ihren Wörtern und Filtern passen.
dashboard-as-list = Als Liste ansehen
dashboard-status-all = { $count ->
    [one] { $count } KI-System im Register.
   *[other] { $count } KI-Systeme im Register.
}
dashboard-status = { $count ->
    [one] { $count } KI-System passt zur Auswahl.
   *[other] { $count } KI-Systeme passen zur Auswahl.
}
figure-systems = KI-Systeme
figure-deployments = Einsätze
figure-organisations = Behörden mit KI
figure-in-operation = in Betrieb
figure-high-risk = mit hohem Risiko
chart-level = Nach Verwaltungsebene
chart-land = Nach Land
chart-lifecycle-group = Nach Lebensphase
chart-lifecycle = Nach genauem Stand
chart-field = Nach Aufgabenfeld
chart-technique = Nach Technik
chart-risk-class = Nach Risikoklasse der KI-VO
chart-reuse = Nach Angebot zur Nachnutzung
chart-cooperation = Nach gewünschter Zusammenarbeit
chart-personal-data = Nach Personenbezug
chart-decision-effect = Nach Wirkung auf Entscheidungen
chart-start-year = Nach Jahr des Beginns
chart-deployments = Einsätze je KI-System
chart-deployments-note = Ein System kann bei mehreren Behörden laufen. Es zählt einmal, mit allen seinen Einsätzen.
chart-land-note = Einträge des Bundes gehören zu keinem Land. Ein System mit Einsätzen in mehreren Ländern zählt in jedem davon.
chart-start-year-note = Beginn des Betriebs, sonst der Entwicklung. Einträge ohne Datum fehlen.
chart-empty = Dazu gibt es keine Angaben.
chart-csv = Werte als CSV
chart-chosen = gewählt
column-systems = KI-Systeme
column-share = Anteil
csv-code = Code
uses-exactly = { $count ->
    [0] Ohne Einsatz
    [one] { $count } Einsatz
   *[other] { $count } Einsätze
}
uses-between = { $from } bis { $to } Einsätze
uses-more = { $count ->
   *[other] Mehr als { $count } Einsätze
}
share = { $percent } %
share-below-one = unter 1 %
map-title = Karte der Länder
map-lead = Wie viele KI-Systeme in den Ländern gemeldet sind. Wählen Sie ein Land auf der Karte oder in der Tabelle.
map-own-page = Karte auf eigener Seite
map-to-dashboard = Zum Dashboard
map-legend = KI-Systeme je Land:
map-credit = Karte: © MapSVG / Victor Cazanave, CC BY 4.0
map-land = { $count ->
    [one] { $name }: { $count } KI-System
   *[other] { $name }: { $count } KI-Systeme
}
map-land-chosen = { $count ->
    [one] { $name }, gewählt: { $count } KI-System
   *[other] { $name }, gewählt: { $count } KI-Systeme
}
