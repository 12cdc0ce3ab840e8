//! Who may take which step, and the forms of the steps that are offered.

use kernel::{Actor, Ctx, Scope, UnitId};
use security::{Permission, SecurityError, authorise};

use crate::Organisation;
use crate::model::{Case, State, Step, Terms, guard};
use crate::view::{StepField, StepOffer};

/// Whether the actor acts for a unit: its own handlers, and for the unit that governs a place those of the place.
pub(super) fn acts_for(ctx: &Ctx, unit: &UnitId, site: &Organisation) -> bool {
    match &ctx.actor {
        Actor::System { .. } => true,
        Actor::Citizen { .. } => false,
        Actor::Staff { scope, .. } => match scope {
            Scope::District => true,
            Scope::Unit(own) => own == unit,
            Scope::Place(code) => site.unit(unit).is_some_and(|unit| unit.place.as_deref() == Some(code)),
        },
    }
}

/// Whether the actor may take a step, whatever the state allows.
pub(super) fn may_take(ctx: &Ctx, case: &Case, step: Step, site: &Organisation) -> Result<(), SecurityError> {
    let either = |one: Permission, other: Permission| {
        authorise(ctx, one, None).or_else(|_| authorise(ctx, other, None))
    };
    let for_unit = || {
        authorise(ctx, Permission::TicketReply, None)?;
        match &case.unit {
            Some(unit) if acts_for(ctx, unit, site) => Ok(()),
            _ => Err(SecurityError::OutOfScope),
        }
    };
    match step {
        Step::Dispatch
        | Step::Uphold
        | Step::Overrule
        | Step::ExtendGrant
        | Step::ExtendRefuse
        | Step::Reopen
        | Step::Merge
        | Step::Unmerge
        | Step::Split
        | Step::Cancel => authorise(ctx, Permission::TicketDispatch, None),
        Step::Reply if case.state == State::Registered => authorise(ctx, Permission::TicketCreate, None),
        Step::Accept
        | Step::Object
        | Step::Forward
        | Step::Ask
        | Step::Extend
        | Step::Resume
        | Step::Reply => for_unit(),
        Step::CoReply => {
            authorise(ctx, Permission::TicketReply, None)?;
            let helps = case.co_units.iter().any(|co| acts_for(ctx, &co.unit, site));
            if helps { Ok(()) } else { Err(SecurityError::OutOfScope) }
        }
        Step::Answer | Step::Withdraw => authorise(ctx, Permission::TicketCreate, None),
        Step::Callback | Step::Archive => authorise(ctx, Permission::TicketArchive, None),
        // A citizen who calls to urge is heard by an agent.
        Step::Urge => either(Permission::TicketSupervise, Permission::TicketCreate),
        Step::Supervise => authorise(ctx, Permission::TicketSupervise, None),
        Step::Note => either(Permission::TicketReply, Permission::TicketCreate),
        Step::Conceal => either(Permission::TicketCreate, Permission::TicketDispatch),
        Step::Absorb | Step::Follow => match &ctx.actor {
            Actor::System { .. } => Ok(()),
            _ => Err(SecurityError::OutOfScope),
        },
    }
}

/// Whether the actor urges in his own name; others tell that the citizen did.
pub(super) fn supervises(ctx: &Ctx) -> bool {
    authorise(ctx, Permission::TicketSupervise, None).is_ok()
}

/// The steps that the actor may take now.
pub(super) fn offers(ctx: &Ctx, case: &Case, terms: Terms<'_>, site: &Organisation) -> Vec<StepOffer> {
    let open = |step: &Step| {
        guard(case, *step, terms, ctx.now).is_ok()
            && may_take(ctx, case, *step, site).is_ok()
            // Once a co-unit has given its part, it is asked no more.
            && (*step != Step::CoReply
                || case.co_units.iter().any(|co| !co.replied && acts_for(ctx, &co.unit, site)))
    };
    Step::OFFERED
        .into_iter()
        .filter(open)
        .map(|step| StepOffer { step, words: step.chinese().to_owned(), fields: fields(step, case, ctx) })
        .collect()
}

fn field(name: &str, words: &str, kind: &str, required: bool) -> StepField {
    StepField {
        name: name.to_owned(),
        words: words.to_owned(),
        kind: kind.to_owned(),
        required,
        options: Vec::new(),
    }
}

fn fields(step: Step, case: &Case, ctx: &Ctx) -> Vec<StepField> {
    let forced = || {
        let may = authorise(ctx, Permission::TicketSupervise, None).is_ok();
        may.then(|| field("forced", "强制指定（不受改派次数和异议限制）", "bool", false))
    };
    match step {
        Step::Dispatch => {
            let mut all = vec![
                field("unit", "主办单位", "unit", true),
                field("co_units", "协办单位", "units", false),
                field("note", "派单说明", "long", case.state != State::Registered),
            ];
            all.extend(forced());
            all
        }
        Step::Uphold => {
            let mut all =
                vec![field("unit", "改派给", "unit", true), field("reason", "裁定理由", "long", true)];
            all.extend(forced());
            all
        }
        Step::Accept | Step::Resume | Step::Conceal => Vec::new(),
        Step::Object => vec![
            field("reason", "异议理由", "long", true),
            field("evidence", "依据（三定规定、权责清单、法律条文）", "long", true),
            field("suggest", "建议承办单位", "unit", false),
        ],
        Step::Overrule | Step::ExtendRefuse | Step::Unmerge | Step::Cancel | Step::Reopen => {
            vec![field("reason", "理由", "long", true)]
        }
        Step::ExtendGrant | Step::Withdraw => vec![field("reason", "说明", "long", false)],
        Step::Forward => vec![field("office", "内设科室", "text", true)],
        Step::Ask => vec![field("words", "要请群众说明什么", "long", true)],
        Step::Extend => {
            vec![field("days", "延长几个工作日", "number", true), field("reason", "延期理由", "long", true)]
        }
        Step::Reply => {
            let mut all = vec![field("words", "给群众的答复", "long", true)];
            if case.window {
                let mut result = field("result", "办理结果", "choice", true);
                result.options = [("solved", "已办成"), ("explained", "办不成，已说明原因")]
                    .map(|(value, words)| (value.to_owned(), words.to_owned()))
                    .to_vec();
                all.push(result);
                all.push(field("cause", "当初为什么办不成（每月汇总用）", "text", true));
            }
            all.push(field("files", "随答复发给群众的附件", "files", false));
            all.push(field("anyway", "答复检查有提示，仍要发送", "bool", false));
            all
        }
        Step::Callback => vec![
            field("reached", "联系上了", "bool", true),
            field("solved", "问题解决了", "bool", false),
            field("satisfied", "对办理满意", "bool", false),
            field("in_time", "办得及时", "bool", false),
            field("note", "群众怎么说", "long", false),
        ],
        Step::Archive => vec![field("note", "回访和归档说明", "long", case.state == State::Replied)],
        Step::CoReply | Step::Answer | Step::Note | Step::Absorb | Step::Follow => {
            vec![field("words", "内容", "long", true)]
        }
        Step::Urge if !supervises(ctx) => vec![field("note", "群众催办时怎么说的", "long", false)],
        Step::Urge => vec![field("note", "催办说明", "long", false)],
        Step::Supervise => {
            vec![field("supervisor", "督办人", "text", true), field("note", "督办要求", "long", true)]
        }
        Step::Merge => vec![field("into", "并入哪张工单（单号）", "ticket", true)],
        Step::Split => vec![field("parts", "拆成哪几件事", "parts", true)],
    }
}
