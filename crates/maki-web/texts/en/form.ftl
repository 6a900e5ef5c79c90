form-optional = (optional)
form-at-most = At most { $count } characters.
form-one-per-line = One per line, at most { $count }.
form-date = You can leave out day and month if you do not know them. For example: 3 12 2025.
form-choose-at-most = You can choose up to { $count }.
form-choose-several = You can choose more than one.
form-choose = Please choose
form-example = For example: { $example }
form-example-title = Show an example
form-characters-left = Characters left:
form-aside = No answer possible, or not for everyone to see?
form-aside-absence = No answer possible?
form-absence-of = Answer to “{ $label }”
form-reason = Reason, if you do not publish the answer
form-no-reason = No reason needed
form-visibility-of = Who may see “{ $label }”?
form-faults = { $count ->
    [one] One answer needs correcting
   *[other] { $count } answers need correcting
}
absence-stated = I give the answer
date-day = Day
date-month = Month
date-year = Year
task-optional = Optional
task-empty = Not started
task-begun = Started
task-open = { $count ->
    [one] One answer missing
   *[other] { $count } answers missing
}
task-done = Done
task-faulty = Please check
fault-of-field = { $label }: { $text }
field-too-long = The text is too long. Shorten it to at most { $count } characters.
field-too-many-items = These are too many. At most { $count } are allowed.
field-wrong-record = This answer does not belong here.
field-not-a-url = This is not a web address. It begins with “https://”, for example https://www.town.example.
field-not-an-email = This is not an email address. Write it like this: ai@town.example, without umlauts and spaces.
field-not-digits = Only digits belong here. Leading zeros are part of it.
field-negative = The number must not be below zero.
field-control-character = The text contains an invisible control character or a line break. Please write that part again.
field-not-a-choice = There is no such choice. Pick one of those offered.
field-not-a-date = There is no such date. State at least the year with four digits, and with a day also the month.
field-not-a-number = Write a whole number, for example 8500.
field-repeated = This answer arrived twice. Please send the form again.
field-value-and-absence = You have entered something and also said that the answer is missing. Delete what you entered, or choose “I give the answer”.
field-reason-missing = State the reason why you do not publish the answer.
field-reason-alone = A reason only goes with “Withheld”. Choose that, or take the reason out.
field-must-be-stated = This answer is needed, and everyone must be able to see it.
field-visibility-wider = No more people may see this answer than the register provides for.
field-foreign = This answer is not part of this form. Please reload the page.
field-missing = This answer is still missing.
