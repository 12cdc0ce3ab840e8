//! Why a command is refused. A refused command changes nothing.

use kernel::{Coded, ContactId, ErrorCode, StaffId};

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Routing does not have this contact.
    #[error("contact {0} is not in any queue")]
    UnknownContact(ContactId),
    /// Routing does not have this agent.
    #[error("agent {0} is not known to routing")]
    UnknownAgent(StaffId),
    /// The contact is not offered to this agent any more.
    #[error("contact {contact} is not offered to agent {agent}")]
    NotOffered {
        /// Which contact.
        contact: ContactId,
        /// Who.
        agent: StaffId,
    },
    /// The contact is not with this agent.
    #[error("contact {contact} is not with agent {agent}")]
    NotYours {
        /// Which contact.
        contact: ContactId,
        /// Who.
        agent: StaffId,
    },
    /// The contact talks with nobody.
    #[error("contact {0} is not with an agent")]
    NotTalking(ContactId),
    /// The agent transferred to is not taking contacts.
    #[error("agent {0} is not on duty")]
    AgentAway(StaffId),
    /// The agent transferred to does not take this medium.
    #[error("agent {0} does not take this kind of contact")]
    CannotTake(StaffId),
    /// Who takes over has a contact of their own, or writes one up.
    #[error("agent {0} has a contact already")]
    Occupied(StaffId),
    /// A transfer to oneself.
    #[error("a contact cannot be transferred to the agent it is with")]
    SameAgent,
    /// An agent cannot sign off with citizens on the line.
    #[error("agent {0} still talks with citizens")]
    StillTalking(StaffId),
    /// Queue named for a transfer does not exist.
    #[error("there is no queue {0}")]
    UnknownQueue(kernel::QueueId),
}

impl Coded for Refusal {
    fn code(&self) -> ErrorCode {
        match self {
            Self::UnknownContact(_) | Self::UnknownAgent(_) | Self::UnknownQueue(_) => ErrorCode::NotFound,
            Self::NotYours { .. } => ErrorCode::Forbidden,
            Self::SameAgent | Self::CannotTake(_) => ErrorCode::Invalid,
            Self::NotOffered { .. }
            | Self::NotTalking(_)
            | Self::AgentAway(_)
            | Self::Occupied(_)
            | Self::StillTalking(_) => ErrorCode::Conflict,
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::UnknownContact(_) => "这位来访者已经不在队列里，可能已离开或办结，请刷新后查看。",
            Self::UnknownAgent(_) => "没有这位话务员的上岗信息，请重新登录坐席台。",
            Self::NotOffered { .. } => "这个来访已超时或转给了别人，请等下一个。",
            Self::NotYours { .. } => "这个来访不在您这里，不能操作，请刷新后查看。",
            Self::NotTalking(_) => "这个来访没有在通话中，请刷新后查看。",
            Self::AgentAway(_) => "对方不在岗或正在小休，请换一位，或转到队列。",
            Self::CannotTake(_) => "对方不接这类来访，请换一位，或转到队列。",
            Self::Occupied(_) => "您手上还有来访没有结束或没有小结，先办完再接管。",
            Self::SameAgent => "不能转给自己，请选择其他话务员或队列。",
            Self::StillTalking(_) => "您还有来访没有结束，请先办结或转出，再签退。",
            Self::UnknownQueue(_) => "没有这个队列，请重新选择。",
        }
        .to_owned()
    }
}
