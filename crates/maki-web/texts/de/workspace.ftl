workspace-new = Neuer Eintrag
workspace-places = Ihre Behörden
workspace-roles = Ihre Rollen: { $roles }
workspace-nowhere = Sie gehören noch zu keiner Behörde.
workspace-nowhere-ask = Macht Ihre Behörde schon mit? Bitten Sie die Person, die sie im Register verwaltet, um eine Einladung.
workspace-nowhere-join = Macht Ihre Behörde noch nicht mit?
workspace-join = Behörde anmelden
workspace-below = Freigaben für andere Behörden
workspace-more = Außerdem
workspace-drafts = Entwürfe
workspace-drafts-none = Niemand arbeitet gerade an einem Entwurf.
workspace-waiting = Wartet auf Freigabe
workspace-waiting-none = Nichts wartet auf Freigabe.
workspace-returned = Zurückgegeben
workspace-returned-none = Nichts ist zurückgekommen.
workspace-published = Veröffentlicht
workspace-published-none = Noch ist kein Eintrag veröffentlicht.
workspace-published-at = Veröffentlicht: { $moment }
workspace-use = Einsatz eines Systems, das andere pflegen
workspace-call-approve = Sie können diesen Eintrag prüfen und freigeben.
workspace-call-others = Wartet auf eine andere Person: Was man selbst geschrieben hat, gibt man nicht selbst frei.
workspace-answer = Antwort:
workspace-all = Alle ansehen
workspace-entries = { $count ->
    [one] Ein Eintrag
   *[other] { $count } Einträge
}
workspace-count-drafts = { $count ->
    [one] ein Entwurf
   *[other] { $count } Entwürfe
}
workspace-count-waiting = { $count ->
    [one] einer wartet auf Freigabe
   *[other] { $count } warten auf Freigabe
}
workspace-count-returned = { $count ->
    [one] einer kam zurück
   *[other] { $count } kamen zurück
}
workspace-team = Team und Rollen
workspace-tokens = Tokens für Programme
workspace-delegation = Freigabe an andere übertragen
workspace-authority = Angaben über die Behörde
workspace-public = Öffentliche Seite der Behörde
workspace-proposals = Vorschläge zu gemeinsamen Systemen
workspace-bulk = Mehrere Einträge auf einmal ändern
bulk-lead = Wählen Sie Einträge und was sich an allen ändern soll. Eine zweite Person gibt alles zusammen frei.
bulk-entries = Welche Einträge?
bulk-every = Alle { $count } Einträge, auch auf den anderen Seiten
bulk-what = Was soll sich ändern?
bulk-what-missing = Wählen Sie, was sich ändern soll.
bulk-confirm = Alle Angaben sind geprüft und aktuell
bulk-lifecycle = Neue Phase
bulk-lifecycle-to = Neue Phase: { $stage }
bulk-mailbox = Neues Postfach für Fragen
bulk-mailbox-to = Neues Postfach: { $address }
bulk-to = Phase
bulk-to-hint = Nur nötig, wenn Sie „Neue Phase“ gewählt haben.
bulk-address = Postfach
bulk-address-hint = Nur nötig, wenn Sie „Neues Postfach“ gewählt haben.
bulk-address-missing = Postfach: Schreiben Sie eine E-Mail-Adresse.
bulk-note-long = Was ist neu? Kürzen Sie den Text auf höchstens { $count } Zeichen.
bulk-none-chosen = Wählen Sie mindestens einen Eintrag.
bulk-too-many = Wählen Sie weniger Einträge auf einmal.
bulk-changed = Gerade hat jemand einen der Einträge gespeichert. Es ist nichts geändert. Versuchen Sie es noch einmal.
bulk-does-not-fit = Dieser Wert passt nicht.
bulk-button = Ändern und einreichen
bulk-done = { $count ->
    [0] Kein Eintrag wurde geändert
    [one] Ein Eintrag ist geändert und wartet auf Freigabe
   *[other] { $count } Einträge sind geändert und warten auf Freigabe
}
bulk-skip-unknown = nicht gefunden
bulk-skip-in-work = wird gerade bearbeitet
bulk-skip-unchanged = war schon so
bulk-skip-not-possible = geht hier nicht
bulk-skip-incomplete = eine nötige Angabe fehlt
bulk-so-far = Bisherige Änderungen
bulk-undone = rückgängig gemacht
bulk-decided = entschieden
bulk-undo = Rückgängig machen
bulk-approve = Alle zusammen freigeben
bulk-end-undone = { $count ->
    [0] Es gab nichts mehr rückgängig zu machen.
    [one] Ein Eintrag ist wieder wie vorher.
   *[other] { $count } Einträge sind wieder wie vorher.
}
bulk-end-approved = { $count ->
    [0] Es gab nichts mehr freizugeben.
    [one] Ein Eintrag ist freigegeben.
   *[other] { $count } Einträge sind freigegeben.
}
bulk-end-left = { $count ->
    [one] Einer hat sich seitdem geändert und bleibt, wie er ist.
   *[other] { $count } haben sich seitdem geändert und bleiben, wie sie sind.
}
bulk-to-choose = Bitte wählen
bulk-to-missing = Phase: Wählen Sie eine Phase.
adopt-where = Für welche Behörde möchten Sie den Einsatz eintragen?
adopt-nowhere = Ihre Rollen erlauben keine neuen Einträge. Bitten Sie die Person, die Ihre Behörde hier verwaltet, um die Rolle „Erfassung“.
