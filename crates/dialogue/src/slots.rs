//! Taking slot values out of the caller's words.

use language::plain::squash;
use language::{Act, EntityKind, Reading, entity};

use crate::scenario::{Slot, SlotType};

/// A value with the words it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The value in its standard form.
    pub value: String,
    /// The words.
    pub words: String,
}

/// Longer words than this tell a story rather than answer yes or no.
const LONGEST_YES_NO: usize = 24;

/// The value of a slot that is refused: 不留, 不方便说. Optional slots accept it and move on.
pub const REFUSED: &str = "不提供";

/// Reads the answer to the question just put, for the first time or `again`.
pub fn answer(name: &str, slot: &Slot, reading: &Reading, again: bool) -> Option<Taken> {
    if let Some(taken) = volunteered(name, slot, reading) {
        return Some(taken);
    }
    let words = squash(&reading.normal);
    let taken = |value: &str| Some(Taken { value: value.to_owned(), words: reading.raw.clone() });
    match slot.slot_type {
        SlotType::YesNo => yes_no(reading, slot, &words).and_then(taken),
        SlotType::Text => (!matches!(
            reading.act,
            Act::Empty | Act::AskRepeat | Act::AskPause | Act::Abandon | Act::AskIdentity
        ) && words.chars().count() >= 2)
            .then(|| reading.raw.clone())
            .and_then(|value| taken(&value)),
        SlotType::Number | SlotType::Amount => {
            bare_number(&words).and_then(|value| taken(&value.to_string()))
        }
        SlotType::Date => {
            (reading.act == Act::Statement && words.chars().count() >= 2 && looks_like_time(&words))
                .then(|| reading.raw.clone())
                .and_then(|value| taken(&value))
        }
        SlotType::Place => (reading.act == Act::Statement)
            .then(|| place(&reading.raw, again))
            .flatten()
            .and_then(|value| taken(&value)),
        SlotType::Name => (reading.act == Act::Statement
            && (1..=6).contains(&words.chars().count())
            && !looks_like_question(&words))
        .then(|| reading.raw.clone())
        .and_then(|value| taken(&value)),
        SlotType::Phone => match spoken_digits(&words) {
            digits if entity::is_mobile(&digits) => taken(&digits),
            _ => refuses(&words).then_some(REFUSED).and_then(taken),
        },
        SlotType::Choice => ordinal(slot, &words).and_then(|value| taken(&value)),
        SlotType::IdNumber => None,
    }
}

/// A value that the caller named without being asked. Stricter than [`answer`]: only what is unmistakable.
pub fn volunteered(name: &str, slot: &Slot, reading: &Reading) -> Option<Taken> {
    let of = |kind: EntityKind| {
        reading.entity(kind).map(|entity| Taken { value: entity.value.clone(), words: entity.words.clone() })
    };
    match slot.slot_type {
        SlotType::Phone => of(EntityKind::Phone),
        SlotType::IdNumber => of(EntityKind::IdNumber),
        SlotType::Place => of(EntityKind::Place).filter(|taken| names_place(&taken.value)),
        SlotType::Name if name == "name" => of(EntityKind::Name),
        SlotType::Amount => of(EntityKind::Amount),
        SlotType::Date if name == "time" => of(EntityKind::Time),
        SlotType::Number => {
            let unit = slot.unit.as_deref()?;
            let found = reading.entities.iter().find(|entity| {
                entity.kind == EntityKind::Number
                    && !is_calendar(&entity.words)
                    && entity.unit.as_deref().is_some_and(|named| same_unit(named, unit))
            });
            let Some(entity) = found else { return if unit == "岁" { age(&reading.normal) } else { None } };
            Some(Taken {
                value: in_unit(&entity.value, entity.unit.as_deref(), unit),
                words: entity.words.clone(),
            })
        }
        SlotType::Choice => choice(slot, &squash(&reading.normal)),
        _ => None,
    }
}

