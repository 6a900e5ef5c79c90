//! People: accounts, what they may do where, how they sign in, and organisations that ask to take part.
//!
//! Invariants: persons stand in these tables alone; events name an account by its id. What opens a door (cookie, link,
//! code) is stored as a hash only. Every act that matters appends its event in the same transaction.

mod account;
mod application;
mod attempt;
mod factor;
mod link;
mod membership;
mod session;
mod succession;

pub use account::{Account, AccountState, NewAccount};
pub use application::{Application, ApplicationState, NewApplication};
pub use attempt::Attempts;
pub use factor::Totp;
pub use link::{Link, LinkUse, NewLink};
pub use membership::{Grant, Member};
pub use session::{KnownSession, LiveSession, NewSession};
pub use succession::{Delegation, Succession, SuccessionKind};
