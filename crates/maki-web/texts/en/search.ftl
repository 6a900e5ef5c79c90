search-title = Search AI systems
search-title-query = “{ $query }” – search AI systems
search-label = Search term
search-hint = For example: housing benefit, chatbot, incoming mail, or a register number
search-submit = Search
search-status = { $count ->
    [0] No AI systems found
    [one] { $count } AI system
   *[other] { $count } AI systems
}
search-status-query = { $count ->
    [0] No results for “{ $query }”
    [one] { $count } result for “{ $query }”
   *[other] { $count } results for “{ $query }”
}
search-stale = The search index is being rebuilt. Until then, results may be missing.
results-title = Results
filter-title = Narrow the results
filter-active = { $count ->
    [one] { $count } filter active
   *[other] { $count } filters active
}
filter-more = { $count ->
    [one] Show { $count } more value
   *[other] Show { $count } more values
}
filter-apply = Apply filters
filter-live-note = The results change as soon as you choose a filter.
facet-authority = Authority
facet-start-year = Year of start
facet-deployments = Number of deployments
chips-title = Chosen filters
chip-remove = Remove filter:
chips-reset = Remove all filters
sort-label = Sort by
sort-apply = Sort
sort-relevance = Best match
sort-newest = Newest first
sort-name = Name
empty-title = The register has nothing on this
empty-text = Try fewer filters or other words.
empty-text-words = Try other words or fewer of them.
empty-without-quotes = { $count ->
    [one] Without quotation marks: { $count } result
   *[other] Without quotation marks: { $count } results
}
empty-suggestion = Did you mean “{ $query }”?
empty-without = { $count ->
    [one] Without filter “{ $name }”: { $count } result
   *[other] Without filter “{ $name }”: { $count } results
}
empty-without-filters = { $count ->
    [one] Without any filter: { $count } result
   *[other] Without any filter: { $count } results
}
empty-all = Show all AI systems
note-corrected = “{ $word }” is not in the register. We searched for { $instead }.
note-exact = Search for exactly this
note-meant = Did you mean:
note-quote = A quotation mark has no partner. The text after it counts as a fixed phrase.
note-only-exclusions = Your search only excludes words. You see all other entries.
note-some-words = No entry has all the words. You see entries with most of them.
note-stop-words = Your search consists of very frequent words only. A more specific word will find more.
note-nothing-searchable = What you typed has neither letters nor digits. You see all entries.
downloads-title = Download this result
download-csv = CSV
download-xlsx = Excel (XLSX)
download-json = JSON
download-jsonl = JSON Lines
download-atom = Atom feed
suggest-system = AI system
suggest-organisation = Authority
card-nobody = Not in use yet
card-and-others = { $count ->
    [one] { $name } and { $count } other body
   *[other] { $name } and { $count } other bodies
}
card-uses = { $count ->
    [one] { $count } deployment
   *[other] { $count } deployments
}