/// The option whose longest wording stands in the words; nothing when two options tie.
fn choice(slot: &Slot, words: &str) -> Option<Taken> {
    let mut best: Option<(usize, &str, String)> = None;
    let mut tied = false;
    for (value, wordings) in &slot.options {
        for wording in wordings {
            let squashed = squash(wording);
            if squashed.is_empty() {
                continue;
            }
            // "没有办过" must not be taken for "办过".
            let said = words.contains(&squashed) && !negated(words, &squashed);
            if !said && !denied_apart(words, &squashed) {
                continue;
            }
            let length = squashed.chars().count();
            match &best {
                Some((longest, known, _)) if *longest == length && *known != value => tied = true,
                Some((longest, ..)) if *longest >= length => {}
                _ => {
                    best = Some((length, value, wording.clone()));
                    tied = false;
                }
            }
        }
    }
    best.filter(|_| !tied).map(|(_, value, words)| Taken { value: value.to_owned(), words })
}

fn negated(words: &str, wording: &str) -> bool {
    words.split_once(wording).is_some_and(|(before, _)| {
        ["不是", "没有", "没", "不", "并非"].iter().any(|no| before.ends_with(no))
            && !wording.starts_with(['不', '没'])
    })
}

/// 没给他交过 says 没交, with other words between.
fn denied_apart(words: &str, wording: &str) -> bool {
    const BETWEEN: usize = 3;
    const LONGEST: usize = 3;
    let Some(rest) = wording.strip_prefix('没').filter(|rest| (1..=LONGEST).contains(&rest.chars().count()))
    else {
        return false;
    };
    words.split('没').skip(1).any(|after| {
        let near: String = after.chars().take(BETWEEN + rest.chars().count()).collect();
        near.contains(rest)
    })
}

fn ordinal(slot: &Slot, words: &str) -> Option<String> {
    let at = match words.trim_start_matches("选").trim_start_matches('第') {
        "1" | "一" | "一个" | "1个" | "前面那个" | "前者" => 0,
        "2" | "二" | "二个" | "2个" | "后面那个" | "后者" => 1,
        "3" | "三" | "三个" | "3个" => 2,
        "4" | "四" | "四个" | "4个" => 3,
        _ => return None,
    };
    slot.options.keys().nth(at).cloned()
}

fn yes_no(reading: &Reading, slot: &Slot, words: &str) -> Option<&'static str> {
    match reading.act {
        Act::Affirm => return Some("yes"),
        Act::Deny => return Some("no"),
        Act::Statement => {}
        _ => return None,
    }
    if words.chars().count() > LONGEST_YES_NO || looks_like_question(words) {
        return None;
    }
    const NO: &[&str] = &[
        "没有",
        "不是",
        "还没",
        "没办",
        "没交",
        "不在",
        "不会",
        "没买",
        "没签",
        "没过",
        "未",
        "不符合",
        "不到",
        "不能",
        "不行",
        "不肯",
        "不同意",
        "不愿",
        "不了",
        "没人",
        "无",
    ];
    const YES: &[&str] = &[
        "有的", "是的", "对的", "已经", "办了", "交了", "签了", "有啊", "都有", "是啊", "会的", "符合",
        "在的", "能", "可以", "同意", "愿意", "有",
    ];
    if NO.iter().any(|no| words.contains(no)) || words.starts_with('没') || words.starts_with('不') {
        Some("no")
    } else if YES.iter().any(|yes| words.contains(yes)) || words.starts_with('是') || words.starts_with('对')
    {
        Some("yes")
    } else {
        echoes(slot, words).then_some("yes")
    }
}

/// Says back what was asked: 咬了 to 有人被咬伤吗, 卖吃的 to 有没有卖吃的.
fn echoes(slot: &Slot, words: &str) -> bool {
    let asked = squash(&format!("{}{}", slot.ask, slot.reask.as_deref().unwrap_or_default()));
    let said: Vec<char> = words.chars().collect();
    match said.as_slice() {
        [first, '了', ..] if asked.contains(*first) => true,
        _ => said.windows(2).any(|pair| {
            let pair: String = pair.iter().collect();
            !["我们", "你们", "现在", "自己", "孩子", "老人", "单位", "房子"].contains(&pair.as_str())
                && asked.contains(&pair)
        }),
    }
}

