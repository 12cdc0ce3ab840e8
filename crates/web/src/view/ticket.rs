//! A ticket as its citizen sees it: how far it has come, what comes next, what he can do now.

use api::dto::progress::{ProgressEvent, TicketFile, TicketProgress};
use kernel::Micros;

use super::words;

/// A ticket in words.
#[derive(Debug, Default)]
pub struct TicketView {
    pub number: String,
    pub title: String,
    pub state: String,
    pub state_words: String,
    pub due: String,
    pub next_step: String,
    /// How far it has come; none once it was cancelled or withdrawn.
    pub stages: Vec<Stage>,
    /// The latest first.
    pub events: Vec<EventView>,
    /// What the unit asks.
    pub question: String,
    /// Words and files can be added.
    pub open: bool,
    pub can_answer: bool,
    pub can_rate: bool,
    pub can_urge: bool,
    pub can_withdraw: bool,
    /// Urged a short while ago: from when it can be done again.
    pub urge_after: String,
}

/// A stage on the way.
#[derive(Debug)]
pub struct Stage {
    pub words: &'static str,
    /// `done`, `now` or `ahead`.
    pub is: &'static str,
    /// The same for who does not see it.
    pub said: &'static str,
}

#[derive(Debug)]
pub struct EventView {
    pub at_us: i64,
    pub at: String,
    pub at_iso: String,
    pub words: String,
    pub files: Vec<FileView>,
}

/// A file that can be saved.
#[derive(Debug)]
pub struct FileView {
    pub id: String,
    pub name: String,
    pub size: String,
}

impl TicketView {
    /// A ticket's progress in words.
    pub fn new(progress: TicketProgress, now: Micros) -> Self {
        let can = |step: &str| progress.steps.iter().any(|it| it == step);
        let mut view = Self {
            open: can("append"),
            can_answer: can("answer"),
            can_rate: can("rate"),
            can_urge: can("urge"),
            can_withdraw: can("withdraw"),
            urge_after: progress.urge_after_us.map(words::due).unwrap_or_default(),
            stages: stages(&progress.state),
            number: progress.number,
            title: progress.title,
            state: progress.state,
            state_words: progress.state_words,
            due: match progress.due_us {
                Some(due) if !progress.paused => promise(due, now),
                _ => String::new(),
            },
            next_step: progress.next_step,
            question: progress.question.unwrap_or_default(),
            events: Vec::new(),
        };
        let given = progress.attachments.into_iter().map(|file| EventView {
            at_us: file.at_us,
            at: words::at(file.at_us, now),
            at_iso: words::iso(file.at_us),
            words: "您交来了材料：".to_owned(),
            files: vec![FileView::new(&file)],
        });
        view.events =
            progress.events.into_iter().map(|event| EventView::new(event, now)).chain(given).collect();
        // What happened at the same instant stays in its order, and then the whole is turned round.
        view.events.sort_by_key(|event| event.at_us);
        view.events.reverse();
        view
    }
}

/// By when something is owed; what has passed is told as the next step, with an apology.
fn promise(due: i64, now: Micros) -> String {
    if due < now.0 { String::new() } else { format!("{}前", words::due(due)) }
}

impl EventView {
    fn new(event: ProgressEvent, now: Micros) -> Self {
        Self {
            at_us: event.at_us,
            at: words::at(event.at_us, now),
            at_iso: words::iso(event.at_us),
            words: event.words,
            files: event.files.iter().map(FileView::new).collect(),
        }
    }
}

impl FileView {
    fn new(file: &TicketFile) -> Self {
        const KIB: i64 = 1024;
        let size = if file.bytes >= KIB * KIB {
            format!("{}.{}MB", file.bytes / (KIB * KIB), file.bytes % (KIB * KIB) * 10 / (KIB * KIB))
        } else {
            format!("{}KB", (file.bytes / KIB).max(1))
        };
        Self { id: file.id.clone(), name: file.name.clone(), size }
    }
}

fn stages(state: &str) -> Vec<Stage> {
    let at = match state {
        "registered" => 0,
        "dispatched" | "objected" => 1,
        "handling" | "suspended" | "merged" => 2,
        "replied" | "called_back" => 3,
        "archived" => 4,
        _ => return Vec::new(),
    };
    let all = ["登记", "交办", "办理", "答复", "办结"];
    let stage = |(index, words): (usize, &'static str)| {
        let (is, said) = match index.cmp(&at) {
            std::cmp::Ordering::Less => ("done", "，已完成"),
            // The end is not something that goes on.
            std::cmp::Ordering::Equal if at == 4 => ("done", "，已完成"),
            std::cmp::Ordering::Equal => ("now", "，现在在这一步"),
            std::cmp::Ordering::Greater => ("ahead", "，还没到"),
        };
        Stage { words, is, said }
    };
    all.into_iter().enumerate().map(stage).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> i64 {
        Micros(1_767_240_000_000_000).plus_secs(secs).0
    }

    #[test]
    fn the_latest_comes_first_and_files_stand_among_the_events() {
        let event =
            |secs, words: &str| ProgressEvent { at_us: at(secs), words: words.to_owned(), files: Vec::new() };
        let file =
            TicketFile {
                name: "灯.jpg".to_owned(), bytes: 1_600_000, at_us: at(5), ..TicketFile::default()
            };
        let progress = TicketProgress {
            state: "handling".to_owned(),
            events: vec![event(0, "登记"), event(0, "派单"), event(9, "签收")],
            attachments: vec![file],
            steps: vec!["append".to_owned(), "urge".to_owned()],
            due_us: Some(at(10)),
            ..TicketProgress::default()
        };
        let view = TicketView::new(progress, Micros(at(20)));
        let told: Vec<&str> = view.events.iter().map(|event| event.words.as_str()).collect();
        assert_eq!(told, ["签收", "您交来了材料：", "派单", "登记"]);
        assert_eq!(view.events[1].files[0].size, "1.5MB");
        assert!(view.can_urge && view.open && !view.can_rate);
        assert!(view.due.is_empty(), "a broken promise is not shown as one that stands");
        assert_eq!(
            view.stages.iter().map(|one| one.is).collect::<Vec<_>>(),
            ["done", "done", "now", "ahead", "ahead"]
        );
    }

    #[test]
    fn what_was_taken_back_has_no_stages() {
        assert!(stages("withdrawn").is_empty() && stages("cancelled").is_empty());
        assert!(stages("archived").iter().all(|one| one.is == "done"));
    }
}
