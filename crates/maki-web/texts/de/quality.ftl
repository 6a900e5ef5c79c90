quality-title = Qualität der Einträge
quality-title-entry = Vollständigkeit und Qualität
quality-lead = So vollständig und stimmig sind die veröffentlichten Einträge, für die Sie mitverantwortlich sind.
quality-method-link = So wird gerechnet
quality-private = Diese Zahlen sehen nur Menschen, die für den Eintrag verantwortlich sind.
quality-completeness = Vollständigkeit
quality-quality = Qualität
quality-required = { $answered } von { $all } nötigen Feldern beantwortet
quality-recommended = { $answered } von { $all } empfohlenen Feldern ausgefüllt
quality-worst = Stand, Risikoklasse oder Art des Systems sind offen. So lange zählt der ungünstigste Fall.
quality-nothing-found = Nichts spricht gegen diesen Eintrag.
quality-lost-errors = { $count ->
    [one] Ein Fehler: −{ $points }
   *[other] { $count } Fehler: −{ $points }
}
quality-lost-warnings = { $count ->
    [one] Eine Warnung: −{ $points }
   *[other] { $count } Warnungen: −{ $points }
}
quality-lost-hints = { $count ->
    [one] Ein Hinweis: −{ $points }
   *[other] { $count } Hinweise: −{ $points }
}
quality-lost-silent = { $count ->
    [one] Ein nötiges Feld ohne Aussage: −{ $points }
   *[other] { $count } nötige Felder ohne Aussage: −{ $points }
}
quality-lost-unconfirmed = Noch nie bestätigt: −{ $points }
quality-lost-old = { $count ->
    [one] Seit über einem Jahr nicht bestätigt: −{ $points }
   *[other] Seit über { $count } Jahren nicht bestätigt: −{ $points }
}
quality-next = Was am meisten bringt
quality-further = { $count ->
    [one] Ein weiterer Schritt
   *[other] { $count } weitere Schritte
}
quality-step-required = Diese Angabe ist nötig.
quality-step-recommended = Diese Angabe wird empfohlen.
quality-step-silent = Hier steht „Keine Angabe“ oder „Nicht bekannt“. Fragen Sie nach und tragen Sie es ein.
quality-step-confirm = Prüfen Sie, ob der Eintrag noch stimmt, und tragen Sie den Tag ein.
quality-gain-completeness = Vollständigkeit +{ $points }
quality-gain-quality = Qualität +{ $points }
quality-numbers = Vollständigkeit { $completeness }, Qualität { $quality }
quality-count-errors = { $count ->
    [one] ein Fehler
   *[other] { $count } Fehler
}
quality-count-warnings = { $count ->
    [one] eine Warnung
   *[other] { $count } Warnungen
}
quality-filter = Einträge mit Problemen
quality-filter-button = Liste filtern
quality-all = Alle Einträge ({ $count })
quality-with-errors = Mit Fehlern ({ $count })
quality-with-warnings = Mit Warnungen ({ $count })
quality-with-any = Mit Fehlern oder Warnungen ({ $count })
quality-by-rule = { $rule } ({ $count })
quality-none = Kein Eintrag hat dieses Problem.
quality-rule-minimum = Pflichtangabe fehlt
quality-rule-required = Nötige Angabe fehlt
quality-figure-entries = Einträge
quality-figure-completeness = Vollständigkeit im Mittel
quality-figure-quality = Qualität im Mittel
quality-figure-errors = Einträge mit Fehlern
quality-figure-warnings = Einträge mit Warnungen
quality-distribution = Verteilung
quality-band = Punkte
quality-band-low = 0 bis 49
quality-band-middle = 50 bis 74
quality-band-good = 75 bis 89
quality-band-high = 90 bis 100
quality-lands = Länder
quality-organisations = Behörden
quality-more-places = { $count ->
    [one] Eine weitere Behörde ist nicht gezeigt. Gezeigt sind die mit den meisten Problemen.
   *[other] { $count } weitere Behörden sind nicht gezeigt. Gezeigt sind die mit den meisten Problemen.
}
quality-entries = Einträge
quality-csv = Als CSV
quality-findings = { $count ->
    [one] Ein Befund
   *[other] { $count } Befunde
}
quality-column-kennung = Kennung
quality-column-name = Name
quality-column-organisation = Behörde
quality-column-land = Land
quality-column-errors = Fehler
quality-column-warnings = Warnungen
quality-column-hints = Hinweise
quality-column-findings = Befunde
quality-run = Zuletzt wurde das ganze Register am { $moment } geprüft, in { $seconds ->
    [0] weniger als einer Sekunde
    [one] einer Sekunde
   *[other] { $seconds } Sekunden
}: { $entries } Einträge, { $errors } Fehler, { $warnings } Warnungen, { $hints } Hinweise.
quality-run-broken = Die letzte Prüfung des ganzen Registers begann am { $moment } und wurde nicht fertig. Geprüft sind { $entries } Einträge.
quality-run-running = Seit { $moment } wird das ganze Register geprüft. Fertig sind { $entries } Einträge.
quality-run-none = Das ganze Register wurde noch nie geprüft.
quality-method-title = So wird die Qualität eines Eintrags berechnet
quality-method-lead = Jeder Eintrag bekommt zwei Zahlen von 0 bis 100: eine für die Vollständigkeit, eine für die Qualität. Diese Seite sagt genau, wie sie entstehen.
quality-method-who = Die Zahlen helfen den Behörden beim Pflegen. Sie stehen nur dort, wo Menschen für einen Eintrag verantwortlich sind, nie auf öffentlichen Seiten. Sie sind kein Urteil über ein System.
quality-method-completeness = Gezählt wird, wie viele der nötigen und der empfohlenen Felder beantwortet sind. Welche nötig sind, hängt vom Stand und von der Risikoklasse ab.
quality-method-weight = Ein nötiges Feld zählt { $count }-mal so viel wie ein empfohlenes.
quality-method-formula = Die Zahl ist der Anteil der beantworteten Felder an allen, die zählen, jedes mit seinem Gewicht.
quality-method-answers = Bei nötigen Feldern zählt jede Antwort, auch „Nicht bekannt“ oder „Trifft nicht zu“. Empfohlene Felder zählen nur, wenn sie etwas sagen.
quality-method-worst = Sind Stand, Risikoklasse oder Art des Systems offen, zählt der ungünstigste Fall. Darum wird die Zahl nie kleiner, wenn jemand ein leeres Feld ausfüllt.
quality-method-own-class = Eine Ausnahme gibt es: Gibt ein Einsatz eine eigene Risikoklasse an, die von der des Systems abweicht, gelten die Felder dieser Klasse.
quality-method-shared = Pflegt eine andere Behörde das System, zählen beim Einsatz nur die Felder des Einsatzes.
quality-method-rounding = Gerundet wird nach unten: 100 heißt, dass nichts fehlt.
quality-method-required = Nötige Felder
quality-method-recommended = Empfohlene Felder
quality-method-always = Immer
quality-method-stage = Stand: { $values }
quality-method-class = Risikoklasse: { $values }
quality-method-kind = Art des Systems: { $values }
quality-method-quality = Die Qualität beginnt bei 100. Abgezogen wird, was das Programm findet. Für jede Sache gibt es eine Grenze, damit eine allein nicht alles bestimmt.
quality-method-costs = Was abgezogen wird
quality-method-matter = Sache
quality-method-points = Punkte je Fall
quality-method-limit = Höchstens
quality-method-errors = Fehler: unmöglich oder widersprüchlich
quality-method-warnings = Warnung: zu prüfen oder zu begründen
quality-method-hints = Hinweis: ginge besser
quality-method-silent = Nötiges Feld mit „Keine Angabe“ oder „Nicht bekannt“
quality-method-unconfirmed = Einsatz in Entwicklung oder Betrieb, der noch nie bestätigt wurde
quality-method-old = { $count ->
    [one] Letzte Bestätigung älter als ein Jahr
   *[other] Letzte Bestätigung älter als { $count } Jahre
}
quality-method-gaps = Fehlende Angaben zählen bei der Vollständigkeit und nicht noch einmal hier.
quality-method-day = Derselbe Inhalt ergibt am selben Tag immer dieselben Zahlen. Nur Fristen und das Alter der Bestätigung hängen vom Tag ab.
quality-method-others = Was andere eintragen, ändert die Zahlen nicht. Ähnliche Einträge werden gemeldet, aber nicht abgezogen.
quality-method-rules = Die Regeln
quality-method-rules-text = Nach diesen Regeln sucht das Programm Fehler, Warnungen und Hinweise. Fehlt eine Pflicht der KI-VO, ist das bis zu ihrem Tag eine Warnung und danach ein Fehler.
quality-method-rules-errors = { $count ->
    [one] Eine Regel für Fehler
   *[other] { $count } Regeln für Fehler
}
quality-method-rules-warnings = { $count ->
    [one] Eine Regel für Warnungen
   *[other] { $count } Regeln für Warnungen
}
quality-method-rules-hints = { $count ->
    [one] Eine Regel für Hinweise
   *[other] { $count } Regeln für Hinweise
}
