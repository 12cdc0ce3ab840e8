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
    /// Sent to a unit that has not accepted it yet.
    Dispatched,
    /// The unit says that it is not its matter; somebody is to decide.
    Objected,
    /// The unit works on it.
    Handling,
    /// The unit waits for the citizen; the clock is stopped.
    Suspended,
    /// Answered; to be called back.
    Replied,
    /// Called back; to be archived.
    CalledBack,
    /// Worked on together with another ticket, which leads.
    Merged,
    /// Done.
    Archived,
    /// Not to be done: opened by mistake.
    Cancelled,
    /// Not to be done: the citizen took it back.
    Withdrawn,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 11] = [
        Self::Registered,
        Self::Dispatched,
        Self::Objected,
        Self::Handling,
        Self::Suspended,
        Self::Replied,
        Self::CalledBack,
        Self::Merged,
        Self::Archived,
        Self::Cancelled,
        Self::Withdrawn,
    ];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Dispatched => "dispatched",
            Self::Objected => "objected",
            Self::Handling => "handling",
            Self::Suspended => "suspended",
            Self::Replied => "replied",
            Self::CalledBack => "called_back",
            Self::Merged => "merged",
            Self::Archived => "archived",
            Self::Cancelled => "cancelled",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// What staff call it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Registered => "待派单",
            Self::Dispatched => "待签收",
            Self::Objected => "异议待裁定",
            Self::Handling => "办理中",
            Self::Suspended => "等群众补充",
            Self::Replied => "待回访",
            Self::CalledBack => "待归档",
            Self::Merged => "并案办理",
            Self::Archived => "已归档",
            Self::Cancelled => "已撤销",
            Self::Withdrawn => "已撤回",
        }
    }

    /// The state of a stable name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Nothing happens to it any more.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Archived | Self::Cancelled | Self::Withdrawn)
    }

    /// It has been answered.
    pub const fn is_answered(self) -> bool {
        matches!(self, Self::Replied | Self::CalledBack | Self::Archived)
    }
}

/// What may be done with a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Send it to a unit.
    Dispatch,
    /// The unit takes it.
    Accept,
    /// The unit says that it is not its matter.
    Object,
    /// The objection holds: another unit gets it.
    Uphold,
    /// The objection does not hold.
    Overrule,
    /// Hand it to an office inside the unit.
    Forward,
    /// A unit that helps gives its part.
    CoReply,
    /// Ask the citizen.
    Ask,
    /// The citizen answers.
    Answer,
    /// The waiting is over.
    Resume,
    /// Ask for more time.
    Extend,
    /// Give more time.
    ExtendGrant,
    /// Give none.
    ExtendRefuse,
    /// Answer the citizen.
    Reply,
    /// Ask the citizen whether it is solved.
    Callback,
    /// Close it.
    Archive,
    /// Work on it again.
    Reopen,
    /// Tell the unit to hurry.
    Urge,
    /// Have a named person watch it to its end.
    Supervise,
    /// Work on it together with another.
    Merge,
    /// Work on it by itself again.
    Unmerge,
    /// Make tickets of its parts.
    Split,
    /// Close it undone.
    Cancel,
    /// The citizen takes it back.
    Withdraw,
    /// Add words.
    Note,
    /// Hide who raised it.
    Conceal,
    /// Another ticket joins it.
    Absorb,
    /// What befell the leading ticket befalls this one.
    Follow,
}

impl Step {
    /// Steps that people take, in the order in which they are offered.
    pub const OFFERED: [Self; 26] = [
        Self::Accept,
        Self::Dispatch,
        Self::Uphold,
        Self::Overrule,
        Self::ExtendGrant,
        Self::ExtendRefuse,
        Self::Reply,
        Self::CoReply,
        Self::Callback,
        Self::Archive,
        Self::Object,
        Self::Forward,
        Self::Ask,
        Self::Answer,
        Self::Extend,
        Self::Reopen,
        Self::Urge,
        Self::Supervise,
        Self::Merge,
        Self::Unmerge,
        Self::Split,
        Self::Note,
        Self::Conceal,
        Self::Withdraw,
        Self::Cancel,
        Self::Resume,
    ];

    /// What people call it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Dispatch => "派单",
            Self::Accept => "签收",
            Self::Object => "提出异议",
            Self::Uphold => "异议成立，改派",
            Self::Overrule => "异议不成立，退回签收",
            Self::Forward => "转内设科室",
            Self::CoReply => "协办意见",
            Self::Ask => "请群众补充",
            Self::Answer => "代群众补充",
            Self::Resume => "恢复办理",
            Self::Extend => "申请延期",
            Self::ExtendGrant => "同意延期",
            Self::ExtendRefuse => "不同意延期",
            Self::Reply => "答复",
            Self::Callback => "登记回访",
            Self::Archive => "归档",
            Self::Reopen => "重新办理",
            Self::Urge => "催办",
            Self::Supervise => "督办",
            Self::Merge => "并案",
            Self::Unmerge => "取消并案",
            Self::Split => "拆分",
            Self::Cancel => "撤销",
            Self::Withdraw => "撤回",
            Self::Note => "补充情况",
            Self::Conceal => "设为保密",
            Self::Absorb => "并入",
            Self::Follow => "随主单变动",
        }
    }
}
