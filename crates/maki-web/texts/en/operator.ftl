operator-title = Operation
operator-state = State
operator-index-ready = The search is up to date.
operator-index-building = The search is being rebuilt. Results may be missing.
operator-operators = Who runs the register
operator-organisations = Authorities
operator-organisations-text = Merge, dissolve, arrange coordination
operator-accounts = Accounts
operator-accounts-text = Find, block, sign out, erase
operator-jobs = Jobs
operator-jobs-state = { $failed } failed, { $waiting } open
operator-systems = Systems
operator-deployments = Deployments
operator-members = People
operator-ended = This authority no longer exists.
operator-coordination = Coordination
operator-no-coordinator = No other body looks after this authority.
operator-delegated = may approve for it
operator-end-coordination = End coordination
operator-coordinator = Looked after by
operator-coordinate = Enter coordination
operator-looked-after = Looks after
operator-done-coordination = Coordination is changed.
operator-organisation-hint = Identifier or full name.
operator-organisation-unknown = This fits no authority, or several. Use the identifier.
operator-way-public = Public page
operator-way-team = Team
operator-way-authority = Details of the authority
operator-merge = Merge with another authority
operator-merge-lead = { $name } becomes part of another authority. Entries, drafts and people move.
operator-merge-into = Into which authority?
operator-merge-sure = Merge now
operator-dissolve = Dissolve
operator-dissolve-lead = { $name } will no longer exist. Entries need a successor that takes them over.
operator-successor = Who takes over the entries?
operator-dissolve-sure = Dissolve now
operator-reason = Reason
operator-reason-hint = Public, on the page of the authority. For example the legal basis.
operator-continue = Continue
operator-back = Back
operator-moves = { $systems ->
    [one] One system
   *[other] { $systems } systems
} and { $deployments ->
    [one] one deployment
   *[other] { $deployments } deployments
} of “{ $name }” will belong to “{ $successor }”.
operator-no-successor = “{ $name }” ends without a successor. That is possible only when no entries are left.
operator-people-move = The people keep their roles, at the successor from now on.
operator-people-leave = The people lose their roles at this authority.
operator-final = This cannot be undone. Earlier versions stay readable.
applications-title = Applications
applications-waiting = { $count ->
    [0] No application is waiting.
    [one] One application is waiting.
   *[other] { $count } applications are waiting.
}
applications-new = not in the register yet
applications-done-admitted = Admitted. The invitation is on its way.
applications-done-refused = Refused. The authority gets your reason by e-mail.
application-preline = Application
application-person = Responsible person
application-email = Mailbox, confirmed
application-made = Received
application-as = Authority in the register
application-as-new = Not listed yet. It is created with the admission.
application-has-members = This authority has people already. Ask there before you admit more.
application-similar = Similar authorities in the register
application-similar-text = Is the authority listed here already? Then refuse, and ask it to apply with the existing entry.
application-decision = Decision
application-decision-text = Check whether the mailbox belongs to the authority. With the admission the person is invited and may enter, approve and invite others.
application-note = Message to the authority
application-note-hint = Needed when you refuse: what is missing, what can the authority do?
application-admit = Admit
application-refuse = Refuse
application-unverified = The mailbox is not confirmed yet.
application-admitted = This authority is admitted.
application-refused = This application is refused.
accounts-email = E-mail address
accounts-search = Search
accounts-none = There is no account for this address.
accounts-next = More accounts
accounts-nameless = Erased account
accounts-state = State
accounts-state-invited = invited
accounts-state-active = active
accounts-state-blocked = blocked
accounts-state-erased = erased
accounts-made = Made
accounts-roles = Roles
accounts-no-roles = None
accounts-factor-on = Set up.
accounts-actions = What do you want to do?
accounts-block = Block
accounts-release = Unblock
accounts-sign-out = Sign out everywhere
accounts-remove-factor = Remove the second factor
accounts-erase = Erase the account
accounts-erase-title = Erase the account
accounts-erase-lead = Name, address, password and roles of { $name } are erased. What the person did stays in the log, but without a name. This cannot be undone.
accounts-erase-button = Erase for good
accounts-not-oneself = Not possible with your own account. Ask another operator.
accounts-done-blocked = The account is blocked and signed out everywhere.
accounts-done-released = The account is free again.
accounts-done-signed-out = The person is signed out everywhere.
accounts-done-factor = The second factor is removed.
accounts-done-erased = The account is erased.
jobs-any = all
jobs-state = State
jobs-kind = Kind
jobs-filter = Show
jobs-found = { $count ->
    [0] No jobs
    [one] One job
   *[other] { $count } jobs
}
jobs-state-waiting = waiting
jobs-state-running = running
jobs-state-done = done
jobs-state-failed = failed
jobs-state-cancelled = cancelled
jobs-kind-mail = E-mail
jobs-kind-upload = Entries by API
jobs-kind-quality = Check of all entries
jobs-made = Made
jobs-due = Due
jobs-ended = Ended
jobs-attempts = { $count ->
    [0] no attempt yet
    [one] one attempt
   *[other] { $count } attempts
}
jobs-progress = { $progress } of { $total }
jobs-error = Last error
jobs-retry = Try now
jobs-cancel = Cancel
jobs-done-retried = The job is being tried now.
jobs-done-cancelled = The job is cancelled.
jobs-done-not = The job has moved on meanwhile. Here is the new state.
organisation-merged = This authority became part of another one on { $day }.
organisation-dissolved = This authority was dissolved on { $day }.
organisation-successor = Successor:
