quality-title = Quality of entries
quality-title-entry = Completeness and quality
quality-lead = How complete and consistent the published entries are that you share responsibility for.
quality-method-link = How this is computed
quality-private = Only people responsible for the entry see these numbers.
quality-completeness = Completeness
quality-quality = Quality
quality-required = { $answered } of { $all } needed fields answered
quality-recommended = { $answered } of { $all } recommended fields filled in
quality-worst = Stage, risk class or kind of system are open. Until then the least favourable case counts.
quality-nothing-found = Nothing speaks against this entry.
quality-lost-errors = { $count ->
    [one] One error: −{ $points }
   *[other] { $count } errors: −{ $points }
}
quality-lost-warnings = { $count ->
    [one] One warning: −{ $points }
   *[other] { $count } warnings: −{ $points }
}
quality-lost-hints = { $count ->
    [one] One hint: −{ $points }
   *[other] { $count } hints: −{ $points }
}
quality-lost-silent = { $count ->
    [one] One needed field that says nothing: −{ $points }
   *[other] { $count } needed fields that say nothing: −{ $points }
}
quality-lost-unconfirmed = Never confirmed: −{ $points }
quality-lost-old = { $count ->
    [one] Not confirmed for over a year: −{ $points }
   *[other] Not confirmed for over { $count } years: −{ $points }
}
quality-next = What helps most
quality-further = { $count ->
    [one] One more step
   *[other] { $count } more steps
}
quality-step-required = This is needed.
quality-step-recommended = This is recommended.
quality-step-silent = It says “Not stated” or “Unknown” here. Ask and fill it in.
quality-step-confirm = Check whether the entry is still right and enter the day.
quality-gain-completeness = Completeness +{ $points }
quality-gain-quality = Quality +{ $points }
quality-numbers = Completeness { $completeness }, quality { $quality }
quality-count-errors = { $count ->
    [one] one error
   *[other] { $count } errors
}
quality-count-warnings = { $count ->
    [one] one warning
   *[other] { $count } warnings
}
quality-filter = Entries with problems
quality-filter-button = Filter the list
quality-all = All entries ({ $count })
quality-with-errors = With errors ({ $count })
quality-with-warnings = With warnings ({ $count })
quality-with-any = With errors or warnings ({ $count })
quality-by-rule = { $rule } ({ $count })
quality-none = No entry has this problem.
quality-rule-minimum = Mandatory information is missing
quality-rule-required = Needed information is missing
quality-figure-entries = Entries
quality-figure-completeness = Completeness on average
quality-figure-quality = Quality on average
quality-figure-errors = Entries with errors
quality-figure-warnings = Entries with warnings
quality-distribution = Distribution
quality-band = Points
quality-band-low = 0 to 49
quality-band-middle = 50 to 74
quality-band-good = 75 to 89
quality-band-high = 90 to 100
quality-lands = States
quality-organisations = Authorities
quality-more-places = { $count ->
    [one] One more authority is not shown. Shown are those with the most problems.
   *[other] { $count } more authorities are not shown. Shown are those with the most problems.
}
quality-entries = Entries
quality-csv = As CSV
quality-findings = { $count ->
    [one] One finding
   *[other] { $count } findings
}
quality-column-kennung = Kennung
quality-column-name = Name
quality-column-organisation = Authority
quality-column-land = State
quality-column-errors = Errors
quality-column-warnings = Warnings
quality-column-hints = Hints
quality-column-findings = Findings
quality-run = The whole register was last checked on { $moment }, in { $seconds ->
    [0] less than a second
    [one] one second
   *[other] { $seconds } seconds
}: { $entries } entries, { $errors } errors, { $warnings } warnings, { $hints } hints.
quality-run-broken = The last check of the whole register began on { $moment } and did not finish. { $entries } entries are checked.
quality-run-running = The whole register is being checked since { $moment }. { $entries } entries are done.
quality-run-none = The whole register was never checked.
quality-method-title = How the quality of an entry is computed
quality-method-lead = Every entry gets two numbers from 0 to 100: one for completeness, one for quality. This page says exactly how they come about.
quality-method-who = The numbers help authorities keep their entries. They stand only where people are responsible for an entry, never on public pages. They are no verdict on a system.
quality-method-completeness = Counted is how many of the needed and of the recommended fields are answered. Which ones are needed depends on stage and risk class.
quality-method-weight = A needed field counts { $count } times as much as a recommended one.
quality-method-formula = The number is the share of answered fields among all that count, each with its weight.
quality-method-answers = For needed fields any answer counts, also “Unknown” or “Not applicable”. Recommended fields count only when they say something.
quality-method-worst = While stage, risk class or kind of system are open, the least favourable case counts. So the number never falls when somebody fills in an empty field.
quality-method-own-class = There is one exception: when a use states a risk class of its own that differs from that of the system, the fields of that class apply.
quality-method-shared = Where another authority keeps the system, only the fields of the use count for the use.
quality-method-rounding = Numbers are rounded down: 100 means that nothing is missing.
quality-method-required = Needed fields
quality-method-recommended = Recommended fields
quality-method-always = Always
quality-method-stage = Stage: { $values }
quality-method-class = Risk class: { $values }
quality-method-kind = Kind of system: { $values }
quality-method-quality = Quality begins at 100. What the program finds is taken off. Each matter has a limit, so that none alone decides everything.
quality-method-costs = What is taken off
quality-method-matter = Matter
quality-method-points = Points per case
quality-method-limit = At most
quality-method-errors = Error: impossible or contradictory
quality-method-warnings = Warning: to be checked or explained
quality-method-hints = Hint: could be better
quality-method-silent = Needed field with “Not stated” or “Unknown”
quality-method-unconfirmed = Use in development or operation that was never confirmed
quality-method-old = { $count ->
    [one] Last confirmation older than a year
   *[other] Last confirmation older than { $count } years
}
quality-method-gaps = Missing information counts for completeness and not once more here.
quality-method-day = The same content gives the same numbers on the same day. Only deadlines and the age of the confirmation depend on the day.
quality-method-others = What others enter does not change the numbers. Similar entries are reported, but nothing is taken off.
quality-method-rules = The rules
quality-method-rules-text = By these rules the program looks for errors, warnings and hints. A duty of the AI Act that is not met is a warning until its day and an error after it.
quality-method-rules-errors = { $count ->
    [one] One rule for errors
   *[other] { $count } rules for errors
}
quality-method-rules-warnings = { $count ->
    [one] One rule for warnings
   *[other] { $count } rules for warnings
}
quality-method-rules-hints = { $count ->
    [one] One rule for hints
   *[other] { $count } rules for hints
}
