//! What happened, in words: for staff, and for the citizen whose ticket it is.

use kernel::UnitId;

use super::CITIZEN;
use super::rows::EventBody;
use crate::Organisation;
use crate::model::{CallbackForm, Event, Next, State, WindowResult};
use crate::words::due_words_exact;

/// What happened, for staff.
pub(super) fn staff_words(event: &Event, site: &Organisation) -> String {
    let name = |unit: &UnitId| site.unit_name(unit).unwrap_or(unit.as_str()).to_owned();
    let with = |text: &str| if text.is_empty() { String::new() } else { format!("：{text}") };
    let late = |in_time: bool| if in_time { "" } else { "（超过时限）" };
    match event {
        Event::Registered { callback, due, .. } => {
            let what = if *callback { "前回电" } else { "前答复" };
            let provisional = if due.provisional {
                "（节假日安排还没有公布，暂按周末推算）"
            } else {
                ""
            };
            format!("登记，应在{}{what}{provisional}", due_words_exact(due.at))
        }
        Event::Dispatched { unit, from, note, co_units, forced, .. } => {
            let co: Vec<String> = co_units.iter().map(name).collect();
            let co = if co.is_empty() { String::new() } else { format!("，{}协办", co.join("、")) };
            let forced = if *forced { "（强制指定）" } else { "" };
            let what = match from {
                None => format!("派给{}", name(unit)),
                Some(from) if from == unit => format!("退回{}重办", name(unit)),
                Some(from) => format!("由{}改派{}", name(from), name(unit)),
            };
            format!("{what}{co}{forced}{}", with(note))
        }
        Event::Accepted { in_time } => format!("签收{}", late(*in_time)),
        Event::Objected { reason, evidence, suggest, .. } => {
            let suggest =
                suggest.as_ref().map(|unit| format!("；建议由{}办理", name(unit))).unwrap_or_default();
            format!("提出异议：{reason}；依据：{evidence}{suggest}")
        }
        Event::Upheld { reason, unit, .. } => format!("异议成立，改派{}：{reason}", name(unit)),
        Event::Overruled { reason, .. } => format!("异议不成立：{reason}"),
        Event::Forwarded { office } => format!("转{office}办理"),
        Event::CoReplied { unit, words } => format!("{}的协办意见：{words}", name(unit)),
        Event::Asked { question, step, .. } => {
            format!("请群众补充：{question}（暂停计时，最迟到{}）", due_words_exact(step.at))
        }
        Event::Answered { words, due } => {
            format!("群众补充：{words}（恢复计时，应在{}前答复）", due_words_exact(due.at))
        }
        Event::Resumed { due } => format!("等候期满，恢复计时，应在{}前答复", due_words_exact(due.at)),
        Event::ExtensionAsked { days, reason } => format!("申请延期{days}个工作日：{reason}"),
        Event::ExtensionGranted { days, due, reason } => {
            format!("同意延期{days}个工作日，到{}{}", due_words_exact(due.at), with(reason))
        }
        Event::ExtensionRefused { reason } => format!("不同意延期：{reason}"),
        Event::Replied { words, in_time, result, .. } => {
            let result = match result {
                Some(WindowResult::Solved) => "（已办成）",
                Some(WindowResult::Explained) => "（办不成，已说明）",
                None => "",
            };
            format!("答复{}{result}：{words}", late(*in_time))
        }
        Event::CalledBack { form, next } => format!("回访：{}{}", outcome_words(form), next_words(next)),
        Event::Appended { words } => format!("补充：{words}"),
        Event::Archived { note, in_time } => format!("回访归档{}{}", late(*in_time), with(note)),
        Event::Reopened { reason, .. } => format!("重新办理：{reason}"),
        Event::Urged { note, citizen: true } => format!("群众催办{}", with(note)),
        Event::Urged { note, .. } => format!("催办{}", with(note)),
        Event::Supervised { note, supervisor } => format!("督办，督办人{supervisor}：{note}"),
        Event::Merged { into, .. } => format!("并入{into}办理"),
        Event::Absorbed { number } => format!("{number}并入本单"),
        Event::Unmerged { reason, .. } => format!("取消并案：{reason}"),
        Event::Followed { unit } => {
            format!("随主单由{}办理", unit.as_ref().map(name).unwrap_or_default())
        }
        Event::Split { numbers } => format!("拆出{}", numbers.join("、")),
        Event::Cancelled { reason } => format!("{}：{reason}", State::Cancelled.chinese()),
        Event::Withdrawn { reason } => format!("群众撤回{}", with(reason)),
        Event::Concealed => "设为保密，来电人信息不再向承办单位显示".to_owned(),
    }
}

fn outcome_words(form: &CallbackForm) -> String {
    if !form.reached {
        return "没联系上".to_owned();
    }
    let said = |is: Option<bool>, yes: &str, no: &str| match is {
        Some(true) => format!("，{yes}"),
        Some(false) => format!("，{no}"),
        None => String::new(),
    };
    let note = if form.note.is_empty() { String::new() } else { format!("：{}", form.note) };
    format!(
        "{}{}{}{note}",
        if form.solved == Some(true) { "已解决" } else { "没有解决" },
        said(form.satisfied, "满意", "不满意"),
        said(form.in_time, "及时", "不及时"),
    )
}

