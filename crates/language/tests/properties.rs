//! Properties that hold for whatever is said: bounded time, and nothing lost through fillers and punctuation.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail their test")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use language::table::{Task, read};
use language::{Heard, Reader};

/// A small generator, so that every run tries the same cases.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

fn table(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../evals/intent").join(name)
}

const PLACES: [Heard; 5] =
    [Heard::Opening, Heard::AfterAnswer, Heard::AfterFail, Heard::Offered, Heard::Queue];

#[test]
fn any_bytes_are_read_in_bounded_time() {
    let reader = Reader::builtin();
    let mut dice = Dice(0x9e37_79b9);
    let pieces = [
        "人工",
        "，",
        "转",
        "\u{202e}",
        "\0",
        "火",
        "😀",
        "𠮷",
        "a",
        "１２",
        "不",
        " ",
        "幺三八",
        "\u{301}",
        "万",
    ];
    let mut texts: Vec<String> = (0..150)
        .map(|_| {
            let bytes: Vec<u8> = (0..dice.below(400)).map(|_| dice.next() as u8).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        })
        .collect();
    texts.extend((0..150).map(|_| (0..dice.below(300)).map(|_| pieces[dice.below(pieces.len())]).collect()));
    texts.extend(["转".repeat(100_000), "人工，".repeat(50_000), "救命".repeat(50_000), "9".repeat(100_000)]);
    for text in &texts {
        let at = Instant::now();
        let reading = reader.read(text, &PLACES[dice.below(PLACES.len())]);
        assert!(at.elapsed() < Duration::from_secs(3), "{} characters", text.chars().count());
        assert!(reading.raw.chars().count() <= 2_000);
        assert_eq!(reading, reader.read(text, &Heard::Opening).clone_if(&reading), "the same again");
    }
}

/// Compares only what does not depend on the place.
trait CloneIf {
    fn clone_if(self, other: &Self) -> Self;
}

impl CloneIf for language::Reading {
    fn clone_if(mut self, other: &Self) -> Self {
        self.human.clone_from(&other.human);
        self.refuses_human = other.refuses_human;
        self.doing = other.doing;
        self.doing_confidence = other.doing_confidence;
        self
    }
}

const FILLERS: &[&str] = &["嗯", "呃", "那个", "这个", "就是说", "啊", "哎呀", "哦", "诶", "怎么说呢"];
const MARKS: &[&str] = &["，", "。", "！", " ", "…", "、", "？", "～", ","];

/// The words with something put between them: at both ends, or where the speaker paused already.
fn around(text: &str, extra: &str, dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => format!("{extra}{text}"),
        1 => format!("{text}{extra}"),
        _ => format!("{extra}{text}{extra}{extra}"),
    }
}

/// The words with something put anywhere but inside a Latin word, which a mark divides in two.
fn anywhere(text: &str, extra: &str, dice: &mut Dice) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut at = dice.below(chars.len() + 1);
    while at > 0
        && at < chars.len()
        && chars[at - 1].is_ascii_alphanumeric()
        && chars[at].is_ascii_alphanumeric()
    {
        at -= 1;
    }
    chars
        .iter()
        .take(at)
        .chain(extra.chars().collect::<Vec<_>>().iter())
        .chain(chars.iter().skip(at))
        .collect()
}

/// Every how many-th line is tried: the encoder takes 20 ms a line. `MINSHENG_ALL_LINES=1` tries all.
fn every() -> usize {
    if std::env::var_os("MINSHENG_ALL_LINES").is_some() { 1 } else { 4 }
}

/// The lines heard as they stand, and how many of them are lost through a change.
fn lost(
    task: Task,
    file: &str,
    heard: impl Fn(&str, &Heard) -> bool,
    change: impl Fn(&str, &mut Dice) -> String,
) -> (usize, Vec<String>) {
    let mut dice = Dice(0x51_7cc1);
    let rows = read(task, &table(file)).unwrap();
    let positive = rows.iter().filter(|row| row.label == "1").step_by(every());
    let real: Vec<_> = positive.filter(|row| heard(&row.text, &row.heard)).collect();
    let gone = real
        .iter()
        .map(|row| (row, change(&row.text, &mut dice)))
        .filter(|(row, text)| !heard(text, &row.heard))
        .map(|(_, text)| text);
    (real.len(), gone.collect())
}

