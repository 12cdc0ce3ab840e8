//! The kinds, urgencies and states of tickets, with their stable names and what people call them.

use serde::{Deserialize, Serialize};

/// The kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 咨询: wants to know.
    Consult,
    /// 求助: wants help.
    Help,
    /// 投诉: complains of how he was treated.
    Complaint,
    /// 举报: reports a breach; who reports is confidential.
    Report,
    /// 建议: proposes.
    Suggestion,
    /// 表扬: praises.
    Praise,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Consult, Self::Help, Self::Complaint, Self::Report, Self::Suggestion, Self::Praise];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consult => "consult",
            Self::Help => "help",
            Self::Complaint => "complaint",
            Self::Report => "report",
            Self::Suggestion => "suggestion",
            Self::Praise => "praise",
        }
    }

    /// What people call it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Consult => "咨询",
            Self::Help => "求助",
            Self::Complaint => "投诉",
            Self::Report => "举报",
            Self::Suggestion => "建议",
            Self::Praise => "表扬",
        }
    }

    /// The kind of a stable name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Whether harm grows while it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// It can take its turn.
    #[default]
    Normal,
    /// It cannot.
    Urgent,
}

impl Urgency {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Urgent => "urgent",
        }
    }

    /// What people call it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Normal => "一般",
            Self::Urgent => "紧急",
        }
    }

    /// The urgency of a stable name.
    pub fn read(name: &str) -> Option<Self> {
        [Self::Normal, Self::Urgent].into_iter().find(|urgency| urgency.as_str() == name)
    }
}

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Taken down; a unit is to be found, or the hotline answers itself.
    Registered,
    /// A unit has it.
    Dispatched,
    /// Answered; to be called back and archived.
    Replied,
    /// Done.
    Archived,
    /// Not to be done: opened by mistake, or withdrawn.
    Cancelled,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Registered, Self::Dispatched, Self::Replied, Self::Archived, Self::Cancelled];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Dispatched => "dispatched",
            Self::Replied => "replied",
            Self::Archived => "archived",
            Self::Cancelled => "cancelled",
        }
    }

    /// What staff call it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Registered => "待派单",
            Self::Dispatched => "办理中",
            Self::Replied => "已答复",
            Self::Archived => "已归档",
            Self::Cancelled => "已撤销",
        }
    }

    /// The state of a stable name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Nothing happens to it any more.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Archived | Self::Cancelled)
    }
}
