//! Who looks after whom, and approval that an organisation has delegated: recorded, and taken back at any time.

use maki_domain::{Act, Kennung, RecordId};
use maki_store::Delegation;

use super::PeopleFault;
use super::joining::active_organisation;
use crate::{App, AppError, Permit};

impl App {
    /// Delegates approval to an organisation that looks after the permit's one, or after its legal body.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit, [`PeopleFault::NotCoordinator`].
    pub async fn delegate_approval(&self, permit: &Permit, coordinator: &Kennung) -> Result<(), AppError> {
        permit.require(&[Act::ManageOrganisation])?;
        let organisation = permit.organisation()?;
        let standing = self.0.store.read().await?.standing(organisation).await?;
        let mut tx = self.change_people().await?;
        let coordinator = active_organisation(&mut tx, coordinator).await?.envelope.id;
        if !standing.coordinators.contains(&coordinator) {
            return Err(PeopleFault::NotCoordinator.into());
        }
        let id = self.0.edge.new_id();
        tx.delegate(self.now(), &permit.actor(), id, organisation, coordinator).await?;
        Ok(tx.commit().await?)
    }

    /// Takes a delegation back.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit.
    pub async fn revoke_delegation(&self, permit: &Permit, coordinator: RecordId) -> Result<(), AppError> {
        permit.require(&[Act::ManageOrganisation])?;
        let mut tx = self.change_people().await?;
        tx.revoke_delegation(self.now(), &permit.actor(), permit.organisation()?, coordinator).await?;
        Ok(tx.commit().await?)
    }

    /// Delegations that the permit's organisation gave, revoked ones too, the latest first.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit.
    pub async fn delegations(&self, permit: &Permit) -> Result<Vec<Delegation>, AppError> {
        permit.require(&[Act::ManageOrganisation, Act::Audit, Act::Operate])?;
        Ok(self.0.store.read().await?.delegations_of(permit.organisation()?).await?)
    }

    /// Who looks after the permit's organisation or its legal body.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit.
    pub async fn coordinators(&self, permit: &Permit) -> Result<Vec<RecordId>, AppError> {
        permit.require(&[Act::ManageOrganisation, Act::Audit, Act::Operate])?;
        let standing = self.0.store.read().await?.standing(permit.organisation()?).await?;
        let mut coordinators: Vec<RecordId> = standing.coordinators.into_iter().collect();
        coordinators.sort_unstable();
        Ok(coordinators)
    }

    /// Whom an organisation looks after, with whether approval is delegated to it; for its coordinators.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn looked_after(&self, coordinator: RecordId) -> Result<Vec<(RecordId, bool)>, AppError> {
        let mut tx = self.0.store.read().await?;
        let delegated: Vec<RecordId> =
            tx.delegations_to(coordinator).await?.into_iter().map(|delegation| delegation.organisation).collect();
        let after = tx.coordinated_by(coordinator).await?;
        Ok(after.into_iter().map(|organisation| (organisation, delegated.contains(&organisation))).collect())
    }

    /// Lets the permit's organisation be looked after by another.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to operate, [`PeopleFault::OrganisationItself`].
    pub async fn coordinate(&self, permit: &Permit, coordinator: &Kennung) -> Result<(), AppError> {
        permit.require(&[Act::Operate])?;
        let organisation = permit.organisation()?;
        let mut tx = self.change_people().await?;
        let coordinator = active_organisation(&mut tx, coordinator).await?.envelope.id;
        if coordinator == organisation {
            return Err(PeopleFault::OrganisationItself.into());
        }
        tx.coordinate(self.now(), &permit.actor(), coordinator, &[organisation]).await?;
        Ok(tx.commit().await?)
    }

    /// Ends that an organisation looks after the permit's one; delegation to it ends with that.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to operate.
    pub async fn end_coordination(&self, permit: &Permit, coordinator: RecordId) -> Result<(), AppError> {
        permit.require(&[Act::Operate])?;
        let mut tx = self.change_people().await?;
        tx.end_coordination(self.now(), &permit.actor(), permit.organisation()?, coordinator).await?;
        Ok(tx.commit().await?)
    }
}
