law-look-title = The law on a given day
law-look-intro = See which uses lack something on a day that the AI Act asks for. Or compare two days or two versions of the law. This is no legal advice.
law-look-day = Day
law-look-day-hint = For example 2027-12-02
law-look-day-wrong = There is no such day. Write it like 2027-12-02.
law-look-by = Version of the AI Act
law-look-against-day = Compare with the day
law-look-against-by = Version for the comparison
law-look-button = Look
law-look-law = version of { $day }
law-look-draft = draft of { $day }
law-look-wait = The register is being checked
law-look-running = { $done } of { $total } systems are done.
law-look-again = Look again
law-look-lacking = What is lacking then
law-look-difference = What differs
law-look-lead = On { $day }, by the { $law }, { $count ->
    [0] no entry lacks anything. Looked at: { $entries }.
    [one] one of { $entries } entries lacks something.
   *[other] { $count } of { $entries } entries lack something.
}
law-look-lead-difference = Between { $day } ({ $law }) and { $otherday } ({ $otherlaw }) { $count ->
    [0] no entry differs. Looked at: { $entries }.
    [one] one of { $entries } entries differs.
   *[other] { $count } of { $entries } entries differ.
}
law-look-at = State of the register: { $moment }.
law-look-basis = What will be entered until that day is not known. Where the law allows two days, the later one counts.
law-look-articles = By duty
law-look-more-places = { $count ->
    [one] One more authority is not shown.
   *[other] { $count } more authorities are not shown.
}
law-look-more = { $count ->
    [one] One more entry does not fit into the list. The command maki law shows all.
   *[other] { $count } more entries do not fit into the list. The command maki law shows all.
}
law-look-lack = { $article }, due since { $day }: { $message }
law-look-changes = { $count ->
    [one] One difference
   *[other] { $count } differences
}
law-look-class = Risk class
law-look-registration = Registration
law-look-use = May be used (AI Act)
law-look-fria = Fundamental rights impact assessment needed
law-look-duty = { $article } ({ $who })
law-look-provider = provider
law-look-deployer = deployer
law-look-yes = yes
law-look-no = no
law-look-open = open
law-look-nowhere = none
law-look-error = error
law-look-warning = warning
law-look-hint = hint
law-look-nothing = no finding
law-look-no-duty = no duty
law-look-or = { " or " }
law-look-due = due since { $day }
law-look-from = from { $day }
law-look-section-a = Annex VIII Section A
law-look-section-b = Annex VIII Section B
law-look-section-c = Annex VIII Section C
law-look-section-national = national register
law-look-section-hidden = not public
law-look-column-what = What
law-look-column-before = Before
law-look-column-after = After
law-look-column-article = Duty
law-look-column-due = Due since
law-look-column-field = Field
law-look-column-lack = What is lacking
