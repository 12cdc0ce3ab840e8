//! Which process leads.

use kernel::Micros;

use super::{Core, Leadership, Router, RoutingError};

const LEASE: &str = "routing";

impl Router {
    /// Makes sure that this process leads, taking or renewing the lease where it must. A new term begins by reading the rows.
    pub(super) async fn lead(&self, core: &mut Core, now: Micros) -> Result<(), RoutingError> {
        let Leadership::Leased { holder, secs } = &self.0.options.leadership else { return Ok(()) };
        let half_left = |until: Micros| until.secs_since(now) > secs / 2;
        if core.lease.as_ref().is_some_and(|lease| half_left(lease.until)) {
            return Ok(());
        }
        let before = core.lease.take().map(|lease| lease.fence);
        let taken = self.0.store.lease_take(LEASE, holder, *secs, now).await;
        if let Ok(Some(lease)) = &taken
            && before != Some(lease.fence)
        {
            core.state = None;
            tracing::info!(fence = lease.fence, "this process leads routing");
        }
        core.lease = taken?;
        if core.lease.is_none() {
            core.state = None;
            return Err(RoutingError::NotLeading);
        }
        Ok(())
    }

    /// Whether this process leads as far as it knows.
    pub(super) fn leads(&self, core: &Core, now: Micros) -> bool {
        match self.0.options.leadership {
            Leadership::Alone => true,
            Leadership::Leased { .. } => core.lease.as_ref().is_some_and(|lease| lease.until > now),
        }
    }

    /// Gives the lease up, so that another process need not wait for it to run out. Call it when stopping.
    ///
    /// # Errors
    /// When the database refuses; the lease runs out by itself then.
    pub async fn step_down(&self) -> Result<(), RoutingError> {
        let mut core = self.0.core.lock().await;
        core.state = None;
        if let Some(lease) = core.lease.take() {
            self.0.store.lease_release(&lease, self.0.clock.now()).await?;
        }
        Ok(())
    }
}
