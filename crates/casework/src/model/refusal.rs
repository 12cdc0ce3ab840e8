//! Why a step is not taken, and what to do instead.

use kernel::{Coded, ErrorCode, Micros};

use super::{State, Step};
use crate::words::due_words_exact;

/// Why a step is not taken. Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The ticket is closed.
    #[error("the ticket is {}", .0.as_str())]
    Closed(State),
    /// The state has no such step.
    #[error("no {step:?} while {}", state.as_str())]
    NotNow {
        /// The step.
        step: Step,
        /// Where the ticket stands.
        state: State,
    },
    /// Somebody else took a step since the person looked.
    #[error("the ticket has moved on")]
    Stale,
    /// That unit has it already.
    #[error("the unit has it already")]
    SameUnit,
    /// It went from unit to unit too often.
    #[error("reassigned {0} times already")]
    Loop(u32),
    /// That unit's objection was upheld.
    #[error("the unit's objection was upheld")]
    Barred,
    /// That unit has objected before.
    #[error("the unit has objected before")]
    ObjectedBefore,
    /// The time to object has passed.
    #[error("the time to object is over")]
    ObjectedLate,
    /// It cannot be closed before it is answered.
    #[error("not answered yet")]
    NotReplied,
    /// It is answered already.
    #[error("answered already")]
    AlreadyReplied,
    /// It must be called back before it is closed.
    #[error("not called back yet")]
    NotCalledBack,
    /// The citizen was asked often enough.
    #[error("asked {0} times already")]
    AskedOften(u32),
    /// More time has been asked for already.
    #[error("an extension is asked for already")]
    ExtensionOpen,
    /// Nobody has asked for more time.
    #[error("no extension is asked for")]
    NoExtension,
    /// It has been extended often enough.
    #[error("extended {0} times already")]
    ExtendedOften(u32),
    /// More days than the site allows, or none.
    #[error("extension not within 1..={0} days")]
    Days(u32),
    /// The promise has been broken already.
    #[error("past due")]
    PastDue,
    /// That unit does not help with it.
    #[error("not a co-unit")]
    NotCoUnit,
    /// That unit has given its part.
    #[error("the co-unit has replied")]
    CoReplied,
    /// A unit cannot both lead and help.
    #[error("too many co-units, or the lead among them")]
    CoUnits,
    /// The citizen urged a short while ago.
    #[error("urged already, again at {0:?}")]
    UrgedLately(Micros),
    /// It was closed too long ago.
    #[error("closed more than {0} days ago")]
    ClosedLong(u32),
    /// It is watched already.
    #[error("supervised already")]
    SupervisedAlready,
    /// Who raised it is hidden already.
    #[error("confidential already")]
    ConfidentialAlready,
    /// It cannot be merged there.
    #[error("cannot be merged there")]
    MergeTarget,
    /// It leads others and cannot follow.
    #[error("it leads other tickets")]
    LeadsOthers,
    /// Who raised it is hidden: it is worked on by itself.
    #[error("confidential tickets are not merged")]
    MergeConfidential,
    /// Too few or too many parts.
    #[error("1 to {0} parts")]
    Parts(usize),
    /// A call-back that reached somebody says whether it is solved.
    #[error("solved or not?")]
    NoOutcome,
    /// The matter of the window needs a result.
    #[error("solved or explained?")]
    NoResult,
    /// It needs a reason.
    #[error("a reason is needed")]
    NoReason,
    /// Nothing was written.
    #[error("no words")]
    NoWords,
    /// Too much was written.
    #[error("more than {0} characters")]
    TooLong(usize),
}

