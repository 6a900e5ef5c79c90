operator-title = Betrieb
operator-state = Zustand
operator-index-ready = Die Suche ist auf dem neuesten Stand.
operator-index-building = Die Suche wird gerade neu aufgebaut. Treffer können fehlen.
operator-operators = Wer das Register betreibt
operator-organisations = Behörden
operator-organisations-text = Zusammenlegen, auflösen, Betreuung regeln
operator-accounts = Konten
operator-accounts-text = Suchen, sperren, abmelden, löschen
operator-jobs = Aufträge
operator-jobs-state = { $failed } gescheitert, { $waiting } offen
operator-systems = Systeme
operator-deployments = Einsätze
operator-members = Personen
operator-ended = Diese Behörde gibt es nicht mehr.
operator-coordination = Betreuung
operator-no-coordinator = Keine andere Stelle betreut diese Behörde.
operator-delegated = darf für sie freigeben
operator-end-coordination = Betreuung beenden
operator-coordinator = Betreut von
operator-coordinate = Betreuung eintragen
operator-looked-after = Betreut selbst
operator-done-coordination = Die Betreuung ist geändert.
operator-organisation-hint = Kennung oder vollständiger Name.
operator-organisation-unknown = Diese Angabe passt auf keine Behörde oder auf mehrere. Nehmen Sie die Kennung.
operator-way-public = Öffentliche Seite
operator-way-team = Team
operator-way-authority = Angaben zur Behörde
operator-merge = Mit einer anderen Behörde zusammenlegen
operator-merge-lead = { $name } geht in einer anderen Behörde auf. Einträge, Entwürfe und Personen ziehen um.
operator-merge-into = In welche Behörde?
operator-merge-sure = Jetzt zusammenlegen
operator-dissolve = Auflösen
operator-dissolve-lead = { $name } gibt es künftig nicht mehr. Einträge brauchen eine Nachfolgerin, die sie übernimmt.
operator-successor = Wer übernimmt die Einträge?
operator-dissolve-sure = Jetzt auflösen
operator-reason = Grund
operator-reason-hint = Öffentlich, auf der Seite der Behörde. Zum Beispiel die Rechtsgrundlage.
operator-continue = Weiter
operator-back = Zurück
operator-moves = { $systems ->
    [one] Ein System
   *[other] { $systems } Systeme
} und { $deployments ->
    [one] ein Einsatz
   *[other] { $deployments } Einsätze
} von „{ $name }“ gehören danach zu „{ $successor }“.
operator-no-successor = „{ $name }“ endet ohne Nachfolgerin. Das geht nur, wenn keine Einträge mehr da sind.
operator-people-move = Die Personen behalten ihre Rollen, künftig bei der Nachfolgerin.
operator-people-leave = Die Personen verlieren ihre Rollen bei dieser Behörde.
operator-final = Das lässt sich nicht rückgängig machen. Frühere Fassungen bleiben lesbar.
applications-title = Anmeldungen
applications-waiting = { $count ->
    [0] Keine Anmeldung wartet.
    [one] Eine Anmeldung wartet.
   *[other] { $count } Anmeldungen warten.
}
applications-new = noch nicht im Register
applications-done-admitted = Aufgenommen. Die Einladung ist unterwegs.
applications-done-refused = Abgelehnt. Die Behörde bekommt Ihre Begründung per E-Mail.
application-preline = Anmeldung
application-person = Verantwortliche Person
application-email = Postfach, bestätigt
application-made = Eingegangen
application-as = Behörde im Register
application-as-new = Noch nicht dabei. Mit der Aufnahme wird sie angelegt.
application-has-members = Diese Behörde hat schon Personen. Fragen Sie dort nach, bevor Sie weitere aufnehmen.
application-similar = Ähnliche Behörden im Register
application-similar-text = Ist die Behörde hier schon dabei? Dann lehnen Sie ab und bitten sie, sich mit dem vorhandenen Eintrag anzumelden.
application-decision = Entscheidung
application-decision-text = Prüfen Sie, ob das Postfach zur Behörde gehört. Mit der Aufnahme bekommt die Person eine Einladung und darf eintragen, freigeben und weitere Personen einladen.
application-note = Nachricht an die Behörde
application-note-hint = Bei einer Ablehnung nötig: Was fehlt, was kann die Behörde tun?
application-admit = Aufnehmen
application-refuse = Ablehnen
application-unverified = Das Postfach ist noch nicht bestätigt.
application-admitted = Diese Behörde ist aufgenommen.
application-refused = Diese Anmeldung ist abgelehnt.
accounts-email = E-Mail-Adresse
accounts-search = Suchen
accounts-none = Zu dieser Adresse gibt es kein Konto.
accounts-next = Weitere Konten
accounts-nameless = Gelöschtes Konto
accounts-state = Zustand
accounts-state-invited = eingeladen
accounts-state-active = aktiv
accounts-state-blocked = gesperrt
accounts-state-erased = gelöscht
accounts-made = Angelegt
accounts-roles = Rollen
accounts-no-roles = Keine
accounts-factor-on = Eingerichtet.
accounts-actions = Was wollen Sie tun?
accounts-block = Sperren
accounts-release = Entsperren
accounts-sign-out = Überall abmelden
accounts-remove-factor = Zweiten Faktor entfernen
accounts-erase = Konto löschen
accounts-erase-title = Konto löschen
accounts-erase-lead = Name, Adresse, Passwort und Rollen von { $name } werden gelöscht. Was die Person getan hat, bleibt im Protokoll, aber ohne Namen. Das lässt sich nicht rückgängig machen.
accounts-erase-button = Endgültig löschen
accounts-not-oneself = Das geht nicht mit Ihrem eigenen Konto. Bitten Sie eine andere Person aus dem Betrieb.
accounts-done-blocked = Das Konto ist gesperrt und überall abgemeldet.
accounts-done-released = Das Konto ist wieder frei.
accounts-done-signed-out = Die Person ist überall abgemeldet.
accounts-done-factor = Der zweite Faktor ist entfernt.
accounts-done-erased = Das Konto ist gelöscht.
jobs-any = alle
jobs-state = Zustand
jobs-kind = Art
jobs-filter = Anzeigen
jobs-found = { $count ->
    [0] Keine Aufträge
    [one] Ein Auftrag
   *[other] { $count } Aufträge
}
jobs-state-waiting = wartet
jobs-state-running = läuft
jobs-state-done = erledigt
jobs-state-failed = gescheitert
jobs-state-cancelled = abgebrochen
jobs-kind-mail = E-Mail
jobs-kind-upload = Einträge über die Schnittstelle
jobs-kind-quality = Prüfung aller Einträge
jobs-made = Angelegt
jobs-due = Fällig
jobs-ended = Beendet
jobs-attempts = { $count ->
    [0] noch kein Versuch
    [one] ein Versuch
   *[other] { $count } Versuche
}
jobs-progress = { $progress } von { $total }
jobs-error = Letzter Fehler
jobs-retry = Jetzt versuchen
jobs-cancel = Abbrechen
jobs-done-retried = Der Auftrag wird jetzt versucht.
jobs-done-cancelled = Der Auftrag ist abgebrochen.
jobs-done-not = Der Auftrag ist inzwischen weiter. Hier ist der neue Stand.
organisation-merged = Diese Behörde ist am { $day } in einer anderen aufgegangen.
organisation-dissolved = Diese Behörde wurde am { $day } aufgelöst.
organisation-successor = Nachfolgerin:
