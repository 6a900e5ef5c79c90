work-title = Arbeit
work-untitled = Eintrag ohne Namen
work-new-title = Neuer Eintrag
work-new-lead = Sehen Sie zuerst nach, ob es das System im Register schon gibt. Dann tragen Sie nur noch Ihren Einsatz ein.
work-new-question = Gibt es das System schon?
work-new-hint = Name, Hersteller oder was es tut. Zum Beispiel: Chatbot Bürgerservice.
work-new-search = Suchen
work-new-status-none = Schreiben Sie oben ein paar Wörter, oder beginnen Sie unten ohne Suche.
work-new-status = { $count ->
    [0] Nichts Ähnliches gefunden. Legen Sie unten einen neuen Eintrag an.
    [one] Ein ähnliches System gefunden
   *[other] { $count } ähnliche Systeme gefunden
}
work-new-status-more = { $count } ähnliche Systeme gefunden. Hier stehen die ersten; mit mehr Wörtern finden Sie genauer.
work-new-why = Gefunden wegen: { $words }
work-new-why-other = Gefunden wegen ähnlicher Angaben im Steckbrief
work-new-adopt = Dieses System nutzen wir auch
work-new-own-title = Nicht dabei? Neu anlegen
work-new-name = Name des Systems
work-new-name-hint = So, wie es bei Ihnen heißt. Sie können den Namen später ändern.
work-new-way = Was möchten Sie eintragen?
work-new-full = Ein KI-System mit unserem Einsatz
work-new-full-hint = Eigenentwicklung, beschafftes Produkt oder offene Software. Sie können jederzeit unterbrechen.
work-new-short = Eine KI-Funktion in Standardsoftware
work-new-short-hint = Zum Beispiel ein Schreibassistent im Büroprogramm. Höchstens zehn Angaben.
work-new-idea = Eine Idee oder einen Anwendungsfall
work-new-idea-hint = Es gibt noch kein System. Andere können mitmachen.
work-new-begin = Eintrag beginnen
work-new-name-missing = Name des Systems: Schreiben Sie, wie das System heißt.
work-new-name-long = Name des Systems: Kürzen Sie den Namen auf höchstens { $count } Zeichen.
work-new-way-missing = Was möchten Sie eintragen? Wählen Sie eine der Möglichkeiten.
work-new-system-unknown = Dieses System können Sie nicht übernehmen. Suchen Sie noch einmal.
work-part-system = Das KI-System
work-part-deployment = Ihr Einsatz
work-part-organisation = Ihre Behörde
work-state-draft = Entwurf
work-state-in-review = Wartet auf Freigabe
work-state-returned = Zurückgegeben
work-state-published = Veröffentlicht
work-state-withdrawn = Zurückgenommen
work-saved = Zuletzt gespeichert: { $moment }
work-saved-by = Zuletzt gespeichert: { $moment } von { $name }
work-progress = { $done } von { $all } Abschnitten sind fertig.
work-notice-review = Dieser Eintrag wartet auf Freigabe. Zum Ändern holen Sie ihn zurück.
work-notice-returned = Der Eintrag kam zurück. Bitte überarbeiten Sie ihn.
work-notice-published = Veröffentlicht ist die Version { $count }. Was Sie hier ändern, sieht die Öffentlichkeit erst nach der Freigabe.
work-notice-foreign = Sie dürfen diesen Entwurf lesen, aber nicht ändern.
work-missing-title = Das fehlt noch
work-missing-text = Mit diesen Angaben können Sie den Eintrag einreichen.
work-missing-count = { $count ->
    [one] Eine Angabe fehlt oder passt noch nicht
   *[other] { $count } Angaben fehlen oder passen noch nicht
}
work-check = Angaben prüfen
work-check-title = Angaben prüfen
work-check-lead = Lesen Sie alles noch einmal, bevor Sie den Eintrag einreichen.
work-change = Ändern
work-section-empty = Noch keine Angaben.
work-go-submit = Weiter zum Einreichen
work-to-overview = Zur Übersicht des Eintrags
work-take-back = Zurückholen und ändern
work-discard = Entwurf verwerfen
work-preview = Vorschau für Außenstehende
work-comments = { $count ->
    [0] Kommentare
    [one] Ein offener Kommentar
   *[other] { $count } offene Kommentare
}
work-review = Zur Prüfung
work-steckbrief = Zum Steckbrief
work-shared = Sie tragen Ihren Einsatz von „{ $name }“ ein. Das System selbst pflegt eine andere Behörde.
work-short-form = Kurzes Formular
work-place = { $part } · Abschnitt { $number } von { $all }
work-short-place = Seite { $number } von { $all }
work-save-next = Speichern und weiter
work-save-finish = Speichern und Angaben prüfen
work-save-back = Speichern und zur Übersicht
work-previous = Zurück, ohne zu speichern
work-not-asked-title = Hier nicht gefragt
work-not-asked = Diese Angaben gehören zu einer anderen Phase, Art oder Risikoklasse: { $labels }.
work-locked = Der Eintrag wartet auf Freigabe und lässt sich gerade nicht ändern.
work-stale-title = Jemand war schneller
work-stale-headline = { $name } hat diesen Eintrag gespeichert, während Sie ihn bearbeitet haben: { $moment }
work-stale-text = Ihre Eingaben sind noch da. Wählen Sie bei jeder Angabe, welche Fassung gelten soll, und speichern Sie dann.
work-stale-none = Sie haben verschiedene Angaben geändert. Beide Änderungen bleiben, wenn Sie jetzt speichern.
work-stale-mine = Ihre Fassung
work-stale-theirs = Fassung von { $name }
work-stale-save = Auswahl speichern
work-stale-drop = Meine Eingaben verwerfen
work-stale-empty = (leer)
work-somebody = Jemand aus Ihrer Behörde
work-submit-title = Eintrag einreichen
work-submit-lead = Eine zweite Person prüft den Eintrag und gibt ihn frei. Erst dann ist er öffentlich.
work-submit-note = Was ist neu?
work-submit-note-hint = Ein Satz genügt. Er steht später bei der Version im Steckbrief.
work-submit-button = Jetzt einreichen
work-submitted-title = Eingereicht
work-submitted-text = Ihr Eintrag wartet auf Freigabe.
work-submitted-kennung = Ihr Eintrag wartet auf Freigabe. Seine Kennung bleibt:
work-published-text = Ihr Eintrag ist veröffentlicht. Seine Kennung:
work-next-title = So geht es weiter
work-next-mail = Wer bei Ihnen freigeben darf, hat eine Nachricht bekommen.
work-next-review = Die Person vergleicht den Eintrag mit der veröffentlichten Fassung und gibt ihn frei oder schickt ihn mit einer Antwort zurück.
work-next-kennung = Mit der Freigabe bekommt der Eintrag eine Kennung und einen Steckbrief.
work-next-told = Sie bekommen eine Nachricht, wenn es so weit ist.
work-to-work = Zu Ihrer Arbeit
work-another = Noch einen Eintrag beginnen
work-discard-title = Entwurf verwerfen?
work-discard-lead = „{ $name }“ verschwindet aus Ihrer Arbeit. Was schon veröffentlicht ist, bleibt öffentlich.
work-discard-button = Ja, verwerfen
work-cancel = Nein, zurück
work-note-long = { $label }: Kürzen Sie den Text auf höchstens { $count } Zeichen.
work-visibility = sichtbar für: { $who }