/// Words that put an answer off.
const PUTS_OFF: &[&str] = &[
    "等一下",
    "等下",
    "等等",
    "稍等",
    "等会",
    "看下",
    "看一下",
    "看看",
    "找找",
    "不知道",
    "不晓得",
    "不清楚",
    "说不上",
    "说不清",
    "不认识",
    "没注意",
];

/// Whether words taken for a place can be one: 资格认证怎么弄 ends like a lane and is none.
pub fn names_place(words: &str) -> bool {
    !looks_like_question(words)
        && !anywhere(words)
        && !PUTS_OFF.iter().chain(&["哪条", "哪里", "哪个", "不会", "手机"]).any(|no| words.contains(no))
}

/// Words that could be said of a thousand places.
const ANYWHERE: &[&str] = &[
    "小区", "里面", "外面", "楼下", "楼上", "楼道", "门口", "门前", "马路", "路上", "街上", "家里", "旁边",
    "附近", "边上", "对面", "后面", "前面", "我们", "我家", "你们", "这里", "那里", "这边", "那边", "这个",
    "那个", "那条", "这条", "一条", "村口", "村里", "村子", "路口", "路边", "河边", "河里", "空地", "单元",
    "公园", "学校", "公司", "单位", "工地", "就是", "路", "街", "村", "河", "巷", "弄", "幢", "楼", "里",
    "的", "就", "在", "是", "啊", "呀", "嘛", "了", "吧", "上", "边", "我", "口", "那", "这",
];

/// The words name no place that anybody could find: 我们小区外面那条路.
fn anywhere(words: &str) -> bool {
    let mut rest = squash(words);
    for word in ANYWHERE {
        rest = rest.replace(word, "");
    }
    rest.is_empty()
}

/// A place with the number in it put right: 泰悦府3幢 and 8幢 are 泰悦府8幢.
pub fn put_right(known: &str, told: &str) -> Option<String> {
    const DIGITS: &str = "0123456789零一二三四五六七八九十百";
    let digit = |c: char| DIGITS.contains(c);
    let unit = told.trim_start_matches(digit);
    let number = told.strip_suffix(unit).filter(|number| !number.is_empty())?;
    let end = known.rfind(unit).filter(|_| !unit.is_empty() && !unit.contains(digit))?;
    let before = known.get(..end)?;
    let kept = before.trim_end_matches(digit);
    (kept.len() < before.len()).then(|| format!("{kept}{number}{unit}"))
}

/// What stands in the name of nearly every place.
const PLACE_MARKS: &[char] = &[
    '路', '街', '巷', '弄', '道', '桥', '村', '镇', '乡', '区', '园', '苑', '庭', '府', '城', '厦', '场',
    '店', '站', '号', '幢', '栋', '楼', '门', '口', '旁', '对', '边', '校', '院', '河', '江', '湖', '山',
    '里', '社', '广', '坊', '墅', '邸', '湾', '岸', '东', '西', '南', '北', '市', '厂', '库', '塘', '浦',
    '岙', '庙', '馆', '局', '所',
];

/// The place told first, put closer by what was told later; nothing where that is another place or says no more.
pub fn closer(known: &str, told: &str) -> Option<String> {
    let number = |place: &str| {
        place.contains('号')
            && place.chars().any(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(c))
    };
    let fuller = told.chars().count() > known.chars().count();
    if told.contains(known) {
        return fuller.then(|| told.to_owned());
    }
    if known.contains(told) {
        return None;
    }
    // 邱隘镇盛莫路, 盛莫路168号: the end of the one is the beginning of the other.
    const SHARED: usize = 2;
    let ends = known.char_indices().map(|(at, _)| known.get(at..).unwrap_or_default());
    let shared = ends
        .filter(|end| end.chars().count() >= SHARED)
        .find_map(|end| told.strip_prefix(end).map(|rest| format!("{known}{rest}")));
    if shared.is_some() {
        return shared;
    }
    // A house number says where, where there was none.
    (number(told) && !number(known)).then(|| {
        let wide =
            ["镇", "街道", "村", "社区", "小区", "花园", "新村", "区"].iter().any(|end| known.ends_with(end));
        if wide { format!("{known}{told}") } else { told.to_owned() }
    })
}

