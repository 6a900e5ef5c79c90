form-optional = (freiwillig)
form-at-most = Höchstens { $count } Zeichen.
form-one-per-line = Eine Angabe pro Zeile, höchstens { $count }.
form-date = Tag und Monat können Sie weglassen, wenn Sie sie nicht kennen. Zum Beispiel: 3 12 2025.
form-choose-at-most = Sie können bis zu { $count } wählen.
form-choose-several = Sie können mehrere wählen.
form-choose = Bitte wählen
form-example = Zum Beispiel: { $example }
form-example-title = Beispiel ansehen
form-characters-left = Zeichen übrig:
form-aside = Keine Angabe möglich, oder nicht für alle sichtbar?
form-aside-absence = Keine Angabe möglich?
form-absence-of = Angabe zu „{ $label }“
form-reason = Grund, wenn Sie die Angabe nicht veröffentlichen
form-no-reason = Kein Grund nötig
form-visibility-of = Wer darf „{ $label }“ sehen?
form-faults = { $count ->
    [one] Eine Angabe passt noch nicht
   *[other] { $count } Angaben passen noch nicht
}
absence-stated = Ich mache die Angabe
date-day = Tag
date-month = Monat
date-year = Jahr
task-optional = Freiwillig
task-empty = Noch nicht begonnen
task-begun = Begonnen
task-open = { $count ->
    [one] Eine Angabe fehlt
   *[other] { $count } Angaben fehlen
}
task-done = Erledigt
task-faulty = Bitte prüfen
fault-of-field = { $label }: { $text }
field-too-long = Der Text ist zu lang. Kürzen Sie ihn auf höchstens { $count } Zeichen.
field-too-many-items = Das sind zu viele. Erlaubt sind höchstens { $count }.
field-wrong-record = Diese Angabe gehört nicht hierher.
field-not-a-url = Das ist keine Internetadresse. Sie beginnt mit „https://“, zum Beispiel https://www.stadt.example.
field-not-an-email = Das ist keine E-Mail-Adresse. Schreiben Sie sie zum Beispiel so: ki@stadt.example, ohne Umlaute und Leerzeichen.
field-not-digits = Hier stehen nur Ziffern. Führende Nullen gehören dazu.
field-negative = Die Zahl darf nicht kleiner als null sein.
field-control-character = Der Text enthält ein unsichtbares Steuerzeichen oder einen Zeilenumbruch. Schreiben Sie die Stelle bitte neu.
field-not-a-choice = Diese Auswahl gibt es nicht. Wählen Sie eine der angebotenen Möglichkeiten.
field-not-a-date = Dieses Datum gibt es nicht. Nennen Sie mindestens das Jahr mit vier Ziffern, zu einem Tag auch den Monat.
field-not-a-number = Schreiben Sie eine ganze Zahl, zum Beispiel 8500.
field-repeated = Diese Angabe kam doppelt an. Senden Sie das Formular bitte noch einmal.
field-value-and-absence = Sie haben etwas eingetragen und zugleich gesagt, dass die Angabe fehlt. Löschen Sie das Eingetragene, oder wählen Sie „Ich mache die Angabe“.
field-reason-missing = Nennen Sie den Grund, aus dem Sie die Angabe nicht veröffentlichen.
field-reason-alone = Ein Grund passt nur zu „Nicht veröffentlicht“. Wählen Sie das, oder nehmen Sie den Grund heraus.
field-must-be-stated = Ohne diese Angabe geht es nicht, und alle müssen sie sehen können.
field-visibility-wider = Diese Angabe dürfen nicht mehr Menschen sehen, als das Register vorsieht.
field-foreign = Diese Angabe gehört nicht zu diesem Formular. Laden Sie die Seite bitte neu.
field-missing = Diese Angabe fehlt noch.
