work-title = Work
work-untitled = Entry without a name
work-new-title = New entry
work-new-lead = First see whether the register has the system already. Then you only enter your own use of it.
work-new-question = Does the system exist already?
work-new-hint = Name, maker or what it does. For example: chatbot citizen services.
work-new-search = Search
work-new-status-none = Write a few words above, or begin below without searching.
work-new-status = { $count ->
    [0] Nothing similar found. Begin a new entry below.
    [one] One similar system found
   *[other] { $count } similar systems found
}
work-new-status-more = { $count } similar systems found. These are the first; more words find more exactly.
work-new-why = Found because of: { $words }
work-new-why-other = Found because of similar details in its record
work-new-adopt = We use this system too
work-new-own-title = Not there? Begin a new one
work-new-name = Name of the system
work-new-name-hint = The name you use for it. You can change it later.
work-new-way = What would you like to enter?
work-new-full = An AI system and how we use it
work-new-full-hint = Built in-house, purchased or open source. You can stop at any time.
work-new-short = An AI function in standard software
work-new-short-hint = For example a writing assistant in an office program. At most ten answers.
work-new-idea = An idea or a use case
work-new-idea-hint = There is no system yet. Others can join in.
work-new-begin = Begin the entry
work-new-name-missing = Name of the system: Write what the system is called.
work-new-name-long = Name of the system: Shorten the name to at most { $count } characters.
work-new-way-missing = What would you like to enter? Choose one of the ways.
work-new-system-unknown = You cannot adopt this system. Please search again.
work-part-system = The AI system
work-part-deployment = Your use
work-part-organisation = Your authority
work-state-draft = Draft
work-state-in-review = Waiting for approval
work-state-returned = Returned
work-state-published = Published
work-state-withdrawn = Withdrawn
work-saved = Last saved: { $moment }
work-saved-by = Last saved: { $moment } by { $name }
work-progress = { $done } of { $all } sections are finished.
work-notice-review = This entry is waiting for approval. Take it back to change it.
work-notice-returned = The entry came back. Please revise it.
work-notice-published = Version { $count } is published. What you change here the public sees only after approval.
work-notice-foreign = You may read this draft but not change it.
work-missing-title = What is still missing
work-missing-text = With these answers you can submit the entry.
work-missing-count = { $count ->
    [one] One answer is missing or needs correcting
   *[other] { $count } answers are missing or need correcting
}
work-check = Check your answers
work-check-title = Check your answers
work-check-lead = Read everything once more before you submit the entry.
work-change = Change
work-section-empty = No answers yet.
work-go-submit = Continue to submit
work-to-overview = To the overview of the entry
work-take-back = Take back and change
work-discard = Discard the draft
work-preview = Preview for outsiders
work-comments = { $count ->
    [0] Comments
    [one] One open comment
   *[other] { $count } open comments
}
work-review = To the review
work-steckbrief = To the public record
work-shared = You enter your use of “{ $name }”. The system itself is looked after by another authority.
work-short-form = Short form
work-place = { $part } · section { $number } of { $all }
work-short-place = Page { $number } of { $all }
work-save-next = Save and continue
work-save-finish = Save and check your answers
work-save-back = Save and go to the overview
work-previous = Back without saving
work-not-asked-title = Not asked here
work-not-asked = These answers belong to another stage, kind or risk class: { $labels }.
work-locked = The entry is waiting for approval and cannot be changed now.
work-stale-title = Somebody was faster
work-stale-headline = { $name } saved this entry while you were editing it: { $moment }
work-stale-text = What you entered is still here. Choose for each answer which version counts, then save.
work-stale-none = You changed different answers. Both changes stay when you save now.
work-stale-mine = Your version
work-stale-theirs = Version by { $name }
work-stale-save = Save the choice
work-stale-drop = Discard what I entered
work-stale-empty = (empty)
work-somebody = Somebody of your authority
work-submit-title = Submit the entry
work-submit-lead = A second person checks the entry and approves it. Only then is it public.
work-submit-note = What is new?
work-submit-note-hint = One sentence is enough. It will stand beside the version in the public record.
work-submit-button = Submit now
work-submitted-title = Submitted
work-submitted-text = Your entry is waiting for approval.
work-submitted-kennung = Your entry is waiting for approval. Its number stays:
work-published-text = Your entry is published. Its number:
work-next-title = What happens next
work-next-mail = Those who may approve in your authority have been told.
work-next-review = The person compares the entry with the published version and approves it or returns it with an answer.
work-next-kennung = With the approval the entry gets a number and a public record.
work-next-told = You will be told when it has happened.
work-to-work = To your work
work-another = Begin another entry
work-discard-title = Discard the draft?
work-discard-lead = “{ $name }” disappears from your work. What is published already stays public.
work-discard-button = Yes, discard
work-cancel = No, go back
work-note-long = { $label }: Shorten the text to at most { $count } characters.
work-visibility = visible to: { $who }

# ---- Findings of the rules of plausibility
finding-errors = { $count ->
    [one] One contradiction
   *[other] { $count } contradictions
}
finding-errors-text = The entry cannot be submitted like this. Change one of the details.
finding-warnings = { $count ->
    [one] One warning
   *[other] { $count } warnings
}
finding-warnings-text = Change the detail, or say why it is right when you submit. Whoever approves reads your reason.
finding-hints = { $count ->
    [one] One hint
   *[other] { $count } hints
}
finding-hints-text = This makes the entry better. You can submit it as it is.
finding-due = Duty from { $day }
finding-words = Found: { $words }
finding-reason = Why is this right? { $field }
finding-reason-by = { $name } says:
finding-reason-given = Reason:
finding-reason-missing = { $field }: say why this is right, or change the detail.
finding-reason-long = { $field }: the reason has more than { $count } characters. Shorten it.
finding-contradictory = The detail contradicts another. The rule stands with the value.
finding-unexplained = This warning has no reason. Give it under reasons with the key of the rule.