/// A place as people describe it: "不知道叫什么路，就在菜场门口" names the market's door. Nothing where the words only put off,
/// or name no place at all.
fn place(words: &str, again: bool) -> Option<String> {
    // 没人困在里面, 已经三天了: told about the matter, and no place.
    const TELLS: &[&str] = &["没", "不是", "已经", "有人", "没有", "昨", "今", "刚", "很", "好几", "太"];
    let clauses = words.split(['，', ',', '。', '；', ';', '！', '!', '？', '?', '\n']).map(str::trim);
    let told: Vec<&str> = clauses
        .filter(|clause| !clause.is_empty() && !looks_like_question(clause))
        .filter(|clause| !PUTS_OFF.iter().any(|off| clause.contains(off)))
        .filter(|clause| !TELLS.iter().any(|start| clause.starts_with(start)))
        .collect();
    let told = told.join("，");
    let told = ["就是在", "就在", "就是", "在", "是"]
        .iter()
        .find_map(|lead| told.strip_prefix(lead))
        .unwrap_or(&told);
    // 建筑垃圾，砖头水泥: asked where, they tell what. Asked once more, what they say is the place.
    let marked = again || told.contains(PLACE_MARKS);
    let length = told.chars().count();
    (marked && !anywhere(told) && (3..=60).contains(&length)).then(|| told.to_owned())
}

/// 七一年, 1971年: a year of the calendar, not a length of time; 八月 is a month of it.
fn is_calendar(words: &str) -> bool {
    let Some(run) = words.strip_suffix('年') else {
        return words.ends_with('月') && !words.ends_with("个月");
    };
    let digits = run.chars().filter(|c| "零〇一二三四五六七八九".contains(*c)).count();
    (digits >= 2 && digits == run.chars().count()) || run.parse::<u32>().is_ok_and(|value| value >= 60)
}

/// 我今年七十二了: an age without its unit.
fn age(words: &str) -> Option<Taken> {
    let (_, after) = words.split_once("今年")?;
    let run: String =
        after.chars().take_while(|c| c.is_ascii_digit() || "一二两三四五六七八九十百".contains(*c)).collect();
    let value = entity::numeral(&run).filter(|value| (1..=120).contains(value))?;
    let rest = after.strip_prefix(run.as_str())?;
    (!rest.starts_with(['月', '年', '个', '号']))
        .then(|| Taken { value: value.to_string(), words: format!("今年{run}") })
}

/// 幺三八零零… as digits.
fn spoken_digits(words: &str) -> String {
    words
        .chars()
        .filter_map(|c| match c {
            '0'..='9' => Some(c),
            '零' | '〇' | '洞' => Some('0'),
            '一' | '幺' | '妖' | '腰' => Some('1'),
            '二' | '两' => Some('2'),
            '三' => Some('3'),
            '四' => Some('4'),
            '五' => Some('5'),
            '六' => Some('6'),
            '七' | '拐' => Some('7'),
            '八' => Some('8'),
            '九' => Some('9'),
            _ => None,
        })
        .collect()
}

fn bare_number(words: &str) -> Option<u64> {
    let run: String = words
        .chars()
        .skip_while(|c| !c.is_ascii_digit() && !"零一二两三四五六七八九十百千".contains(*c))
        .take_while(|c| c.is_ascii_digit() || "零一二两三四五六七八九十百千".contains(*c))
        .collect();
    if words.chars().count() > 12 { None } else { entity::numeral(&run) }
}

fn same_unit(named: &str, wanted: &str) -> bool {
    let group = |unit: &str| match unit {
        "个月" | "月" => "month",
        "年" => "year",
        "岁" | "周岁" => "age",
        "平方米" | "平方" | "平米" => "area",
        "人" | "个人" | "口人" => "people",
        "天" => "day",
        _ => "other",
    };
    let (a, b) = (group(named), group(wanted));
    (a == b && (a != "other" || named == wanted)) || (a == "year" && b == "month")
}

