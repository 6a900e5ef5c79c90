organisations-title = Authorities
organisations-text = These are the authorities and public bodies known to the register. Being listed does not mean that AI was reported; the number beside each name tells.
organisations-name = Name of the authority
organisations-search = Search
organisations-status = { $count ->
    [0] No authority found
    [one] { $count } authority
   *[other] { $count } authorities
}
organisations-uses = { $count ->
    [0] no entries
    [one] { $count } entry
   *[other] { $count } entries
}
organisations-parts = { $count ->
    [one] { $count } subordinate body
   *[other] { $count } subordinate bodies
}
organisations-parts-all = Show all subordinate bodies
organisations-none = No authority has this name
organisations-all = Show all authorities
organisation-belongs-to = Belongs to
organisation-children = Subordinate bodies
organisation-unnamed = Authority not named
organisation-status = { $count ->
    [0] No AI systems
    [one] { $count } AI system
   *[other] { $count } AI systems
}
organisation-none = This authority has not published any use of AI. Whether it uses none or has just not reported is not said here.
organisation-all-systems = All AI systems of this authority
