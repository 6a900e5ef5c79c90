workspace-new = New entry
workspace-places = Your authorities
workspace-roles = Your roles: { $roles }
workspace-nowhere = You do not belong to an authority yet.
workspace-nowhere-ask = Does your authority take part already? Ask the person who manages it in the register to invite you.
workspace-nowhere-join = Does your authority not take part yet?
workspace-join = Register an authority
workspace-below = Approvals for other authorities
workspace-more = More
workspace-drafts = Drafts
workspace-drafts-none = Nobody is working on a draft.
workspace-waiting = Waiting for approval
workspace-waiting-none = Nothing is waiting for approval.
workspace-returned = Returned
workspace-returned-none = Nothing was returned.
workspace-published = Published
workspace-published-none = No entry is published yet.
workspace-published-at = Published: { $moment }
workspace-use = Use of a system that others look after
workspace-call-approve = You can review and approve this entry.
workspace-call-others = Waiting for another person: nobody approves what they wrote themselves.
workspace-answer = Answer:
workspace-all = See all
workspace-entries = { $count ->
    [one] One entry
   *[other] { $count } entries
}
workspace-count-drafts = { $count ->
    [one] one draft
   *[other] { $count } drafts
}
workspace-count-waiting = { $count ->
    [one] one is waiting for approval
   *[other] { $count } are waiting for approval
}
workspace-count-returned = { $count ->
    [one] one was returned
   *[other] { $count } were returned
}
workspace-team = Team and roles
workspace-tokens = Tokens for programs
workspace-delegation = Let others approve
workspace-authority = About the authority
workspace-public = Public page of the authority
workspace-proposals = Proposals for shared systems
workspace-bulk = Change several entries at once
bulk-lead = Choose entries and what is to change in all of them. A second person approves everything together.
bulk-entries = Which entries?
bulk-every = All { $count } entries, on the other pages too
bulk-what = What is to change?
bulk-what-missing = Choose what is to change.
bulk-confirm = Everything was checked and is current
bulk-lifecycle = New stage
bulk-lifecycle-to = New stage: { $stage }
bulk-mailbox = New mailbox for questions
bulk-mailbox-to = New mailbox: { $address }
bulk-to = Stage
bulk-to-hint = Only needed when you chose “New stage”.
bulk-address = Mailbox
bulk-address-hint = Only needed when you chose “New mailbox”.
bulk-address-missing = Mailbox: Write an email address.
bulk-note-long = What is new? Shorten the text to at most { $count } characters.
bulk-none-chosen = Choose at least one entry.
bulk-too-many = Choose fewer entries at once.
bulk-changed = Somebody has just saved one of the entries. Nothing was changed. Please try again.
bulk-does-not-fit = This value does not fit.
bulk-button = Change and submit
bulk-done = { $count ->
    [0] No entry was changed
    [one] One entry is changed and waits for approval
   *[other] { $count } entries are changed and wait for approval
}
bulk-skip-unknown = not found
bulk-skip-in-work = somebody is working on it
bulk-skip-unchanged = said so already
bulk-skip-not-possible = not possible here
bulk-skip-incomplete = a needed answer is missing
bulk-so-far = Changes so far
bulk-undone = undone
bulk-decided = decided
bulk-undo = Undo
bulk-approve = Approve all together
bulk-end-undone = { $count ->
    [0] There was nothing left to undo.
    [one] One entry is as it was before.
   *[other] { $count } entries are as they were before.
}
bulk-end-approved = { $count ->
    [0] There was nothing left to approve.
    [one] One entry is approved.
   *[other] { $count } entries are approved.
}
bulk-end-left = { $count ->
    [one] One has changed since and stays as it is.
   *[other] { $count } have changed since and stay as they are.
}
bulk-to-choose = Please choose
bulk-to-missing = Stage: Choose a stage.
adopt-where = For which authority do you want to enter the deployment?
adopt-nowhere = Your roles do not allow new entries. Ask the person who manages your authority here for the role “Editor”.
