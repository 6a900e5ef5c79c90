joining-title = Ihre Behörde macht mit
joining-lead = Jede deutsche Behörde kann ihre KI-Systeme hier selbst eintragen. Das kostet nichts und braucht drei Schritte.
joining-step-find = Sie finden Ihre Behörde im Register oder tragen sie ein und nennen eine verantwortliche Person.
joining-step-mailbox = Sie bestätigen über das Funktionspostfach, dass die Anmeldung von Ihrer Behörde kommt.
joining-step-decision = Wir oder die Stelle, die Sie betreut, prüfen und nehmen Sie auf. Dann bekommen Sie eine Einladung.
joining-find = Ihre Behörde finden
joining-name = Name der Behörde
joining-search = Suchen
joining-found = { $count ->
    [0] Keine Behörde gefunden
    [one] Eine Behörde gefunden
   *[other] { $count } Behörden gefunden
}
joining-more = Es gibt noch mehr. Schreiben Sie mehr vom Namen.
joining-not-found = Ihre Behörde ist nicht dabei?
joining-new = Neu eintragen
joining-for = Sie melden an: { $name }
joining-new-lead = Sagen Sie uns kurz, wer Sie sind. Alles davon können Sie später ändern.
joining-form-lead = Nennen Sie eine Person, die bei Ihnen die Einträge verantwortet. Weitere laden Sie später selbst ein.
joining-person = Name der Person
joining-person-hint = Den Namen sehen nur Ihre Behörde und wer über die Aufnahme entscheidet.
joining-email = Funktionspostfach
joining-email-hint = Eine dienstliche Adresse, die bleibt, wenn Personen wechseln, zum Beispiel: ki@stadt.example. Dorthin schicken wir den Link. Nach der Aufnahme ist sie als Postfach der Behörde öffentlich.
joining-submit = Anmeldung abschicken
joining-other = Andere Behörde suchen
joining-sent-title = Sehen Sie in Ihr Postfach
joining-sent-text = Wir haben Ihnen eine E-Mail geschickt. Öffnen Sie den Link darin, damit Ihre Anmeldung geprüft wird.
joining-to-start = Zur Startseite
joining-again = Neu anmelden
joining-verify-title = Postfach bestätigen
joining-verify-lead = Mit einem Klick bestätigen Sie, dass Ihre Behörde hier mitmachen möchte.
joining-verify-submit = Ja, wir möchten mitmachen
joining-verified-title = Danke, Ihr Postfach ist bestätigt
joining-verified-text = Jetzt prüfen wir Ihre Anmeldung. Das Ergebnis kommt per E-Mail an dieses Postfach. Nach der Aufnahme setzen Sie über einen Link Ihr Passwort und können gleich den ersten Eintrag anlegen.
