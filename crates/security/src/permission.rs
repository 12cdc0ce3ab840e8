//! What each role may do, and over which data.

use kernel::{Actor, Ctx, Role, Scope};
use serde::{Deserialize, Serialize};

use crate::SecurityError;

/// One thing a person may be allowed to do. Names are stable: the console reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Take contacts, reply, transfer, wrap up.
    ContactServe,
    /// Read transcripts of contacts.
    ContactRead,
    /// Listen in, whisper, take over another agent's contact.
    ContactAssist,
    /// See queues and agents live.
    QueueWatch,
    /// Move waiting contacts, set agents' states.
    QueueManage,
    /// See a telephone number, identity number or address unmasked; each look is audited.
    PersonalDataReveal,
    /// Read tickets.
    TicketRead,
    /// Open tickets and add to them.
    TicketCreate,
    /// Send tickets to units, decide objections and extensions.
    TicketDispatch,
    /// Handle and reply for a unit.
    TicketReply,
    /// Call back and archive.
    TicketArchive,
    /// Urge, supervise, decide on exceptions.
    TicketSupervise,
    /// Search and read the knowledge base.
    KnowledgeRead,
    /// Propose corrections, report gaps.
    KnowledgeSuggest,
    /// Write entries and scenarios.
    KnowledgeEdit,
    /// Review and publish entries and scenarios.
    KnowledgePublish,
    /// Check labels, train the reader of language, go back to earlier weights.
    ReaderTrain,
    /// Read figures and reports.
    ReportRead,
    /// Score conversations.
    QualityInspect,
    /// Make rosters and forecasts.
    RosterEdit,
    /// Run courses and exams.
    TrainingManage,
    /// Take courses and exams.
    TrainingTake,
    /// See and answer matters on the liaison roster.
    LiaisonAnswer,
    /// Create, change, disable accounts.
    StaffManage,
    /// Change settings and integrations.
    SettingsManage,
    /// Import and export data in bulk.
    DataTransfer,
    /// Read the audit and verify its chain.
    AuditRead,
}

use Permission::{
    AuditRead, ContactAssist, ContactRead, ContactServe, DataTransfer, KnowledgeEdit, KnowledgePublish,
    KnowledgeRead, KnowledgeSuggest, LiaisonAnswer, PersonalDataReveal, QualityInspect, QueueManage,
    QueueWatch, ReaderTrain, ReportRead, RosterEdit, SettingsManage, StaffManage, TicketArchive,
    TicketCreate, TicketDispatch, TicketRead, TicketReply, TicketSupervise, TrainingManage, TrainingTake,
};

/// What a role may do.
pub const fn permissions(role: Role) -> &'static [Permission] {
    match role {
        Role::Agent => &[
            ContactServe,
            ContactRead,
            QueueWatch,
            PersonalDataReveal,
            TicketRead,
            TicketCreate,
            TicketArchive,
            KnowledgeRead,
            KnowledgeSuggest,
            TrainingTake,
        ],
        Role::Supervisor => &[
            ContactServe,
            ContactRead,
            ContactAssist,
            QueueWatch,
            QueueManage,
            PersonalDataReveal,
            TicketRead,
            TicketCreate,
            TicketArchive,
            TicketSupervise,
            KnowledgeRead,
            KnowledgeSuggest,
            ReportRead,
            QualityInspect,
            RosterEdit,
            TrainingTake,
        ],
        Role::KnowledgeEditor => &[
            ContactRead,
            KnowledgeRead,
            KnowledgeSuggest,
            KnowledgeEdit,
            KnowledgePublish,
            ReaderTrain,
            ReportRead,
            TrainingTake,
        ],
        Role::Dispatcher => &[
            ContactRead,
            PersonalDataReveal,
            TicketRead,
            TicketCreate,
            TicketDispatch,
            TicketArchive,
            TicketSupervise,
            KnowledgeRead,
            KnowledgeSuggest,
            ReportRead,
            TrainingTake,
        ],
        Role::UnitHandler => {
            &[PersonalDataReveal, TicketRead, TicketReply, KnowledgeRead, KnowledgeSuggest, TrainingTake]
        }
        Role::Manager => &[
            ContactRead,
            QueueWatch,
            TicketRead,
            TicketSupervise,
            KnowledgeRead,
            KnowledgeSuggest,
            ReportRead,
            QualityInspect,
            RosterEdit,
            AuditRead,
        ],
        Role::Trainer => &[
            ContactRead,
            KnowledgeRead,
            KnowledgeSuggest,
            ReaderTrain,
            QualityInspect,
            TrainingManage,
            TrainingTake,
        ],
        Role::LiaisonMember => &[TicketRead, KnowledgeRead, LiaisonAnswer],
        // Runs the system and is kept from citizens' affairs.
        Role::Administrator => {
            &[QueueWatch, KnowledgeRead, ReportRead, StaffManage, SettingsManage, DataTransfer, AuditRead]
        }
    }
}

