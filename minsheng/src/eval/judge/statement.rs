//! Short Chinese statements about a conversation, as far as a program can check them. docs/evaluation.md lists the forms.

use super::{Evidence, Told};

/// One turn as it was played.
struct Played<'a> {
    caller: &'a str,
    replies: Vec<&'a str>,
    phase: &'a str,
}

/// Whether a statement holds, where a program can tell.
pub(super) fn holds(statement: &str, evidence: &Evidence) -> Option<bool> {
    let statement = statement.trim();
    if let Some((turn, rest)) = in_turn(statement) {
        let turns = turns(evidence);
        return in_one_turn(rest, turns.get(turn)?);
    }
    if let Some(found) = plain(statement, evidence) {
        return Some(found);
    }
    let denied =
        ["没有", "不得", "不应", "不能", "未", "不"].iter().find_map(|no| statement.strip_prefix(no))?;
    plain(denied, evidence).map(|held| !held)
}

/// `第2轮…`: the turn, counted from the caller's first words; 0 is the connection.
fn in_turn(statement: &str) -> Option<(usize, &str)> {
    let (turn, rest) = statement.strip_prefix('第')?.split_once(['轮', '句'])?;
    Some((turn.trim().parse().ok()?, rest.trim()))
}

fn in_one_turn(statement: &str, turn: &Played<'_>) -> Option<bool> {
    let said = turn.replies.join("\n");
    if mentions_person(statement) {
        return Some(matches!(turn.phase, "queued" | "with_agent"));
    }
    if let Some(number) = service_number(statement) {
        return Some(names_number(&said, number));
    }
    if statement.contains("说明是机器") || statement.contains("承认是机器") {
        return Some(said.contains("机器"));
    }
    quoted(statement).map(|words| said.contains(&words))
}

fn plain(statement: &str, evidence: &Evidence) -> Option<bool> {
    if let Some((field, value)) = statement.split_once(['=', '＝']) {
        return Some(field_is(field.trim(), &value.trim().replace(' ', ""), evidence));
    }
    let said = evidence.said.join("\n");
    let again = ["再次询问", "重复询问", "再询问", "再次追问", "再问", "又问", "重复问"];
    if let Some(what) = again.iter().find_map(|lead| statement.strip_prefix(lead)) {
        return asked_again(what.trim(), evidence);
    }
    if statement.contains("询问工单号") {
        return Some(said.contains("请把工单号告诉我"));
    }
    if let Some(what) = ["询问", "要求提供", "索要"].iter().find_map(|lead| statement.strip_prefix(lead))
    {
        return Some(!asked_at(what.trim(), evidence)?.is_empty());
    }
    if let Some(source) = statement.strip_prefix("引用") {
        return Some(cites(source.trim(), evidence));
    }
    match statement {
        "开工单" | "生成工单" | "登记工单" | "建立工单" => {
            return Some(!evidence.tickets.is_empty());
        }
        "重复开工单" | "开两张工单" => return Some(evidence.tickets.len() > 1),
        "给出答案" | "作出答复" => return Some(!evidence.answered_with.is_empty()),
        "请重拨" | "让来电人重拨" => return Some(said.replace("不用重拨", "").contains("重拨")),
        "自称真人" => return Some(said.contains("我是真人") || said.contains("我不是机器")),
        "原样回显脚本" => return Some(said.contains("<script")),
        "承诺回电" | "回电" => {
            return Some(evidence.callback || evidence.tickets.iter().any(is_callback));
        }
        "告知排队位置" | "告知等待位置" => return Some(!evidence.places.is_empty()),
        "念出身份证号" => {
            let mut ids = evidence.passport.iter().filter(|told| told.label == "身份证号");
            return Some(ids.any(|told| said.contains(&told.value)));
        }
        _ => {}
    }
    if let Some(number) = service_number(statement) {
        return Some(names_number(&said, number));
    }
    if mentions_person(statement) {
        return Some(evidence.person);
    }
    if statement.contains("工单号") {
        let mut numbers = evidence.tickets.iter().filter_map(|ticket| ticket.get("number")?.as_str());
        return Some(numbers.any(|number| said.contains(number)));
    }
    quoted(statement)
        .map(|words| said.contains(&words) || evidence.citations.iter().any(|one| one.contains(&words)))
}

