//! The result of reading one utterance.

use serde::{Deserialize, Serialize};

/// Where in the conversation the words were said. The same "好的" is a wish for a person after an offer and not elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// Nothing has been said yet.
    #[default]
    Opening,
    /// An answer was just given.
    AfterAnswer,
    /// The bot just failed to understand or to answer.
    AfterFail,
    /// A person was just offered.
    Offered,
    /// The caller waits in a queue.
    Queue,
    /// A form question was just put; it holds the question's words.
    Form(String),
}

impl Heard {
    /// The same in words, as the sentence encoder was trained with it; empty at the opening.
    pub const fn before(&self) -> &str {
        match self {
            Self::Opening => "",
            Self::AfterAnswer => "答完后",
            Self::AfterFail => "没听懂后",
            Self::Offered => "问要不要人工",
            Self::Queue => "排队时",
            Self::Form(question) => question.as_str(),
        }
    }
}

/// Why the words were taken for a wish for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HumanWish {
    /// The path that recognised it: `phrase`, `pinyin`, `offer`, `model`.
    pub by: String,
    /// The words it was recognised from.
    pub words: String,
}

/// Whom a person in danger is told to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Service {
    /// Police: crime, missing persons, violence, money just lost to a swindler.
    #[serde(rename = "110")]
    Police,
    /// Fire and rescue, drowning included.
    #[serde(rename = "119")]
    Fire,
    /// Ambulance.
    #[serde(rename = "120")]
    Ambulance,
    /// Road accidents.
    #[serde(rename = "122")]
    Traffic,
    /// Danger of self-harm: 12356 and a person at once.
    #[serde(rename = "crisis")]
    Crisis,
    /// Leaking gas.
    #[serde(rename = "gas")]
    Gas,
}

/// Danger to life, fire, crime in progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Danger {
    /// Whom to call.
    pub service: Service,
    /// The words it was recognised from.
    pub words: String,
}

/// What the caller wants done (GB/T 39666-2020 distinguishes these kinds of request).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 咨询: wants to know.
    Consult,
    /// 求助: wants something done.
    Help,
    /// 投诉: was wronged.
    Complaint,
    /// 举报: tells of somebody's offence.
    Report,
    /// 建议.
    Suggestion,
    /// 表扬.
    Praise,
    /// Greetings, noise, wrong number, not told yet.
    #[default]
    Other,
}

impl Kind {
    /// The Chinese term staff use.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Consult => "咨询",
            Self::Help => "求助",
            Self::Complaint => "投诉",
            Self::Report => "举报",
            Self::Suggestion => "建议",
            Self::Praise => "表扬",
            Self::Other => "其他",
        }
    }
}

/// Whether it can wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Can wait its turn.
    #[default]
    Normal,
    /// Harm grows while it waits.
    Urgent,
}

/// One of the 25 business domains or 其他, by its Chinese name (data of the pack, so not an enum).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Domain {
    /// The name, as in `domains.yaml`.
    pub name: String,
    /// How sure, 0 to 1.
    pub confidence: f32,
}

/// The business lines of the medical hotline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MedicalLine {
    /// Employees' insurance and retirement.
    EmployeeRetire,
    /// Residents' insurance, transfer, treatment elsewhere.
    ResidentTransfer,
    /// Manual reimbursement and maternity.
    ReimburseMaternity,
    /// Not a matter of medical insurance.
    NotMedical,
}

/// What the words do in a conversation, apart from their matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Tells or asks something: the ordinary case.
    #[default]
    Statement,
    /// 你好.
    Greeting,
    /// 谢谢.
    Thanks,
    /// 再见, 没有了.
    Farewell,
    /// 是的, 好的.
    Affirm,
    /// 不是, 没有.
    Deny,
    /// 你是机器人吗.
    AskIdentity,
    /// 不对, 答非所问: the last answer did not help.
    RejectAnswer,
    /// 算了, 不办了: drop the present matter.
    Abandon,
    /// 再说一遍, 没听清.
    AskRepeat,
    /// 等一下.
    AskPause,
    /// No content to act on: fillers, noise, one stray character, symbols.
    Empty,
}

/// What sort of thing was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// An address or place name.
    Place,
    /// A telephone number.
    Phone,
    /// A resident identity number with a right check digit.
    IdNumber,
    /// A person's name.
    Name,
    /// A time or date.
    Time,
    /// An amount of money, in yuan.
    Amount,
    /// A number with its unit.
    Number,
    /// A firm, unit or shop.
    Organisation,
    /// A ticket number of ours.
    Ticket,
}

/// A fact named in the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// What sort.
    pub kind: EntityKind,
    /// The words it came from.
    pub words: String,
    /// The value in its standard form (digits for numbers, the words themselves for places).
    pub value: String,
    /// The unit of a number: 个月, 年, 岁, 平方米.
    pub unit: Option<String>,
}

/// What a turn does in the conversation, whatever it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// Asks for information.
    Ask,
    /// Wants something done.
    Demand,
    /// Tells facts, circumstances, details.
    #[default]
    Tell,
    /// Takes leave or is content.
    Close,
    /// What was said or understood does not fit.
    Reject,
    /// Small talk, a wrong number, words to somebody else.
    Chat,
    /// Anger or despair that a person should hear.
    Upset,
    /// About the conversation itself: again, wait, who are you.
    Meta,
}

/// Everything one utterance tells by itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// The words as said, trimmed and capped.
    pub raw: String,
    /// The words in Mandarin, fit for search: dialect words replaced, width and case folded.
    pub normal: String,
    /// A wish for a person.
    pub human: Option<HumanWish>,
    /// A person was refused: 不用转人工了.
    pub refuses_human: bool,
    /// Danger.
    pub danger: Option<Danger>,
    /// The kind of request and how sure, 0 to 1.
    pub kind: Kind,
    /// How sure of the kind.
    pub kind_confidence: f32,
    /// Whether it can wait.
    pub urgency: Urgency,
    /// The business domain.
    pub domain: Option<Domain>,
    /// The medical business line, when the domain is medical insurance.
    pub medical_line: Option<MedicalLine>,
    /// Ningbo speech was recognised.
    pub dialect: bool,
    /// Anger or distress, 0 (calm) to 3.
    pub distress: u8,
    /// What the words do, where they are few and plain.
    pub act: Act,
    /// What the words do, learned.
    pub doing: Doing,
    /// How sure of it, 0 to 1; 0 without a model.
    pub doing_confidence: f32,
    /// The new content after a correction: 不是，我是说… gives what follows.
    pub correction: Option<String>,
    /// The facts named.
    pub entities: Vec<Entity>,
}

impl Reading {
    /// Whether the words do this, at least so surely.
    pub fn does(&self, doing: Doing, least: f32) -> bool {
        self.doing == doing && self.doing_confidence >= least
    }

    /// The first entity of a kind.
    pub fn entity(&self, kind: EntityKind) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.kind == kind)
    }
}
