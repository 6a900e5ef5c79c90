sheet-kind = AI system
sheet-glance = At a glance
sheet-toc = On this page
sheet-json = As JSON
sheet-deployments = Deployment
sheet-deployments-many = Also in use at
sheet-deployments-text = { $count ->
    [0] No authority has reported a deployment of this system yet.
    [one] One authority has reported that it uses this system. The statements are its own.
   *[other] { $count } deployments of this system have been reported. Each authority makes its own statements.
}
sheet-organisations-count = { $count ->
    [0] No authority yet
    [one] { $count } authority
   *[other] { $count } authorities
}
sheet-organisation-page = Page of the authority
sheet-versions = Versions
sheet-versions-all = All versions and differences
sheet-cite = Cite as: { $kennung }, version { $version } of { $date }, { $url }
sheet-withdrawn = This entry has been withdrawn. Earlier versions stay readable.
sheet-withdrawn-on = This entry was withdrawn on { $date }. Earlier versions stay readable.
sheet-withdrawn-reason = Reason:
sheet-then = You are reading what was public at the end of { $date }.
sheet-then-title = { $name } on { $date }
sheet-then-now = Go to what is public today
sheet-foreign = The statements on this system are in another language: { $language }.
sheet-gaps = What is still missing
sheet-missing-required = These points say nothing yet, although a statement is expected here:
sheet-unstated = { $count ->
    [one] { $count } further field without a statement
   *[other] { $count } further fields without a statement
}
glance-responsible = Responsible
glance-used-by = In use at
glance-lifecycle = Lifecycle phase
glance-risk = Risk class (AI Act)
glance-field = Field of work
glance-technique = Technique
glance-personal-data = Personal data
glance-decision = Effect on decisions
glance-reuse = Reuse
glance-confirmed = Last confirmed on
glance-published = Published on
versions-title = Versions
versions-heading = Versions: { $name }
versions-text = Every published version stays readable under a permanent address. The system and each deployment have versions of their own.
versions-number = Version
versions-date = Published
versions-what = Entry
versions-by = Published by
versions-by-register = Operator of the register
versions-note = Note
versions-compare = Comparison
versions-with-previous = Differences from the previous one
versions-label = Version { $count }
versions-system = AI system
versions-deployment = Deployment
versions-deployment-of = Deployment: { $name }
version-heading-deployment = { $name } – deployment: { $organisation }
version-current = This is the current version.
version-old = This is an earlier version.
version-to-current = To the profile page
version-note = Note on the change:
version-compare-with = Compare with
version-compare = Show differences
diff-title = From version { $before } to version { $after }
diff-legend = Changes are marked like this:
diff-added = added
diff-removed = removed
diff-none = Both versions have the same public content.
place-known = { $name } ({ $key })
place-region = Regierungsbezirk { $key }
place-district = District { $key }
place-association = Municipal association { $key }
place-municipality = Municipality { $key }
place-other = Key { $key }
sheet-adopt = We use it too
sheet-adopt-lead = For authorities:
