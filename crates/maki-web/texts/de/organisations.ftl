organisations-title = Behörden
organisations-text = Diese Behörden und öffentlichen Stellen kennt das Register. Wer hier steht, hat nicht unbedingt KI gemeldet; die Zahl daneben sagt es.
organisations-name = Name der Behörde
organisations-search = Suchen
organisations-status = { $count ->
    [0] Keine Behörde gefunden
    [one] { $count } Behörde
   *[other] { $count } Behörden
}
organisations-uses = { $count ->
    [0] keine Einträge
    [one] { $count } Eintrag
   *[other] { $count } Einträge
}
organisations-parts = { $count ->
    [one] { $count } nachgeordnete Stelle
   *[other] { $count } nachgeordnete Stellen
}
organisations-parts-all = Alle nachgeordneten Stellen anzeigen
organisations-none = Keine Behörde heißt so
organisations-all = Alle Behörden anzeigen
organisation-belongs-to = Gehört zu
organisation-children = Nachgeordnete Stellen
organisation-unnamed = Behörde nicht genannt
organisation-status = { $count ->
    [0] Keine KI-Systeme
    [one] { $count } KI-System
   *[other] { $count } KI-Systeme
}
organisation-none = Diese Behörde hat noch keinen Einsatz von KI veröffentlicht. Ob sie keine KI nutzt oder nur nichts gemeldet hat, sagt das Register an dieser Stelle nicht.
organisation-all-systems = Alle KI-Systeme dieser Behörde