fn turns(evidence: &Evidence) -> Vec<Played<'_>> {
    let Some(turns) = evidence.transcript.as_array() else { return Vec::new() };
    turns
        .iter()
        .map(|turn| Played {
            caller: turn.get("caller").and_then(|one| one.as_str()).unwrap_or_default(),
            replies: turn
                .get("replies")
                .and_then(|one| one.as_array())
                .map(|all| all.iter().filter_map(|one| one.as_str()).collect())
                .unwrap_or_default(),
            phase: turn.get("phase").and_then(|one| one.as_str()).unwrap_or_default(),
        })
        .collect()
}

fn mentions_person(statement: &str) -> bool {
    ["转人工", "人工队列", "转接人工", "接入人工", "转给人工"].iter().any(|words| statement.contains(words))
}

fn service_number(statement: &str) -> Option<&'static str> {
    ["12356", "110", "119", "120", "122", "96110"].into_iter().find(|number| names_number(statement, number))
}

/// The number stands in the words by itself, not inside a longer one.
fn names_number(words: &str, number: &str) -> bool {
    words.match_indices(number).any(|(at, _)| {
        let before = words.get(..at).and_then(|text| text.chars().next_back());
        let after = words.get(at + number.len()..).and_then(|text| text.chars().next());
        ![before, after].into_iter().flatten().any(|c| c.is_ascii_digit())
    })
}

fn is_callback(ticket: &serde_json::Value) -> bool {
    ticket.get("callback").and_then(serde_json::Value::as_bool).unwrap_or_default()
}

fn quoted(text: &str) -> Option<String> {
    [('「', '」'), ('“', '”'), ('《', '》')].into_iter().find_map(|(open, close)| between(text, open, close))
}

fn between(text: &str, open: char, close: char) -> Option<String> {
    let (_, rest) = text.split_once(open)?;
    let (inner, _) = rest.split_once(close)?;
    Some(inner.to_owned())
}

/// `《住房公积金管理条例》第二十四条`, the short names of laws included.
fn cites(source: &str, evidence: &Evidence) -> bool {
    let name = between(source, '《', '》').unwrap_or_else(|| source.to_owned());
    let article = source.split_once('》').map(|(_, article)| article.trim()).unwrap_or_default();
    let short = |title: &str| title.replace("中华人民共和国", "");
    evidence.citations.iter().any(|cited| {
        between(cited, '《', '》').is_some_and(|title| short(&title) == short(&name))
            && cited.ends_with(article)
    })
}

fn field_is(field: &str, value: &str, evidence: &Evidence) -> bool {
    let same = |found: &str| matches(field, found, value);
    let ticket = |name: &'static str| {
        evidence
            .tickets
            .iter()
            .filter_map(move |ticket| ticket.get(name)?.as_str())
            .filter(|one| !one.is_empty())
    };
    match field {
        "答复" | "答案" => return evidence.answered_with.iter().any(|title| same(title)),
        "线路" | "专线" | "转线" => return evidence.lines.iter().any(|line| line.starts_with(value)),
        "通道" => return evidence.lane == value,
        "紧急" | "加急" => {
            return ticket("urgency").any(|urgency| urgency == "urgent") == (value == "是");
        }
        "类型" | "类别" | "诉求类型" => {
            return ticket("kind_words").chain(ticket("category")).any(same);
        }
        "领域" | "业务" => return ticket("domain").any(same),
        // A unit goes where its ticket says: what the passport alone holds is not enough.
        "地址" | "地点" | "位置" if ticket("place").next().is_some() => {
            return ticket("place").any(same);
        }
        "标题" | "事项" | "内容" | "诉求" | "问题" | "情况" | "具体情况" => {
            return evidence.matters.iter().any(|matter| same(matter))
                || ticket("title").any(same)
                || by_label(field, value, evidence);
        }
        _ => {}
    }
    by_label(field, value, evidence)
}

fn by_label(field: &str, value: &str, evidence: &Evidence) -> bool {
    evidence.passport.iter().any(|told| alike(&told.label, field) && matches(field, &told.value, value))
}

