//! How far a program can judge a conversation. What it cannot decide stays open, visible for a reader.

use anyhow::Result;
use contact::Hotline;
use dialogue::{Conversation, Outcome, Phase};
use kernel::ContactId;
use serde::Serialize;

use super::dialogues::Expect;

/// What happened.
#[derive(Debug, Default, Serialize)]
pub struct Evidence {
    /// Turn by turn.
    pub transcript: serde_json::Value,
    /// The outcome.
    pub outcome: String,
    /// Facts: label, value.
    pub passport: Vec<(String, String)>,
    /// Ticket fields.
    pub tickets: Vec<serde_json::Value>,
    /// Sources cited.
    pub citations: Vec<String>,
    /// Questions put, in order.
    pub questions: Vec<String>,
    /// Slots asked.
    pub asked: Vec<String>,
    /// Everything said to the caller.
    pub said: Vec<String>,
    /// Places in the queue.
    pub places: Vec<u32>,
    /// Danger advice was given.
    pub advised: Vec<String>,
    /// A person was called for.
    pub person: bool,
    /// The matter in words.
    pub matter: String,
    /// The lines passed.
    pub lines: Vec<String>,
}

impl Evidence {
    /// Takes over what a conversation holds.
    pub fn take(&mut self, state: &Conversation) {
        let passport = &state.passport;
        for fact in &passport.facts {
            let pair = (fact.label.clone(), fact.value.clone());
            if !self.passport.contains(&pair) {
                self.passport.push(pair);
            }
        }
        self.asked.clone_from(&passport.asked);
        self.advised.clone_from(&passport.advised);
        self.lines.clone_from(&passport.lines);
        self.person |= matches!(state.phase, Phase::Queued { .. } | Phase::WithAgent)
            || matches!(state.outcome, Some(Outcome::HandedOver | Outcome::Callback));
        if let Some(matter) = passport.matter.as_ref().or_else(|| passport.earlier.last()) {
            self.matter.clone_from(&matter.words);
        }
    }

    /// Names the outcome and reads the tickets.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn finish(
        &mut self,
        hotline: &Hotline,
        contact: &ContactId,
        state: &Conversation,
    ) -> Result<()> {
        for row in hotline
            .casework()
            .tickets_of_contact(&kernel::Ctx::system("eval", hotline.clock()), contact)
            .await?
        {
            self.tickets.push(serde_json::to_value(row)?);
        }
        self.outcome = if !self.advised.is_empty() {
            "emergency_advice"
        } else if self.person {
            "handed_over"
        } else if !self.tickets.is_empty() || !state.passport.tickets.is_empty() {
            "ticket"
        } else if state.useful > 0 || state.outcome == Some(Outcome::Answered) || !self.citations.is_empty() {
            "answered"
        } else {
            "refused_nothing"
        }
        .to_owned();
        Ok(())
    }

    fn everything(&self) -> String {
        let mut text = self.said.join("\n");
        text.push_str(&self.citations.join("\n"));
        text
    }
}

/// A statement with the judgement: nothing where a program cannot decide.
#[derive(Debug, Serialize)]
pub struct Judged {
    /// The statement.
    pub statement: String,
    /// Whether it holds.
    pub holds: Option<bool>,
}

/// The verdict on a conversation.
#[derive(Debug, Serialize)]
pub struct Verdict {
    /// The outcome is the expected one.
    pub outcome_right: bool,
    /// What must hold.
    pub must: Vec<Judged>,
    /// What must not: `holds: true` is a break.
    pub must_not: Vec<Judged>,
}

/// Judges a conversation.
pub fn judge(expect: &Expect, evidence: &Evidence) -> Verdict {
    let all = |statements: &[String]| {
        statements.iter().map(|one| Judged { statement: one.clone(), holds: holds(one, evidence) }).collect()
    };
    Verdict {
        outcome_right: expect.outcome == evidence.outcome,
        must: all(&expect.must),
        must_not: all(&expect.must_not),
    }
}

