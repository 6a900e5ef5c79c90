search-title = KI-Systeme suchen
search-title-query = „{ $query }“ – KI-Systeme suchen
search-label = Suchbegriff
search-hint = Zum Beispiel: Wohngeld, Chatbot, Posteingang oder eine Kennung
search-submit = Suchen
search-status = { $count ->
    [0] Keine KI-Systeme gefunden
    [one] { $count } KI-System
   *[other] { $count } KI-Systeme
}
search-status-query = { $count ->
    [0] Keine Treffer für „{ $query }“
    [one] { $count } Treffer für „{ $query }“
   *[other] { $count } Treffer für „{ $query }“
}
search-stale = Der Suchindex wird gerade neu aufgebaut. Bis dahin können Treffer fehlen.
results-title = Ergebnisse
filter-title = Ergebnisse eingrenzen
filter-active = { $count ->
    [one] { $count } Filter aktiv
   *[other] { $count } Filter aktiv
}
filter-more = { $count ->
    [one] { $count } weiteren Wert zeigen
   *[other] { $count } weitere Werte zeigen
}
filter-apply = Filter anwenden
filter-live-note = Die Treffer ändern sich, sobald Sie einen Filter wählen.
facet-authority = Behörde
facet-start-year = Jahr des Beginns
facet-deployments = Zahl der Einsätze
chips-title = Gewählte Filter
chip-remove = Filter entfernen:
chips-reset = Alle Filter entfernen
sort-label = Sortieren nach
sort-apply = Sortieren
sort-relevance = Beste Treffer
sort-newest = Neueste zuerst
sort-name = Name
empty-title = Dazu steht nichts im Register
empty-text = Versuchen Sie es mit weniger Filtern oder anderen Wörtern.
empty-text-words = Versuchen Sie es mit anderen oder weniger Wörtern.
empty-without-quotes = { $count ->
    [one] Ohne Anführungszeichen: { $count } Treffer
   *[other] Ohne Anführungszeichen: { $count } Treffer
}
empty-suggestion = Meinten Sie „{ $query }“?
empty-without = { $count ->
    [one] Ohne Filter „{ $name }“: { $count } Treffer
   *[other] Ohne Filter „{ $name }“: { $count } Treffer
}
empty-without-filters = { $count ->
    [one] Ohne alle Filter: { $count } Treffer
   *[other] Ohne alle Filter: { $count } Treffer
}
empty-all = Alle KI-Systeme anzeigen
note-corrected = „{ $word }“ steht nicht im Register. Gesucht wurde nach { $instead }.
note-exact = Genau so suchen
note-meant = Meinten Sie:
note-quote = Ein Anführungszeichen hat kein Gegenstück. Der Text danach gilt als feste Wortfolge.
note-only-exclusions = Ihre Suche schließt nur Wörter aus. Sie sehen alle übrigen Einträge.
note-some-words = Kein Eintrag enthält alle Wörter. Sie sehen Einträge mit den meisten davon.
note-stop-words = Ihre Suche besteht nur aus sehr häufigen Wörtern. Ein Sachwort führt schneller ans Ziel.
note-nothing-searchable = Ihre Eingabe enthält weder Buchstaben noch Ziffern. Sie sehen alle Einträge.
downloads-title = Dieses Ergebnis herunterladen
download-csv = CSV
download-xlsx = Excel (XLSX)
download-json = JSON
download-jsonl = JSON Lines
download-atom = Atom-Feed
suggest-system = KI-System
suggest-organisation = Behörde
card-nobody = Noch ohne Einsatz
card-and-others = { $count ->
    [one] { $name } und { $count } weitere Stelle
   *[other] { $name } und { $count } weitere Stellen
}
card-uses = { $count ->
    [one] { $count } Einsatz
   *[other] { $count } Einsätze
}