/// What the citizen said with a rating, as the end of a sentence.
fn said_words(form: &CallbackForm) -> String {
    if form.note.is_empty() { "。".to_owned() } else { format!("：{}", form.note) }
}

fn next_words(next: &Next) -> String {
    match next {
        Next::Close => String::new(),
        Next::Again { step } => format!("，{}前再联系", due_words_exact(step.at)),
        Next::Reopen { due, escalate, .. } => {
            let escalate = if *escalate { "，转督办" } else { "" };
            format!("，重新办理{escalate}，应在{}前答复", due_words_exact(due.at))
        }
    }
}

pub(super) fn unit_words(unit: Option<&UnitId>, site: &Organisation) -> String {
    unit.and_then(|unit| site.unit_name(unit)).unwrap_or("承办单位").to_owned()
}

/// What happened, for the citizen; none for what is between staff. The reply is told in full: it was written to the citizen.
pub(super) fn citizen_words(body: &EventBody, site: &Organisation) -> Option<String> {
    let by_citizen = body.by == CITIZEN;
    Some(match &body.event {
        Event::Registered { callback: true, .. } => "您的诉求已登记，工作人员会给您回电。".to_owned(),
        Event::Registered { window: true, .. } => {
            "您反映的“办不成事”已登记，有专人跟进，办结前一定会回访您。".to_owned()
        }
        Event::Registered { .. } => "您的诉求已登记。".to_owned(),
        Event::Dispatched { unit, from: None, .. } => format!("已交给{}办理。", unit_words(Some(unit), site)),
        Event::Dispatched { unit, from: Some(from), .. } if from == unit => {
            format!("已请{}重新办理。", unit_words(Some(unit), site))
        }
        Event::Dispatched { unit, .. } | Event::Upheld { unit, .. } => {
            format!("已改由{}办理。", unit_words(Some(unit), site))
        }
        Event::Accepted { .. } => "承办单位已签收，正在办理。".to_owned(),
        Event::Asked { question, .. } => format!("承办单位想请您补充：{question}"),
        Event::Answered { words, .. } if by_citizen => format!("您补充了：{words}"),
        Event::Answered { .. } => "已记下您的补充，继续办理。".to_owned(),
        Event::Resumed { .. } => "没有等到补充，承办单位按现有情况继续办理。".to_owned(),
        Event::ExtensionGranted { due, .. } => {
            format!("事情比较复杂，办理时间延长到{}。", due_words_exact(due.at))
        }
        Event::Replied { words, .. } => format!("答复：{words}"),
        Event::CalledBack { form, next } => match next {
            Next::Reopen { .. } if form.solved == Some(true) => {
                format!("您说问题解决了，但不满意，已经退回重新办理{}", said_words(form))
            }
            Next::Reopen { .. } => format!("您说问题还没有解决，已经退回重新办理{}", said_words(form)),
            Next::Again { .. } => "我们联系过您，没有接通，会再联系。".to_owned(),
            Next::Close if by_citizen => format!("您评价了：{}", outcome_words(form)),
            Next::Close if form.reached => "已回访，感谢您的反馈。".to_owned(),
            Next::Close => "我们多次联系您没有接通，先不打扰了；有需要请随时来电。".to_owned(),
        },
        Event::Appended { words } if by_citizen => format!("您补充了：{words}"),
        Event::Appended { .. } => "工作人员补充了情况。".to_owned(),
        Event::Archived { .. } => "已回访并办结归档。".to_owned(),
        Event::Reopened { .. } => "已重新办理。".to_owned(),
        Event::Urged { citizen: true, .. } => "您催办了一次，已转告承办单位。".to_owned(),
        Event::Urged { .. } => "我们已催促承办单位抓紧办理。".to_owned(),
        Event::Supervised { .. } => "已列为督办件，有专人盯办。".to_owned(),
        Event::Merged { .. } => "有别的群众反映同一件事，已合并办理；办好后同样会答复您。".to_owned(),
        Event::Unmerged { .. } => "您的诉求改为单独办理。".to_owned(),
        Event::Split { numbers } => {
            format!("您反映了几件事，已分开办理，新的工单号：{}。", numbers.join("、"))
        }
        Event::Cancelled { reason } => format!("已撤销：{reason}"),
        Event::Withdrawn { .. } => "您撤回了这件诉求。".to_owned(),
        Event::Objected { .. }
        | Event::Overruled { .. }
        | Event::Forwarded { .. }
        | Event::CoReplied { .. }
        | Event::ExtensionAsked { .. }
        | Event::ExtensionRefused { .. }
        | Event::Absorbed { .. }
        | Event::Followed { .. }
        | Event::Concealed => return None,
    })
}
