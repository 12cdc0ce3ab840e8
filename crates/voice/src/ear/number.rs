//! Numbers read aloud: amounts as amounts, telephone and ticket numbers digit by digit (1 as 幺), dates, times, shares.

/// Digits one by one.
fn digits(text: &str, yao: bool) -> String {
    text.chars()
        .filter_map(|c| {
            Some(match c {
                '0' => '零',
                '1' if yao => '幺',
                '1' => '一',
                '2' => '二',
                '3' => '三',
                '4' => '四',
                '5' => '五',
                '6' => '六',
                '7' => '七',
                '8' => '八',
                '9' => '九',
                _ => return None,
            })
        })
        .collect()
}

/// A whole number in words, up to 9999 亿.
fn cardinal(value: u64) -> String {
    if value == 0 {
        return "零".to_owned();
    }
    let mut words = String::new();
    let mut gap = false;
    for (unit, name) in [(100_000_000_u64, "亿"), (10_000, "万"), (1, "")] {
        let part = value / unit % if unit == 100_000_000 { u64::MAX } else { 10_000 };
        if part == 0 {
            gap |= !words.is_empty();
            continue;
        }
        if !words.is_empty() && (gap || part < 1000) {
            words.push('零');
        }
        words.push_str(&section(part));
        words.push_str(name);
        gap = false;
    }
    // 一十五 is said 十五.
    words.strip_prefix("一十").map_or(words.clone(), |rest| format!("十{rest}"))
}

/// 1 to 9999.
fn section(value: u64) -> String {
    let mut words = String::new();
    let mut gap = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = value / unit % 10;
        if digit == 0 {
            gap |= !words.is_empty();
            continue;
        }
        if gap {
            words.push('零');
            gap = false;
        }
        words.push_str(&digits(&digit.to_string(), false));
        words.push_str(name);
    }
    words
}

/// A run of figures as a number, with decimals where there are any.
fn amount(whole: &str, decimals: Option<&str>) -> String {
    let value = whole.parse::<u64>().map_or_else(|_| digits(whole, true), cardinal);
    match decimals {
        Some(decimals) => format!("{value}点{}", digits(decimals, false)),
        None => value,
    }
}

/// Reads a sentence's figures out.
pub(super) fn say(text: &str) -> String {
    let chars: Vec<char> = text.chars().map(half_width).collect();
    let mut said = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        if c.is_ascii_digit() {
            let (words, used) = figure(chars.get(at..).unwrap_or_default(), said.chars().last());
            said.push_str(&words);
            at += used.max(1);
        } else {
            said.push(if c == '%' { '％' } else { c });
            at += 1;
        }
    }
    said.replace('％', "百分号")
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        '％' => '%',
        '．' => '.',
        _ => c,
    }
}