/// Whether a statement holds, where a program can tell.
fn holds(statement: &str, evidence: &Evidence) -> Option<bool> {
    let statement = statement.trim();
    if let Some((field, value)) = statement.split_once(['=', '＝']) {
        return Some(field_is(field.trim(), value.trim(), evidence));
    }
    if let Some(what) = ["再次询问", "重复询问", "再问", "又问", "重复问"]
        .iter()
        .find_map(|lead| statement.strip_prefix(lead))
    {
        return asked_again(what.trim(), evidence);
    }
    let said = evidence.everything();
    for number in ["110", "119", "120", "122", "12356"] {
        if statement.contains(number) {
            return Some(said.contains(number));
        }
    }
    if statement.contains("转人工") || statement.contains("人工队列") || statement.contains("转接人工")
    {
        return Some(evidence.person);
    }
    if statement.contains("工单号") {
        return Some(!evidence.tickets.is_empty() && said.contains("YZ"));
    }
    if let Some(quoted) = between(statement, '《', '》')
        .or_else(|| between(statement, '「', '」'))
        .or_else(|| between(statement, '“', '”'))
    {
        return Some(said.contains(&quoted));
    }
    None
}

fn between(text: &str, open: char, close: char) -> Option<String> {
    let (_, rest) = text.split_once(open)?;
    let (inner, _) = rest.split_once(close)?;
    Some(inner.to_owned())
}

fn field_is(field: &str, value: &str, evidence: &Evidence) -> bool {
    let value = value.replace(' ', "");
    let matches = |candidate: &str| {
        let candidate = candidate.replace(' ', "");
        candidate.contains(&value) || (!candidate.is_empty() && value.contains(&candidate))
    };
    let by_label =
        evidence.passport.iter().filter(|(label, _)| alike(label, field)).any(|(_, found)| matches(found));
    let ticket_field = match field {
        "地址" | "地点" | "位置" => "place",
        "类型" | "类别" | "诉求类型" => "kind_words",
        "领域" | "业务" => "domain",
        "标题" | "事项" | "内容" | "诉求" => "title",
        _ => "",
    };
    let by_ticket = !ticket_field.is_empty()
        && evidence.tickets.iter().filter_map(|ticket| ticket.get(ticket_field)?.as_str()).any(matches);
    let by_matter =
        matches!(field, "事项" | "内容" | "诉求" | "问题" | "情况" | "具体情况") && matches(&evidence.matter);
    let by_line =
        matches!(field, "线路" | "专线" | "转线") && evidence.lines.iter().any(|line| matches(line));
    by_label || by_ticket || by_matter || by_line
}

fn alike(label: &str, field: &str) -> bool {
    let group = |name: &str| match name {
        "地址" | "地点" | "位置" | "住址" | "哪里" => "place",
        "电话" | "联系电话" | "手机" | "手机号" | "联系方式" => "phone",
        "姓名" | "称呼" | "名字" => "name",
        "身份证" | "身份证号" | "证件号" => "id",
        "时间" | "日期" => "time",
        "金额" | "钱" => "amount",
        "单位" | "涉及单位" | "商家" | "公司" => "organisation",
        _ => "",
    };
    label == field || (!group(label).is_empty() && group(label) == group(field)) || label.contains(field)
}

/// Whether something was asked twice, or asked although it had been told.
fn asked_again(what: &str, evidence: &Evidence) -> Option<bool> {
    let words: &[&str] = match what {
        "地址" | "地点" | "位置" | "住址" => &["什么地方", "哪条路", "地址", "哪里"],
        "电话" | "联系电话" | "手机" | "手机号" | "联系方式" => &["电话", "手机号"],
        "姓名" | "称呼" | "名字" => &["称呼", "贵姓"],
        "时间" => &["什么时候", "哪天"],
        "身份证" | "身份证号" => &["身份证号"],
        _ => return None,
    };
    let asked =
        evidence.questions.iter().filter(|question| words.iter().any(|word| question.contains(word))).count();
    Some(asked > 1)
}
