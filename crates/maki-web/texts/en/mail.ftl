mail-greeting = Dear { $name },
mail-greeting-nobody = Good day,
mail-somebody = Somebody
mail-quote = They wrote:
mail-valid-until = The link works once, until { $moment }.

mail-verify-mailbox-subject = Please confirm this mailbox
mail-verify-mailbox-lead = The authority “{ $organisation }” asks to join the register “{ $register }” and has given this mailbox. Please confirm it. Then we look at the application.
mail-verify-mailbox-action = Confirm the mailbox
mail-verify-mailbox-why = You get this message because somebody gave this address in an application. If that was not you, there is nothing to do: without confirmation the application lapses.

mail-invitation-subject = Invitation to the register “{ $register }”
mail-invitation-lead = { $by } invites you to work in the register of AI systems for the authority “{ $organisation }”.
mail-invitation-action = Accept the invitation
mail-invitation-why = You get this message because somebody in your authority has invited you. If you do not want to take part, there is nothing to do: the invitation lapses.

mail-password-reset-subject = Set a new password
mail-password-reset-lead = A new password was requested for your account. Use the link to set it.
mail-password-reset-action = Set a new password
mail-password-reset-why = You get this message because somebody entered this address on the sign-in page. If that was not you, there is nothing to do: your password stays as it is.

mail-password-elsewhere-subject = How you sign in
mail-password-elsewhere-lead = A new password was requested for this address. But there is no password for it here. You may sign in through the service of your authority, have an invitation that you have not accepted yet, or use another address here.
mail-password-elsewhere-action = Go to sign-in
mail-password-elsewhere-why = You get this message because somebody entered this address on the sign-in page. If that was not you, there is nothing to do.

mail-account-password-subject = Your password was changed
mail-account-password-lead = The password of your account has just been changed. If that was not you, set a new one at once and end all sessions.
mail-account-password-action = Look at the account
mail-account-password-why = For your safety you get this message whenever the way you sign in changes. It cannot be switched off.

mail-account-factor-set-subject = Second factor set up
mail-account-factor-set-lead = A second factor has just been set up for your account. If that was not you, turn to the operator at once.
mail-account-factor-set-action = Look at the account
mail-account-factor-set-why = For your safety you get this message whenever the way you sign in changes. It cannot be switched off.

mail-account-factor-removed-subject = Second factor removed
mail-account-factor-removed-lead = The second factor of your account has just been removed. If that was not you, set a new password at once and set the second factor up again.
mail-account-factor-removed-action = Look at the account
mail-account-factor-removed-why = For your safety you get this message whenever the way you sign in changes. It cannot be switched off.

mail-account-code-used-subject = Recovery code used
mail-account-code-used-lead = Somebody has just signed in to your account with a recovery code. If that was not you, set a new password at once and set the second factor up again.
mail-account-code-used-action = Look at the account
mail-account-code-used-why = For your safety you get this message whenever the way you sign in changes. It cannot be switched off.

mail-account-provider-tied-subject = Your account is tied to another way of signing in
mail-account-provider-tied-lead = An identity at another sign-in service was just tied to your account. If this was not you, untie it at once and set a new password.
mail-account-provider-tied-action = Look at the account
mail-account-provider-tied-why = For your safety you get this message whenever the way you sign in changes. It cannot be switched off.

mail-account-provider-untied-subject = A way of signing in was untied from your account
mail-account-provider-untied-lead = Your account was just untied from another sign-in service. If this was not you, set a new password at once.
mail-account-provider-untied-action = Look at the account
mail-account-provider-untied-why = For your safety you get this message whenever the way you sign in changes. It cannot be switched off.

mail-review-asked-subject = Please review: { $title }
mail-review-asked-lead = { $by } has submitted the entry “{ $title }”. It waits for your approval.
mail-review-asked-action = Review the entry
mail-review-asked-why = You get this message because you approve entries of this authority. Whoever administers your authority here can take that role from you.

mail-returned-subject = Returned: { $title }
mail-returned-lead = { $by } has reviewed the entry “{ $title }” and returned it. Please revise it.
mail-returned-action = Revise the entry
mail-returned-why = You get this message because you worked on this entry.

mail-approved-subject = Published: { $title }
mail-approved-lead = { $by } has approved the entry “{ $title }”. It is public now, as { $kennung }.
mail-approved-action = Look at the entry
mail-approved-why = You get this message because you worked on this entry.

mail-mentioned-subject = You were mentioned: { $title }
mail-mentioned-lead = { $by } has mentioned you in a comment on the entry “{ $title }”.
mail-mentioned-action = Look at the comment
mail-mentioned-why = You get this message because somebody named you in a comment.

mail-proposed-subject = Proposal for: { $title }
mail-proposed-lead = { $by } of “{ $organisation }” proposes a change to the system “{ $title }”. You decide whether to take it over.
mail-proposed-action = Look at the proposal
mail-proposed-why = You get this message because your authority looks after this system.

mail-proposal-accepted-subject = Proposal taken over: { $title }
mail-proposal-accepted-lead = Your proposal for the system “{ $title }” was taken over.
mail-proposal-accepted-action = Look at the entry
mail-proposal-accepted-why = You get this message because you made the proposal.

mail-proposal-declined-subject = Proposal declined: { $title }
mail-proposal-declined-lead = Your proposal for the system “{ $title }” was not taken over.
mail-proposal-declined-action = Look at the entry
mail-proposal-declined-why = You get this message because you made the proposal.

mail-application-received-subject = New application: { $organisation }
mail-application-received-lead = The authority “{ $organisation }” asks to join the register. Its mailbox is confirmed. Please look at the application.
mail-application-received-action = Look at the application
mail-application-received-why = You get this message because you decide on applications of authorities.

mail-application-admitted-subject = Your authority has joined
mail-application-admitted-lead = The application of the authority “{ $organisation }” was accepted. You can now sign in and invite your colleagues.
mail-application-admitted-action = Go to sign-in
mail-application-admitted-why = You get this message because you made the application.

mail-application-refused-subject = About your application
mail-application-refused-lead = The application of the authority “{ $organisation }” was not accepted. You can make a new one.
mail-application-refused-action = Make a new application
mail-application-refused-why = You get this message because you made the application.

mail-look-inside-subject = Something is waiting for you in the register
mail-look-inside-lead = Something has changed in the register “{ $register }” that you should look at. What it is stands only there.
mail-look-inside-action = To the register
mail-look-inside-why = You get this message because you work with the register. It says no more on purpose.