#[test]
fn fillers_and_marks_around_the_words_lose_no_wish() {
    let reader = Reader::builtin();
    let heard = |text: &str, place: &Heard| reader.human(text, place).wish.is_some();
    for list in [FILLERS, MARKS] {
        let (all, gone) = lost(Task::HumanRequest, "human_request.csv", heard, |text, dice| {
            let extra = list[dice.below(list.len())];
            around(text, extra, dice)
        });
        assert!(all > 500 && gone.is_empty(), "{} of {all}: {gone:?}", gone.len());
    }
}

#[test]
fn fillers_and_marks_around_the_words_lose_no_emergency() {
    let reader = Reader::builtin();
    let heard = |text: &str, _: &Heard| reader.danger(text).is_some();
    for list in [FILLERS, MARKS] {
        let (all, gone) = lost(Task::Emergency, "emergency.csv", heard, |text, dice| {
            let extra = list[dice.below(list.len())];
            around(text, extra, dice)
        });
        assert!(all > 500 && gone.is_empty(), "{} of {all}: {gone:?}", gone.len());
    }
}

/// A mark inside a word may make one clause two, and a refusal of what was none: once in 500 lines is borne.
#[test]
fn marks_inside_words_lose_hardly_anything() {
    let reader = Reader::builtin();
    let wish = |text: &str, place: &Heard| reader.human(text, place).wish.is_some();
    let danger = |text: &str, _: &Heard| reader.danger(text).is_some();
    let mark = |text: &str, dice: &mut Dice| {
        let extra = MARKS[dice.below(MARKS.len())];
        anywhere(text, extra, dice)
    };
    let (all, gone) = lost(Task::HumanRequest, "human_request.csv", wish, mark);
    assert!(gone.len() * 500 <= all, "{} of {all} wishes: {gone:?}", gone.len());
    let (all, gone) = lost(Task::Emergency, "emergency.csv", danger, mark);
    assert!(gone.len() * 500 <= all, "{} of {all} emergencies: {gone:?}", gone.len());
}

#[test]
fn fillers_anywhere_lose_no_wish_and_no_emergency() {
    let reader = Reader::builtin();
    let wish = |text: &str, place: &Heard| reader.human(text, place).wish.is_some();
    let danger = |text: &str, _: &Heard| reader.danger(text).is_some();
    let filler = |text: &str, dice: &mut Dice| {
        let extra = FILLERS[dice.below(FILLERS.len())];
        anywhere(text, extra, dice)
    };
    let (all, gone) = lost(Task::HumanRequest, "human_request.csv", wish, filler);
    assert!(gone.is_empty(), "{} of {all} wishes: {gone:?}", gone.len());
    let (all, gone) = lost(Task::Emergency, "emergency.csv", danger, filler);
    assert!(gone.is_empty(), "{} of {all} emergencies: {gone:?}", gone.len());
}

/// The plainest wishes are wishes whatever a form had asked: what the encoder makes of a question does not talk them away.
#[test]
fn plain_wishes_are_heard_after_any_question() {
    let reader = Reader::builtin();
    let rows = read(Task::HumanRequest, &table("human_request.csv")).unwrap();
    let mut questions: Vec<&Heard> =
        rows.iter().map(|row| &row.heard).filter(|heard| matches!(heard, Heard::Form(_))).collect();
    questions.sort_by_key(|heard| heard.before());
    questions.dedup();
    assert!(questions.len() > 50, "{}", questions.len());
    for wish in [
        "转人工",
        "麻烦帮我接一下人工客服",
        "别废话了叫个人来",
        "跟你这个机器说不清楚",
        "有没有活人啊",
        "我不想跟机器说了，换个人跟我讲",
    ] {
        for question in questions.iter().step_by(every()) {
            assert!(reader.human(wish, question).wish.is_some(), "{wish} after {question:?}");
        }
    }
}
