//! Who may do what to the libraries.

use kernel::Ctx;
use security::{Permission, SecurityError, authorise};

use super::Library;

impl Library {
    /// Lets staff and the program itself read everything, withdrawn entries and histories included.
    pub(super) fn may_read(ctx: &Ctx) -> Result<(), SecurityError> {
        authorise(ctx, Permission::KnowledgeRead, None)
    }

    /// Lets an actor write, and see what is being written, for a region.
    pub(crate) fn may_edit(&self, ctx: &Ctx, region: &str) -> Result<(), SecurityError> {
        authorise(ctx, Permission::KnowledgeEdit, Some(&self.vocabulary().scope(region)))
    }

    /// Lets an actor publish what holds for a region.
    pub(crate) fn may_publish(&self, ctx: &Ctx, region: &str) -> Result<(), SecurityError> {
        authorise(ctx, Permission::KnowledgePublish, Some(&self.vocabulary().scope(region)))
    }
}
