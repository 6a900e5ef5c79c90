//! People for the demo register: one account for each role, at organisations that the demo data have.
//!
//! Only a register of kind `demo` takes them. Running it again gives everybody a new password.

use std::collections::HashMap;

use maki_domain::instance::InstanceKind;
use maki_domain::{Act, RecordId, Role, Roles};
use maki_store::{Grant, Totp};
use serde::{Deserialize, Serialize};

use super::{REGISTER, totp};
use crate::{App, AppError, OrganisationFilter, Permit};

/// An account of the demo with what signs it in; printed once and kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoAccount {
    pub email: String,
    pub name: String,
    /// Codes with blanks between them.
    pub roles: String,
    /// Name of the organisation; empty for the register itself.
    pub organisation: String,
    pub password: String,
    /// Set-up of the second factor, for those who must have one.
    pub totp_uri: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    person: Vec<DemoPerson>,
    coordination: Vec<DemoCoordination>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoPerson {
    email: String,
    name: String,
    at: Option<String>,
    roles: Vec<Role>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoCoordination {
    coordinator: String,
    organisation: String,
    delegated: bool,
}

fn people() -> Result<People, AppError> {
    toml::from_str(include_str!("../../data/demo-people.toml")).map_err(|error| AppError::Defect(error.to_string()))
}

impl App {
    /// Makes the people of the demo. Those whose organisation the register does not have are left out.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to operate, or when the register is not one for demonstration.
    pub async fn make_demo_people(&self, permit: &Permit) -> Result<Vec<DemoAccount>, AppError> {
        permit.require(&[Act::Operate])?;
        if self.instance().kind != InstanceKind::Demo {
            return Err(AppError::Forbidden);
        }
        let People { person, coordination } = people()?;
        let organisations = self.organisations_by_name().await?;
        let mut accounts = Vec::new();
        for person in person {
            let at = match &person.at {
                None => Some(REGISTER),
                Some(name) => organisations.get(name).copied(),
            };
            match at {
                Some(at) => accounts.push(self.make_demo_account(permit, person, at).await?),
                None => tracing::warn!(organisation = ?person.at, "is not in the register; nobody of it was made"),
            }
        }
        let mut tx = self.change_people().await?;
        for DemoCoordination { coordinator, organisation, delegated } in coordination {
            let places = organisations.get(&coordinator).zip(organisations.get(&organisation));
            let Some((coordinator, organisation)) = places.map(|(c, o)| (*c, *o)) else { continue };
            tx.coordinate(self.now(), &permit.actor(), coordinator, &[organisation]).await?;
            if delegated {
                let id = self.0.edge.new_id();
                tx.delegate(self.now(), &permit.actor(), id, organisation, coordinator).await?;
            }
        }
        tx.commit().await?;
        Ok(accounts)
    }

    async fn organisations_by_name(&self) -> Result<HashMap<String, RecordId>, AppError> {
        let all = OrganisationFilter { limit: usize::MAX, ..OrganisationFilter::default() };
        let page = self.organisations(&all).await?;
        Ok(page.organisations.into_iter().map(|o| (o.organisation.name, o.organisation.id)).collect())
    }

    async fn make_demo_account(
        &self,
        permit: &Permit,
        person: DemoPerson,
        at: RecordId,
    ) -> Result<DemoAccount, AppError> {
        let DemoPerson { email, name, at: organisation, roles } = person;
        let roles: Roles = roles.into_iter().collect();
        let random: Vec<u8> = self.0.edge.seed().into_iter().take(10).collect();
        let password = totp::base32(&random).to_lowercase();
        let hash = self.hash_password(password.clone()).await?;
        let mut tx = self.change_people().await?;
        let id = match tx.account_by_email(&email).await? {
            Some(known) => {
                tx.set_password(self.now(), &permit.actor(), known.id, &hash).await?;
                tx.end_sessions(known.id, None).await?;
                known.id
            }
            None => self.make_active(&mut tx, permit, (&email, &name), hash).await?,
        };
        let grant = Grant { account: id, organisation: at, roles, source: String::new() };
        tx.grant(self.now(), &permit.actor(), &grant).await?;
        let mut totp_uri = None;
        if roles.has(Role::Operator) {
            let secret: Vec<u8> = self.0.edge.seed().into_iter().take(totp::SECRET_BYTES).collect();
            totp_uri = Some(totp::uri(&self.instance().name, &email, &secret));
            self.set_totp(&mut tx, &permit.actor(), id, Totp { secret, step: 0 }).await?;
        }
        tx.commit().await?;
        Ok(DemoAccount {
            email,
            name,
            roles: roles.codes(),
            organisation: organisation.unwrap_or_default(),
            password,
            totp_uri,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_role_has_somebody() {
        let people = people().unwrap();
        for role in Role::ALL {
            assert!(people.person.iter().any(|person| person.roles == [role]), "{role:?}");
        }
    }
}