# ---- Befunde der Plausibilitätsregeln
finding-errors = { $count ->
    [one] Ein Widerspruch
   *[other] { $count } Widersprüche
}
finding-errors-text = Damit kann der Eintrag nicht eingereicht werden. Ändern Sie eine der Angaben.
finding-warnings = { $count ->
    [one] Eine Warnung
   *[other] { $count } Warnungen
}
finding-warnings-text = Ändern Sie die Angabe, oder sagen Sie beim Einreichen, warum sie stimmt. Wer freigibt, liest Ihre Begründung.
finding-hints = { $count ->
    [one] Ein Hinweis
   *[other] { $count } Hinweise
}
finding-hints-text = So wird der Eintrag besser. Einreichen können Sie auch so.
finding-due = Pflicht ab { $day }
finding-words = Gefunden: { $words }
finding-reason = Warum stimmt das? { $field }
finding-reason-by = { $name } begründet:
finding-reason-given = Begründung:
finding-reason-missing = { $field }: Sagen Sie, warum das stimmt, oder ändern Sie die Angabe.
finding-reason-long = { $field }: Die Begründung hat mehr als { $count } Zeichen. Kürzen Sie sie.
finding-contradictory = Die Angabe widerspricht einer anderen. Die Regel steht beim Wert.
finding-unexplained = Zu dieser Warnung fehlt eine Begründung. Nennen Sie sie unter reasons mit dem Schlüssel der Regel.