/// One figure at the beginning of `rest`: its words, and the characters used.
fn figure(rest: &[char], before: Option<char>) -> (String, usize) {
    let run = |from: usize| -> String {
        rest.get(from..).unwrap_or_default().iter().take_while(|c| c.is_ascii_digit()).collect()
    };
    let at = |place: usize| rest.get(place).copied();
    let first = run(0);
    let mut end = first.len();
    // 2026-11-22, 2026/11/22, 2026.11.22
    if first.len() == 4
        && let Some(mark @ ('-' | '/' | '.')) = at(end)
    {
        let month = run(end + 1);
        let day = run(end + 2 + month.len());
        let fits = |text: &str, most: u32| {
            (1..=2).contains(&text.len()) && text.parse().is_ok_and(|n| (1..=most).contains(&n))
        };
        if at(end + 1 + month.len()) == Some(mark) && fits(&month, 12) && fits(&day, 31) {
            let words =
                format!("{}年{}月{}日", digits(&first, false), amount(&month, None), amount(&day, None));
            return (words, end + 2 + month.len() + day.len());
        }
    }
    // 8:30, 14:00
    if first.len() <= 2 && matches!(at(end), Some(':' | '：')) {
        let minutes = run(end + 1);
        if minutes.len() == 2 && minutes.parse().is_ok_and(|n: u32| n < 60) {
            let tail = match minutes.as_str() {
                "00" => String::new(),
                _ if minutes.starts_with('0') => format!("{}分", digits(&minutes, false)),
                _ => format!("{}分", amount(&minutes, None)),
            };
            return (format!("{}点{tail}", amount(&first, None)), end + 3);
        }
    }
    // 1,200,000
    let mut whole = first.clone();
    while matches!(at(end), Some(',')) && run(end + 1).len() == 3 && whole.len() <= 12 {
        whole.push_str(&run(end + 1));
        end += 4;
    }
    let mut decimals = None;
    if at(end) == Some('.') && !run(end + 1).is_empty() {
        let found = run(end + 1);
        end += 1 + found.len();
        decimals = Some(found);
    }
    let next = at(end);
    if next == Some('%') {
        return (format!("百分之{}", amount(&whole, decimals.as_deref())), end + 1);
    }
    // An item of a list: "1. ..."
    if decimals.is_none() && next == Some('.') && before.is_none_or(|c| c == '。') {
        return (format!("{}，", amount(&whole, None)), end + 1 + usize::from(at(end + 1) == Some(' ')));
    }
    // 0574-87412345 and other numbers that are dialled or quoted, not counted.
    if decimals.is_none() && next == Some('-') && whole.len() >= 3 && run(end + 1).len() >= 7 {
        let local = run(end + 1);
        let used = end + 1 + local.len();
        return (format!("{}，{}", digits(&whole, true), digits(&local, true)), used);
    }
    if next == Some('年') && whole.len() == 4 && decimals.is_none() {
        return (digits(&whole, false), end);
    }
    if matches!(next, Some('-' | '~' | '～' | '—' | '–'))
        && run(end + 1).len() <= 4
        && !run(end + 1).is_empty()
    {
        return (format!("{}到", amount(&whole, decimals.as_deref())), end + 1);
    }
    let hotline = matches!(
        whole.as_str(),
        "110" | "119" | "120" | "122" | "12345" | "12356" | "12393" | "12333" | "12329"
    );
    let counted = next
        .is_some_and(|c| "元万亿千百个天日月岁人件次年小分平米公项条号类级种户套倍位周份点张本".contains(c));
    let quoted = whole.starts_with('0') && whole.len() > 1
        || before.is_some_and(|c| c.is_ascii_alphabetic())
        || hotline
        || (whole.len() >= 5 && !counted)
        || whole.len() >= 11;
    if decimals.is_none() && quoted {
        return (digits(&whole, true), end);
    }
    (amount(&whole, decimals.as_deref()), end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_as_people_read_them() {
        for (written, spoken) in [
            ("补贴1200元", "补贴一千二百元"),
            ("补贴1,200元", "补贴一千二百元"),
            ("10050元", "一万零五十元"),
            ("100000000人", "一亿人"),
            ("15天", "十五天"),
            ("115天", "一百一十五天"),
            ("20000元", "二万元"),
            ("3.5%", "百分之三点五"),
            ("100%", "百分之一百"),
            ("2026-11-22前", "二零二六年十一月二十二日前"),
            ("2026年11月22日", "二零二六年十一月二十二日"),
            ("8:30到17:05", "八点三十分到十七点零五分"),
            ("14:00", "十四点"),
            ("请拨打12345", "请拨打幺二三四五"),
            ("打110报警", "打幺幺零报警"),
            ("0574-87412345", "零五七四，八七四幺二三四五"),
            ("13812345678", "幺三八幺二三四五六七八"),
            ("工单号YZ202611220001", "工单号YZ二零二六幺幺二二零零零幺"),
            ("3-5个工作日", "三到五个工作日"),
            ("按0转人工", "按零转人工"),
            ("第12条", "第十二条"),
            ("１２元", "十二元"),
        ] {
            assert_eq!(say(written), spoken, "{written}");
        }
    }
}