/// Converts years to months where months are wanted.
fn in_unit(value: &str, named: Option<&str>, wanted: &str) -> String {
    match (value.parse::<u64>(), named) {
        (Ok(years), Some("年")) if wanted.contains('月') => (years * 12).to_string(),
        _ => value.to_owned(),
    }
}

fn looks_like_time(words: &str) -> bool {
    const MARKS: &[char] = &[
        '年', '月', '日', '号', '天', '点', '早', '晚', '上', '下', '周', '昨', '今', '明', '刚', '前', '后',
        '午', '夜', '久', '时',
    ];
    words.contains(MARKS)
}

/// Whether the words ask something rather than answer.
pub fn looks_like_question(words: &str) -> bool {
    ["怎么", "如何", "吗", "什么", "多少", "能不能", "可不可以", "为什么", "哪里办", "啥", "咋"]
        .iter()
        .any(|mark| words.contains(mark))
}

/// As [`looks_like_question`], with what is a question only where no form waits for an answer: 要不要, 几天, 退休的呢.
pub fn asks_something(words: &str) -> bool {
    const MARKS: [&str; 24] = [
        "几岁",
        "几号",
        "几天",
        "几年",
        "几个月",
        "几点",
        "几次",
        "几块",
        "哪个",
        "哪里",
        "哪儿",
        "哪些",
        "多久",
        "多大",
        "多长",
        "是不是",
        "要不要",
        "会不会",
        "有没有",
        "行不行",
        "该不该",
        "算不算",
        "可以不",
        "？",
    ];
    let end = words.trim_end_matches(['。', '，', '！', '啊', '呀', ' ']);
    // 店还开着呢, 好的呢: told, not asked.
    let tells = ["着呢", "的呢", "了呢"].iter().any(|told| end.ends_with(told));
    looks_like_question(words)
        || MARKS.iter().any(|mark| words.contains(mark))
        || !tells
            && ["呢", "么", "不", "?", "对吧", "是吧", "伐", "嘛"].iter().any(|mark| end.ends_with(mark))
        || verb_not_verb(words)
}

/// 认不认, 肯不肯.
fn verb_not_verb(words: &str) -> bool {
    let words = words.trim_start_matches("不对");
    let chars: Vec<char> = words.chars().collect();
    // 没了没了 asks nothing.
    chars
        .windows(3)
        .any(|three| matches!(three, [first, '不' | '没', last] if first == last && *first != '了'))
}