/// Whether a value found is the one wanted.
fn matches(field: &str, found: &str, wanted: &str) -> bool {
    let found = found.replace(' ', "");
    if matches!(field, "金额" | "钱") {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        return !digits(&found).is_empty() && digits(&found) == digits(wanted);
    }
    !found.is_empty() && (found.contains(wanted) || found.to_lowercase().contains(&wanted.to_lowercase()))
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

/// The words by which a question asks for something; nothing where a program does not know.
fn question_words(what: &str) -> Option<&'static [&'static str]> {
    Some(match what {
        "地址" | "地点" | "位置" | "住址" => &["在什么地方", "哪条路", "地址"],
        "电话" | "联系电话" | "手机" | "手机号" | "联系方式" => &["联系电话", "手机号"],
        "姓名" | "称呼" | "名字" => &["怎么称呼", "贵姓"],
        "时间" | "日期" => &["什么时候的事", "哪天"],
        "身份证" | "身份证号" | "证件号" => &["身份证号"],
        "户口" | "户籍" => &["户口"],
        "年龄" | "岁数" | "几岁" => &["周岁", "几岁", "七十了"],
        "年限" | "几年" => &["多少年", "几年"],
        "等级" => &["等级"],
        "受伤" | "伤情" => &["受伤", "咬伤"],
        "金额" | "多少钱" => &["多少钱", "大概的数"],
        _ => return None,
    })
}

/// The turns in which something was asked.
fn asked_at(what: &str, evidence: &Evidence) -> Option<Vec<usize>> {
    let words = question_words(what)?;
    let mut at = Vec::new();
    for (number, turn) in turns(evidence).iter().enumerate() {
        for reply in &turn.replies {
            let is_question = evidence.questions.iter().any(|question| question == reply);
            let names_choices = reply.starts_with("您问的是下面");
            if is_question && !names_choices && words.iter().any(|word| reply.contains(word)) {
                at.push(number);
            }
        }
    }
    Some(at)
}

/// Whether something was asked twice, or asked although the caller had told it.
fn asked_again(what: &str, evidence: &Evidence) -> Option<bool> {
    let asked = asked_at(what, evidence)?;
    if asked.len() > 1 {
        return Some(true);
    }
    let turns = turns(evidence);
    let told_before = |told: &Told, turn: usize| {
        let squeezed = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let words = squeezed(&told.words);
        !told.by_channel
            && !words.is_empty()
            && turns.iter().take(turn + 1).any(|one| squeezed(one.caller).contains(&words))
    };
    let known = evidence.passport.iter().filter(|told| alike(&told.label, what));
    Some(asked.first().is_some_and(|turn| known.clone().any(|told| told_before(told, *turn))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evidence() -> Evidence {
        Evidence {
            transcript: json!([
                {"caller": "[[接通]]", "replies": ["您好，我是机器。"], "phase": "listening"},
                {"caller": "天童南路100号路灯坏了", "replies": ["请告诉我在什么地方，哪条路。"], "phase": "asking"},
                {"caller": "说过了", "replies": ["登记好了，工单号YZ2026110000012。"], "phase": "listening"},
                {"caller": "转人工", "replies": ["好的，马上为您转人工。"], "phase": "with_agent"},
            ]),
            passport: vec![Told {
                label: "地址".to_owned(),
                value: "天童南路100号".to_owned(),
                words: "天童南路100号".to_owned(),
                by_channel: false,
            }],
            questions: vec!["请告诉我在什么地方，哪条路。".to_owned()],
            said: vec!["登记好了，工单号YZ2026110000012。".to_owned()],
            tickets: vec![
                json!({"number": "YZ2026110000012", "place": "天童南路100号", "kind_words": "求助"}),
            ],
            citations: vec!["《中华人民共和国民法典》第一千条".to_owned()],
            answered_with: vec!["路灯不亮".to_owned()],
            person: true,
            ..Evidence::default()
        }
    }

    #[test]
    fn statements_are_read() {
        let evidence = evidence();
        for (statement, expected) in [
            ("地址=天童南路100号", Some(true)),
            ("地址=天童北路100号", Some(false)),
            ("类型=求助", Some(true)),
            ("答复=路灯不亮", Some(true)),
            ("引用《民法典》", Some(true)),
            ("引用《民法典》第一千零一条", Some(false)),
            ("再次询问地址", Some(true)),
            ("再次询问电话", Some(false)),
            ("询问身份证", Some(false)),
            ("不再询问地址", Some(false)),
            ("第2轮转人工", Some(false)),
            ("第3轮转人工", Some(true)),
            ("告知110", Some(false)),
            ("告知工单号", Some(true)),
            ("态度亲切", None),
        ] {
            assert_eq!(holds(statement, &evidence), expected, "{statement}");
        }
    }
}