/// Whether data of scope `inner` may be seen by a person of scope `outer`. A place contains the places whose administrative
/// code extends its own (a town's 9 digits, its villages' 12).
pub fn covers(outer: &Scope, inner: &Scope) -> bool {
    match (outer, inner) {
        (Scope::District, _) => true,
        (Scope::Place(outer), Scope::Place(inner)) => {
            inner.strip_prefix(outer.as_str()).is_some_and(|rest| {
                !outer.is_empty() && (rest.is_empty() || rest.chars().all(|c| c.is_ascii_digit()))
            })
        }
        (Scope::Unit(outer), Scope::Unit(inner)) => outer == inner,
        _ => false,
    }
}

/// Lets the actor of a context do a thing, to data of a scope where one is given. The program itself may do anything; a citizen
/// has no permission of staff.
///
/// # Errors
/// [`SecurityError::Forbidden`] or [`SecurityError::OutOfScope`].
pub fn authorise(ctx: &Ctx, permission: Permission, data: Option<&Scope>) -> Result<(), SecurityError> {
    match &ctx.actor {
        Actor::System { .. } => Ok(()),
        Actor::Citizen { .. } => Err(SecurityError::Forbidden(permission)),
        Actor::Staff { role, scope, .. } => {
            if !permissions(*role).contains(&permission) {
                Err(SecurityError::Forbidden(permission))
            } else if data.is_some_and(|data| !covers(scope, data)) {
                Err(SecurityError::OutOfScope)
            } else {
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Micros;
    use kernel::id::{ContactId, StaffId, UnitId};

    const ROLES: [Role; 9] = [
        Role::Agent,
        Role::Supervisor,
        Role::KnowledgeEditor,
        Role::Dispatcher,
        Role::UnitHandler,
        Role::Manager,
        Role::Trainer,
        Role::LiaisonMember,
        Role::Administrator,
    ];

    fn ctx(actor: Actor) -> Ctx {
        Ctx { actor, now: Micros(0), trace: String::new() }
    }

    fn staff(role: Role, scope: Scope) -> Ctx {
        ctx(Actor::Staff { id: StaffId::from("s"), role, scope })
    }

    #[test]
    fn no_role_lists_a_permission_twice_and_every_permission_has_a_role() {
        let mut held = std::collections::BTreeSet::new();
        for role in ROLES {
            let list = permissions(role);
            let set: std::collections::BTreeSet<_> = list.iter().copied().collect();
            assert_eq!(set.len(), list.len(), "{role:?}");
            held.extend(set);
        }
        assert_eq!(held.len(), 27, "a permission that nobody has: {held:?}");
    }

    #[test]
    fn a_role_does_what_it_lists_and_nothing_else() {
        for role in ROLES {
            let granted = authorise(&staff(role, Scope::District), StaffManage, None).is_ok();
            assert_eq!(granted, role == Role::Administrator, "{role:?}");
        }
        assert!(authorise(&staff(Role::Administrator, Scope::District), ContactRead, None).is_err());
        assert!(authorise(&staff(Role::Agent, Scope::District), TicketDispatch, None).is_err());
        assert!(
            authorise(&ctx(Actor::Citizen { contact: ContactId::from("c") }), KnowledgeRead, None).is_err()
        );
        assert!(authorise(&ctx(Actor::System { part: "timers".to_owned() }), StaffManage, None).is_ok());
    }

    #[test]
    fn scopes_cover_what_lies_within_them() {
        let place = |code: &str| Scope::Place(code.to_owned());
        let unit = |id: &str| Scope::Unit(UnitId::from(id));
        for (outer, inner, expected) in [
            (Scope::District, Scope::District, true),
            (Scope::District, unit("zhifa"), true),
            (place("330212110"), Scope::District, false),
            (place("330212110"), place("330212110"), true),
            (place("330212110"), place("330212110203"), true),
            (place("330212110"), place("330212111"), false),
            (place("330212"), place("330212-p01"), false),
            (place("330212110203"), place("330212110"), false),
            (place(""), place("330212110"), false),
            (unit("a"), unit("a"), true),
            (unit("a"), unit("ab"), false),
            (unit("a"), place("a"), false),
        ] {
            assert_eq!(covers(&outer, &inner), expected, "{outer:?} {inner:?}");
        }
        let handler = staff(Role::UnitHandler, unit("zhifa"));
        assert!(authorise(&handler, TicketReply, Some(&unit("zhifa"))).is_ok());
        assert!(matches!(
            authorise(&handler, TicketReply, Some(&unit("gongan"))),
            Err(SecurityError::OutOfScope)
        ));
    }
}
