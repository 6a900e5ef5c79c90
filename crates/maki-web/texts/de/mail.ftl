mail-greeting = Guten Tag { $name },
mail-greeting-nobody = Guten Tag,
mail-somebody = Jemand
mail-quote = Dazu steht geschrieben:
mail-valid-until = Der Link gilt bis { $moment } und nur einmal.

mail-verify-mailbox-subject = Bitte bestätigen Sie dieses Postfach
mail-verify-mailbox-lead = Die Behörde „{ $organisation }“ möchte dem Register „{ $register }“ beitreten und hat dieses Postfach angegeben. Bestätigen Sie es. Danach prüfen wir den Antrag.
mail-verify-mailbox-action = Postfach bestätigen
mail-verify-mailbox-why = Sie bekommen diese Nachricht, weil jemand diese Adresse in einem Antrag angegeben hat. Waren Sie das nicht, müssen Sie nichts tun: Ohne Bestätigung verfällt der Antrag.

mail-invitation-subject = Einladung zum Register „{ $register }“
mail-invitation-lead = { $by } lädt Sie ein, für die Behörde „{ $organisation }“ im Register der KI-Systeme mitzuarbeiten.
mail-invitation-action = Einladung annehmen
mail-invitation-why = Sie bekommen diese Nachricht, weil jemand in Ihrer Behörde Sie eingeladen hat. Möchten Sie nicht mitarbeiten, müssen Sie nichts tun: Die Einladung verfällt.

mail-password-reset-subject = Neues Passwort setzen
mail-password-reset-lead = Für Ihr Konto wurde ein neues Passwort angefordert. Mit dem Link setzen Sie es.
mail-password-reset-action = Neues Passwort setzen
mail-password-reset-why = Sie bekommen diese Nachricht, weil jemand auf der Anmeldeseite diese Adresse eingegeben hat. Waren Sie das nicht, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.

mail-password-elsewhere-subject = Ihre Anmeldung
mail-password-elsewhere-lead = Für diese Adresse wurde ein neues Passwort angefordert. Zu ihr gibt es hier aber kein Passwort. Vielleicht melden Sie sich über den Dienst Ihrer Behörde an, haben eine Einladung noch nicht angenommen oder nutzen hier eine andere Adresse.
mail-password-elsewhere-action = Zur Anmeldung
mail-password-elsewhere-why = Sie bekommen diese Nachricht, weil jemand auf der Anmeldeseite diese Adresse eingegeben hat. Waren Sie das nicht, müssen Sie nichts tun.

mail-account-password-subject = Ihr Passwort wurde geändert
mail-account-password-lead = Das Passwort Ihres Kontos wurde gerade geändert. Waren Sie das nicht, setzen Sie sofort ein neues und beenden Sie alle Sitzungen.
mail-account-password-action = Konto ansehen
mail-account-password-why = Sie bekommen diese Nachricht zur Sicherheit bei jeder Änderung Ihrer Anmeldung. Sie lässt sich nicht abbestellen.

mail-account-factor-set-subject = Zweiter Faktor eingerichtet
mail-account-factor-set-lead = Für Ihr Konto wurde gerade ein zweiter Faktor eingerichtet. Waren Sie das nicht, wenden Sie sich sofort an den Betrieb.
mail-account-factor-set-action = Konto ansehen
mail-account-factor-set-why = Sie bekommen diese Nachricht zur Sicherheit bei jeder Änderung Ihrer Anmeldung. Sie lässt sich nicht abbestellen.

mail-account-factor-removed-subject = Zweiter Faktor entfernt
mail-account-factor-removed-lead = Der zweite Faktor Ihres Kontos wurde gerade entfernt. Waren Sie das nicht, setzen Sie sofort ein neues Passwort und richten Sie ihn wieder ein.
mail-account-factor-removed-action = Konto ansehen
mail-account-factor-removed-why = Sie bekommen diese Nachricht zur Sicherheit bei jeder Änderung Ihrer Anmeldung. Sie lässt sich nicht abbestellen.

mail-account-code-used-subject = Wiederherstellungscode benutzt
mail-account-code-used-lead = An Ihrem Konto hat sich gerade jemand mit einem Wiederherstellungscode angemeldet. Waren Sie das nicht, setzen Sie sofort ein neues Passwort und richten Sie den zweiten Faktor neu ein.
mail-account-code-used-action = Konto ansehen
mail-account-code-used-why = Sie bekommen diese Nachricht zur Sicherheit bei jeder Änderung Ihrer Anmeldung. Sie lässt sich nicht abbestellen.

mail-account-provider-tied-subject = Ihr Konto ist mit einem weiteren Zugang verbunden
mail-account-provider-tied-lead = Mit Ihrem Konto wurde gerade ein Zugang bei einem anderen Anmeldedienst verbunden. Waren Sie das nicht, lösen Sie die Verbindung sofort und setzen Sie ein neues Passwort.
mail-account-provider-tied-action = Konto ansehen
mail-account-provider-tied-why = Sie bekommen diese Nachricht zur Sicherheit bei jeder Änderung Ihrer Anmeldung. Sie lässt sich nicht abbestellen.