fn refuses(words: &str) -> bool {
    ["不留", "不方便", "不想留", "不用留", "不说", "没有电话", "不给", "不用了", "算了", "不要了"]
        .iter()
        .any(|no| words.contains(no))
        || words == "不"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use language::{Heard, Reader};

    use super::*;

    fn slot(slot_type: SlotType, unit: Option<&str>) -> Slot {
        let options = BTreeMap::from([
            ("market".to_owned(), vec!["市场租房".to_owned(), "外面租的".to_owned()]),
            ("public".to_owned(), vec!["公租房".to_owned(), "租的公家房".to_owned()]),
        ]);
        Slot { slot_type, ask: "？".to_owned(), reask: None, unit: unit.map(str::to_owned), options }
    }

    fn read(text: &str) -> Reading {
        Reader::builtin().read(text, &Heard::Form("？".to_owned()))
    }

    #[test]
    fn answers_are_read_as_people_give_them() {
        let yes = slot(SlotType::YesNo, None);
        assert_eq!(answer("x", &yes, &read("有的有的"), false).unwrap().value, "yes");
        assert_eq!(answer("x", &yes, &read("还没办呢"), false).unwrap().value, "no");
        let months = slot(SlotType::Number, Some("个月"));
        assert_eq!(answer("x", &months, &read("交了两年了"), false).unwrap().value, "24");
        assert_eq!(answer("x", &months, &read("六个月"), false).unwrap().value, "6");
        let choose = slot(SlotType::Choice, None);
        assert_eq!(answer("x", &choose, &read("是外面租的房子"), false).unwrap().value, "market");
        assert_eq!(answer("x", &choose, &read("第二个"), false).unwrap().value, "public");
        assert_eq!(
            answer("phone", &slot(SlotType::Phone, None), &read("不方便留"), false).unwrap().value,
            REFUSED
        );
    }

    #[test]
    fn places_are_taken_as_people_describe_them() {
        let asked = slot(SlotType::Place, None);
        let value = |text: &str| answer("place", &asked, &read(text), false).map(|taken| taken.value);
        assert_eq!(value("等一下我看下门牌"), None, "puts off");
        assert_eq!(value("小区里的"), None, "no unit finds that");
        assert_eq!(value("就在格兰春晨12幢"), Some("格兰春晨12幢".to_owned()));
        assert_eq!(value("建筑垃圾，砖头水泥"), None, "what, not where");
        let again = answer("place", &asked, &read("都市森林"), true).map(|taken| taken.value);
        assert_eq!(again, Some("都市森林".to_owned()), "a name is a place when it is told twice");
        assert!(!names_place("我们小区外面那条路") && names_place("天童南路") && names_place("格兰春晨门口"));
        assert!(value("我也不知道叫什么路，就是第二医院旁边菜场门口").unwrap().contains("第二医院"));
    }

    #[test]
    fn a_place_told_closer_is_the_same_place() {
        let some = |place: &str| Some(place.to_owned());
        assert_eq!(closer("潘火路", "潘火路396号"), some("潘火路396号"));
        assert_eq!(closer("邱隘镇盛莫路", "盛莫路168号"), some("邱隘镇盛莫路168号"));
        assert_eq!(closer("姜山镇", "茅山村18号"), some("姜山镇茅山村18号"));
        assert_eq!(closer("潘火路396号", "潘火路"), None);
        assert_eq!(closer("潘火路396号", "天童南路100号"), None, "another place");
    }

    #[test]
    fn a_number_in_a_place_is_put_right() {
        let some = |place: &str| Some(place.to_owned());
        assert_eq!(put_right("首南街道泰悦府3幢", "8幢"), some("首南街道泰悦府8幢"));
        assert_eq!(put_right("天童南路200号", "666号"), some("天童南路666号"));
        assert_eq!(put_right("天童南路200号", "天童北路200号"), None, "another place as a whole");
        assert_eq!(put_right("横溪镇", "8幢"), None);
    }

    #[test]
    fn what_was_asked_said_back_is_a_yes() {
        let mut asked = slot(SlotType::YesNo, None);
        asked.ask = "有人被咬伤、抓伤了吗？".to_owned();
        assert_eq!(answer("x", &asked, &read("咬了，我邻居腿上咬了个口子"), false).unwrap().value, "yes");
        assert_eq!(answer("x", &asked, &read("没咬到人"), false).unwrap().value, "no");
        asked.ask = "您做的生意里，有没有餐饮或者卖吃的？".to_owned();
        assert_eq!(answer("x", &asked, &read("卖吃的嘛，面馆"), false).unwrap().value, "yes");
    }

    #[test]
    fn a_year_of_birth_is_no_length_of_time() {
        let years = slot(SlotType::Number, Some("年"));
        assert_eq!(volunteered("x", &years, &read("我是七一年生的")), None);
        assert_eq!(volunteered("x", &years, &read("交了十八年")).unwrap().value, "18");
        let ages = slot(SlotType::Number, Some("岁"));
        assert_eq!(volunteered("x", &ages, &read("我今年七十二了")).unwrap().value, "72");
    }

    #[test]
    fn telephones_are_read_as_spoken() {
        let phone = slot(SlotType::Phone, None);
        assert_eq!(
            answer("phone", &phone, &read("幺三八零零幺三八零零零"), false).unwrap().value,
            "13800138000"
        );
    }

    #[test]
    fn a_denied_option_is_not_taken() {
        assert_eq!(volunteered("x", &slot(SlotType::Choice, None), &read("不是公租房")), None);
    }
}
