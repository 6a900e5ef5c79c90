//! Where the links of mails lead, as paths of the German pages.

use maki_app::Notice;

/// The page that a notice asks to look at.
pub fn of(notice: &Notice) -> String {
    match notice {
        Notice::VerifyMailbox { secret, .. } => format!("/beitreten/bestaetigen/{secret}"),
        Notice::Invitation { secret, .. } => format!("/einladung/{secret}"),
        Notice::PasswordReset { secret, .. } => format!("/passwort/{secret}"),
        Notice::PasswordElsewhere => "/anmelden".to_owned(),
        Notice::AccountChanged { .. } => "/konto".to_owned(),
        Notice::ReviewAsked { entry, .. } => format!("/arbeit/eintraege/{}/freigabe", entry.entry),
        Notice::Mentioned { entry, .. } => format!("/arbeit/eintraege/{}/kommentare", entry.entry),
        Notice::Returned { entry, .. } | Notice::Proposed { entry, .. } | Notice::ProposalDecided { entry, .. } => {
            format!("/arbeit/eintraege/{}", entry.entry)
        }
        Notice::Approved { kennung, .. } => format!("/systeme/{kennung}"),
        Notice::ApplicationReceived { application, .. } => format!("/betrieb/antraege/{application}"),
        Notice::ApplicationDecided { admitted: true, .. } => "/anmelden".to_owned(),
        Notice::ApplicationDecided { admitted: false, .. } => "/beitreten".to_owned(),
        Notice::LookInside => "/arbeit".to_owned(),
    }
}