mail-account-provider-untied-subject = Ein Zugang wurde von Ihrem Konto gelöst
mail-account-provider-untied-lead = Die Verbindung Ihres Kontos mit einem anderen Anmeldedienst wurde gerade gelöst. Waren Sie das nicht, setzen Sie sofort ein neues Passwort.
mail-account-provider-untied-action = Konto ansehen
mail-account-provider-untied-why = Sie bekommen diese Nachricht zur Sicherheit bei jeder Änderung Ihrer Anmeldung. Sie lässt sich nicht abbestellen.

mail-review-asked-subject = Bitte prüfen: { $title }
mail-review-asked-lead = { $by } hat den Eintrag „{ $title }“ eingereicht. Er wartet auf Ihre Freigabe.
mail-review-asked-action = Eintrag prüfen
mail-review-asked-why = Sie bekommen diese Nachricht, weil Sie für diese Behörde Einträge freigeben. Wer Ihre Behörde hier verwaltet, kann Ihnen die Rolle nehmen.

mail-returned-subject = Zurückgegeben: { $title }
mail-returned-lead = { $by } hat den Eintrag „{ $title }“ geprüft und zurückgegeben. Bitte überarbeiten Sie ihn.
mail-returned-action = Eintrag überarbeiten
mail-returned-why = Sie bekommen diese Nachricht, weil Sie an diesem Eintrag gearbeitet haben.

mail-approved-subject = Veröffentlicht: { $title }
mail-approved-lead = { $by } hat den Eintrag „{ $title }“ freigegeben. Er ist jetzt öffentlich und hat die Kennung { $kennung }.
mail-approved-action = Steckbrief ansehen
mail-approved-why = Sie bekommen diese Nachricht, weil Sie an diesem Eintrag gearbeitet haben.

mail-mentioned-subject = Sie wurden erwähnt: { $title }
mail-mentioned-lead = { $by } hat Sie in einem Kommentar zum Eintrag „{ $title }“ erwähnt.
mail-mentioned-action = Kommentar ansehen
mail-mentioned-why = Sie bekommen diese Nachricht, weil jemand Sie in einem Kommentar genannt hat.

mail-proposed-subject = Vorschlag zu: { $title }
mail-proposed-lead = { $by } von „{ $organisation }“ schlägt eine Änderung am System „{ $title }“ vor. Sie entscheiden, ob Sie den Vorschlag übernehmen.
mail-proposed-action = Vorschlag ansehen
mail-proposed-why = Sie bekommen diese Nachricht, weil Ihre Behörde dieses System pflegt.

mail-proposal-accepted-subject = Vorschlag übernommen: { $title }
mail-proposal-accepted-lead = Ihr Vorschlag zum System „{ $title }“ wurde übernommen.
mail-proposal-accepted-action = Eintrag ansehen
mail-proposal-accepted-why = Sie bekommen diese Nachricht, weil Sie den Vorschlag gemacht haben.

mail-proposal-declined-subject = Vorschlag abgelehnt: { $title }
mail-proposal-declined-lead = Ihr Vorschlag zum System „{ $title }“ wurde nicht übernommen.
mail-proposal-declined-action = Eintrag ansehen
mail-proposal-declined-why = Sie bekommen diese Nachricht, weil Sie den Vorschlag gemacht haben.

mail-application-received-subject = Neuer Antrag: { $organisation }
mail-application-received-lead = Die Behörde „{ $organisation }“ möchte dem Register beitreten. Ihr Postfach ist bestätigt. Bitte prüfen Sie den Antrag.
mail-application-received-action = Antrag prüfen
mail-application-received-why = Sie bekommen diese Nachricht, weil Sie über Anträge von Behörden entscheiden.

mail-application-admitted-subject = Ihre Behörde ist dabei
mail-application-admitted-lead = Der Antrag der Behörde „{ $organisation }“ ist angenommen. Sie können sich jetzt anmelden und Kolleginnen und Kollegen einladen.
mail-application-admitted-action = Zur Anmeldung
mail-application-admitted-why = Sie bekommen diese Nachricht, weil Sie den Antrag gestellt haben.

mail-application-refused-subject = Zu Ihrem Antrag
mail-application-refused-lead = Der Antrag der Behörde „{ $organisation }“ wurde nicht angenommen. Sie können einen neuen stellen.
mail-application-refused-action = Neuen Antrag stellen
mail-application-refused-why = Sie bekommen diese Nachricht, weil Sie den Antrag gestellt haben.

mail-look-inside-subject = Im Register wartet etwas auf Sie
mail-look-inside-lead = Im Register „{ $register }“ hat sich etwas geändert, das Sie ansehen sollten. Was es ist, steht nur dort.
mail-look-inside-action = Zum Register
mail-look-inside-why = Sie bekommen diese Nachricht, weil Sie im Register mitarbeiten. Mehr steht hier mit Absicht nicht.
