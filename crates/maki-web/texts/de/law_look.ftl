law-look-title = Rechtslage an einem Tag
law-look-intro = Sehen Sie, welchen Einsätzen an einem Tag etwas fehlt, was die KI-VO verlangt. Oder vergleichen Sie zwei Tage oder zwei Fassungen des Rechts. Das ist keine Rechtsberatung.
law-look-day = Tag
law-look-day-hint = Zum Beispiel 2.12.2027
law-look-day-wrong = Diesen Tag gibt es nicht. Schreiben Sie ihn wie 2.12.2027.
law-look-by = Fassung der KI-VO
law-look-against-day = Vergleichen mit dem Tag
law-look-against-by = Fassung für den Vergleich
law-look-button = Ansehen
law-look-law = Fassung vom { $day }
law-look-draft = Entwurf vom { $day }
law-look-wait = Das Register wird geprüft
law-look-running = Geprüft sind { $done } von { $total } Systemen.
law-look-again = Stand neu ansehen
law-look-lacking = Was dann fehlt
law-look-difference = Was sich unterscheidet
law-look-lead = Am { $day } fehlt nach der { $law } { $count ->
    [0] keinem Eintrag etwas. Angesehen: { $entries }.
    [one] einem von { $entries } Einträgen etwas.
   *[other] { $count } von { $entries } Einträgen etwas.
}
law-look-lead-difference = Zwischen dem { $day } ({ $law }) und dem { $otherday } ({ $otherlaw }) { $count ->
    [0] unterscheidet sich kein Eintrag. Angesehen: { $entries }.
    [one] unterscheidet sich einer von { $entries } Einträgen.
   *[other] unterscheiden sich { $count } von { $entries } Einträgen.
}
law-look-at = Stand des Registers: { $moment }.
law-look-basis = Was bis zu dem Tag noch eingetragen wird, ist nicht bekannt. Wo das Recht zwei Tage zulässt, zählt der spätere.
law-look-articles = Nach Pflicht
law-look-more-places = { $count ->
    [one] Eine weitere Behörde ist nicht gezeigt.
   *[other] { $count } weitere Behörden sind nicht gezeigt.
}
law-look-more = { $count ->
    [one] Ein weiterer Eintrag passt nicht in die Liste. Der Befehl maki law zeigt alle.
   *[other] { $count } weitere Einträge passen nicht in die Liste. Der Befehl maki law zeigt alle.
}
law-look-lack = { $article }, fällig seit { $day }: { $message }
law-look-changes = { $count ->
    [one] Ein Unterschied
   *[other] { $count } Unterschiede
}
law-look-class = Risikoklasse
law-look-registration = Registrierung
law-look-use = Darf verwendet werden (KI-VO)
law-look-fria = Grundrechte-Folgenabschätzung nötig
law-look-duty = { $article } ({ $who })
law-look-provider = Anbieter
law-look-deployer = Betreiber
law-look-yes = ja
law-look-no = nein
law-look-open = offen
law-look-nowhere = keine
law-look-error = Fehler
law-look-warning = Warnung
law-look-hint = Hinweis
law-look-nothing = kein Befund
law-look-no-duty = keine Pflicht
law-look-or = { " oder " }
law-look-due = fällig seit { $day }
law-look-from = ab { $day }
law-look-section-a = Anhang VIII Abschnitt A
law-look-section-b = Anhang VIII Abschnitt B
law-look-section-c = Anhang VIII Abschnitt C
law-look-section-national = nationales Register
law-look-section-hidden = nicht öffentlich
law-look-column-what = Was
law-look-column-before = Vorher
law-look-column-after = Nachher
law-look-column-article = Pflicht
law-look-column-due = Fällig seit
law-look-column-field = Feld
law-look-column-lack = Was fehlt
