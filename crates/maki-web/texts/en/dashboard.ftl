dashboard-title = Dashboard
dashboard-lead = The register in figures. Every bar leads to the entries behind it. Filters apply to everything shown.
dashboard-search-hint = The figures then cover the entries that match your words and filters.
dashboard-as-list = View as a list
dashboard-status-all = { $count ->
    [one] { $count } AI system in the register.
   *[other] { $count } AI systems in the register.
}
dashboard-status = { $count ->
    [one] { $count } AI system matches the selection.
   *[other] { $count } AI systems match the selection.
}
figure-systems = AI systems
figure-deployments = deployments
figure-organisations = authorities using AI
figure-in-operation = in operation
figure-high-risk = high-risk
chart-level = By level of government
chart-land = By Land
chart-lifecycle-group = By life phase
chart-lifecycle = By exact stage
chart-field = By field
chart-technique = By technique
chart-risk-class = By risk class of the AI Act
chart-reuse = By reuse offered
chart-cooperation = By cooperation sought
chart-personal-data = By personal data
chart-decision-effect = By effect on decisions
chart-start-year = By year of start
chart-deployments = Deployments per AI system
chart-deployments-note = A system may run at several authorities. It counts once, with all its deployments.
chart-land-note = Federal entries belong to no Land. A system deployed in several Länder counts in each of them.
chart-start-year-note = Start of operation, otherwise of development. Entries without a date are missing.
chart-empty = There is no information on this.
chart-csv = Values as CSV
chart-chosen = selected
column-systems = AI systems
column-share = Share
csv-code = Code
uses-exactly = { $count ->
    [0] No deployment
    [one] { $count } deployment
   *[other] { $count } deployments
}
uses-between = { $from } to { $to } deployments
uses-more = { $count ->
   *[other] More than { $count } deployments
}
share = { $percent }%
share-below-one = below 1%
map-title = Map of the Länder
map-lead = How many AI systems are reported in the Länder. Choose a Land on the map or in the table.
map-own-page = Map on a page of its own
map-to-dashboard = To the dashboard
map-legend = AI systems per Land:
map-credit = Map: © MapSVG / Victor Cazanave, CC BY 4.0
map-land = { $count ->
    [one] { $name }: { $count } AI system
   *[other] { $name }: { $count } AI systems
}
map-land-chosen = { $count ->
    [one] { $name }, selected: { $count } AI system
   *[other] { $name }, selected: { $count } AI systems
}
