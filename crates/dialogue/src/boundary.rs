//! The boundary between bot and person (mission M16): a table that staff edit.

use language::{Kind, Urgency};
use serde::{Deserialize, Serialize};

use crate::state::Lane;

/// Who takes a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treat {
    /// The bot tries first.
    Bot,
    /// A person first; while the caller waits, the bot may take facts down.
    HumanFirst,
    /// A person; the bot stays silent.
    HumanOnly,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The business domain or `*`.
    pub matter: String,
    /// The kind of request or `*`.
    pub kind: String,
    /// `normal`, `urgent` or `*`.
    pub urgency: String,
    /// `normal`, `elderly`, `dialect` or `*`.
    pub lane: String,
    /// Who takes it.
    pub treat: Treat,
    /// The reason shown beside each decision.
    pub why: String,
}

/// A decision with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<'a> {
    /// Who takes it.
    pub treat: Treat,
    /// The row's reason.
    pub why: &'a str,
}

/// The table. The most specific row that matches decides; of equally specific ones the first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Boundary {
    /// The rows.
    #[serde(rename = "boundary")]
    pub rows: Vec<Row>,
}

impl Boundary {
    /// Who takes a matter. Where no row matches, complaints, reports, urgent matters and special lanes go to a person.
    pub fn decide(&self, domain: Option<&str>, kind: Kind, urgency: Urgency, lane: Lane) -> Decision<'_> {
        let kind_name = serde_name(&kind);
        let urgency_name = serde_name(&urgency);
        let lane_name = serde_name(&lane);
        let mut best: Option<(usize, &Row)> = None;
        for row in &self.rows {
            let fields = [
                (row.matter.as_str(), domain.unwrap_or("其他")),
                (row.kind.as_str(), kind_name.as_str()),
                (row.urgency.as_str(), urgency_name.as_str()),
                (row.lane.as_str(), lane_name.as_str()),
            ];
            if fields.iter().any(|(wanted, is)| *wanted != "*" && wanted != is) {
                continue;
            }
            let precise = fields.iter().filter(|(wanted, _)| *wanted != "*").count();
            if best.is_none_or(|(known, _)| precise > known) {
                best = Some((precise, row));
            }
        }
        match best {
            Some((_, row)) => Decision { treat: row.treat, why: &row.why },
            None if lane != Lane::Normal => {
                Decision { treat: Treat::HumanOnly, why: "特殊通道直接由人工接听。" }
            }
            None if urgency == Urgency::Urgent || matches!(kind, Kind::Complaint | Kind::Report) => {
                Decision { treat: Treat::HumanFirst, why: "投诉、举报和急事先由人工受理。" }
            }
            None => Decision { treat: Treat::Bot, why: "一般事项由自动助手先答。" },
        }
    }
}

/// The name a unit enum variant is serialised under.
fn serde_name(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_row_decides() {
        let row = |matter: &str, kind: &str, treat| Row {
            matter: matter.to_owned(),
            kind: kind.to_owned(),
            urgency: "*".to_owned(),
            lane: "*".to_owned(),
            treat,
            why: String::new(),
        };
        let table =
            Boundary { rows: vec![row("*", "*", Treat::HumanFirst), row("医保", "consult", Treat::Bot)] };
        assert_eq!(
            table.decide(Some("医保"), Kind::Consult, Urgency::Normal, Lane::Normal).treat,
            Treat::Bot
        );
        assert_eq!(
            table.decide(Some("税务"), Kind::Consult, Urgency::Normal, Lane::Normal).treat,
            Treat::HumanFirst
        );
    }

    #[test]
    fn without_a_table_complaints_still_reach_a_person() {
        let table = Boundary::default();
        assert_eq!(
            table.decide(None, Kind::Complaint, Urgency::Normal, Lane::Normal).treat,
            Treat::HumanFirst
        );
        assert_eq!(table.decide(None, Kind::Consult, Urgency::Normal, Lane::Elderly).treat, Treat::HumanOnly);
    }
}