impl Coded for Refusal {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NoReason
            | Self::NoWords
            | Self::Days(_)
            | Self::Parts(_)
            | Self::NoOutcome
            | Self::NoResult
            | Self::CoUnits => ErrorCode::Invalid,
            Self::TooLong(_) => ErrorCode::TooLarge,
            _ => ErrorCode::Conflict,
        }
    }

    fn advice(&self) -> String {
        let fixed = match self {
            Self::Closed(State::Cancelled) => "这张工单已经撤销，不能再操作。如有需要请重新登记一张。",
            Self::Closed(State::Withdrawn) => "这张工单已经由群众撤回，不能再操作。如有需要请重新登记一张。",
            Self::Closed(_) => "这张工单已经办结归档，不能再操作。如有新情况请重新登记一张。",
            Self::NotNow { step, state } => {
                return format!(
                    "工单现在是“{}”，不能{}。请刷新后看可以做的操作。",
                    state.chinese(),
                    step.chinese()
                );
            }
            Self::Stale => "这张工单刚刚被别人处理过，请刷新后再操作。",
            Self::SameUnit => "工单已经在这家单位手里，请选择别的单位。",
            Self::Loop(most) => {
                return format!(
                    "这张工单已经改派了{most}次，不能再来回推转。请由班长或管理人员写明理由后强制指定，或作为督办件协调。"
                );
            }
            Self::Barred => {
                "这家单位的异议已经裁定成立，不能再派给它。确需它办的，请由班长或管理人员写明理由后强制指定。"
            }
            Self::ObjectedBefore => "这家单位已经提过一次异议，请先签收办理；仍有困难请申请协调。",
            Self::ObjectedLate => "已经过了签收时限，不能再提异议，请签收办理。",
            Self::NotReplied => "还没有答复群众，不能归档。请先答复。",
            Self::AlreadyReplied => "已经答复过了，请回访后归档。如果没有办好，请重新派单并写明原因。",
            Self::NotCalledBack => "“办不成事”件要先回访群众才能办结，请先登记回访结果。",
            Self::AskedOften(most) => {
                return format!("已经请群众补充过{most}次了，请按现有情况办理并答复。");
            }
            Self::ExtensionOpen => "已经申请过延期，正在等审批，请先等结果。",
            Self::NoExtension => "没有待审批的延期申请，请刷新后再看。",
            Self::ExtendedOften(most) => return format!("已经延期{most}次，不能再延，请抓紧办理并答复。"),
            Self::Days(most) => return format!("延期天数应在1到{most}个工作日之间，请改正。"),
            Self::PastDue => "已经超过答复时限，不能再申请延期，请尽快答复。",
            Self::NotCoUnit => "贵单位不是这张工单的协办单位，请由主办单位办理。",
            Self::CoReplied => "协办意见已经提交过了，要补充请用“补充情况”。",
            Self::CoUnits => "协办单位最多5家，不能重复，也不能和主办单位相同，请重新选择。",
            Self::UrgedLately(until) => {
                return format!("已经催过了，承办单位已收到。{}后可以再催一次。", due_words_exact(*until));
            }
            Self::ClosedLong(days) => {
                return format!("归档已经超过{days}天，不能重新办理，请登记一张新工单。");
            }
            Self::SupervisedAlready => "这张工单已经在督办，请查看督办记录。",
            Self::ConfidentialAlready => "这张工单已经是保密件了。",
            Self::MergeTarget => "不能并到这张工单：请选一张还没答复、也没有并入别处的工单。",
            Self::LeadsOthers => "有别的工单并在这张里，不能再并入或拆分；请先把它们取消并案。",
            Self::MergeConfidential => "保密件要单独办理，不能并案。",
            Self::Parts(most) => return format!("拆分应写明1到{most}件事，每件都要有标题和内容。"),
            Self::NoOutcome => "请填写群众说的结果：解决了没有。没有接通的，请选“没联系上”。",
            Self::NoResult => "“办不成事”件的答复要写明结果：办成了，还是作出了说明。",
            Self::NoReason => "请写明原因：改派或退回重办时，要让接手的单位知道为什么。",
            Self::NoWords => "请填写内容。",
            Self::TooLong(most) => return format!("内容太长，最多{most}个字，请写短些或分几次提交。"),
        };
        fixed.to_owned()
    }
}
