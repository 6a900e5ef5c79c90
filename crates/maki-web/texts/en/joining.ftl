joining-title = Your authority takes part
joining-lead = Every German authority can enter its AI systems here itself. It is free and takes three steps.
joining-step-find = You find your authority in the register or enter it, and name a responsible person.
joining-step-mailbox = You confirm from the functional mailbox that the application comes from your authority.
joining-step-decision = We, or the body that looks after you, check and admit you. Then you receive an invitation.
joining-find = Find your authority
joining-name = Name of the authority
joining-search = Search
joining-found = { $count ->
    [0] No authority found
    [one] One authority found
   *[other] { $count } authorities found
}
joining-more = There are more. Type more of the name.
joining-not-found = Your authority is not listed?
joining-new = Enter it
joining-for = You apply for: { $name }
joining-new-lead = Tell us briefly who you are. You can change all of it later.
joining-form-lead = Name a person who is responsible for the entries at your authority. You invite others yourself later.
joining-person = Name of the person
joining-person-hint = Seen only by your authority and by those who decide on the admission.
joining-email = Functional mailbox
joining-email-hint = An official address that stays when people change, for example: ki@stadt.example. We send the link there. After the admission it is public as the mailbox of the authority.
joining-submit = Send the application
joining-other = Search for another authority
joining-sent-title = Look into your mailbox
joining-sent-text = We have sent you an e-mail. Open the link in it so that your application is checked.
joining-to-start = To the start page
joining-again = Apply anew
joining-verify-title = Confirm the mailbox
joining-verify-lead = With one click you confirm that your authority wants to take part here.
joining-verify-submit = Yes, we want to take part
joining-verified-title = Thank you, your mailbox is confirmed
joining-verified-text = Now we check your application. The result comes to this mailbox by e-mail. Once admitted, you set your password by a link and can create the first entry right away.
