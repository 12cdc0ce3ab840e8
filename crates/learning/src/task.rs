//! The tasks a site can teach, and their labels in the words of staff.

use language::table::Task;

/// A label one can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Choice {
    /// The label, as tables have it.
    pub label: &'static str,
    /// Its name for people.
    pub words: &'static str,
}

/// What a site can teach. The crisis task has its own public set and decides nothing on the hotline.
pub const TASKS: [Task; 7] = [
    Task::HumanRequest,
    Task::Emergency,
    Task::RequestKind,
    Task::Domain,
    Task::MedicalLine,
    Task::Dialect,
    Task::Act,
];

const fn c(label: &'static str, words: &'static str) -> Choice {
    Choice { label, words }
}

const HUMAN: &[Choice] = &[c("1", "想找人工"), c("0", "不是要找人工")];
/// Danger is chosen with whom to call; `1` stands before the service.
const DANGER: &[Choice] = &[
    c("0", "没有危险"),
    c("110", "报警 110"),
    c("119", "火灾、溺水救援 119"),
    c("120", "急救 120"),
    c("122", "交通事故 122"),
    c("gas", "燃气泄漏"),
    c("crisis", "轻生危机"),
];
const KIND: &[Choice] = &[
    c("consult", "咨询"),
    c("help", "求助"),
    c("complaint", "投诉"),
    c("report", "举报"),
    c("suggestion", "建议"),
    c("praise", "表扬"),
    c("other", "其他"),
];
const MEDICAL: &[Choice] = &[
    c("employee_retire", "职工与退休"),
    c("resident_transfer", "居民与转移、异地就医"),
    c("reimburse_maternity", "零星报销与生育"),
    c("not_medical", "不是医保"),
];
const DIALECT: &[Choice] = &[c("1", "宁波话"), c("0", "不是宁波话")];
const ACT: &[Choice] = &[
    c("ask", "问事情"),
    c("demand", "要求办事"),
    c("tell", "说明情况"),
    c("close", "说完了、告别"),
    c("reject", "说答得不对"),
    c("chat", "闲聊、打错"),
    c("upset", "生气、难过"),
    c("meta", "问这次对话本身"),
];
const DOMAIN: &[Choice] = &[
    c("公积金", "公积金"),
    c("社保", "社保"),
    c("医保", "医保"),
    c("就业劳动", "就业劳动"),
    c("户籍身份", "户籍身份"),
    c("出入境", "出入境"),
    c("交通驾管", "交通驾管"),
    c("教育", "教育"),
    c("婚姻生育", "婚姻生育"),
    c("民政救助", "民政救助"),
    c("养老助老", "养老助老"),
    c("残联", "残联"),
    c("不动产住房", "不动产住房"),
    c("城管市容", "城管市容"),
    c("环保噪音", "环保噪音"),
    c("物业小区", "物业小区"),
    c("市场监管消费", "市场监管消费"),
    c("企业开办", "企业开办"),
    c("税务", "税务"),
    c("水电气热", "水电气热"),
    c("文旅体育", "文旅体育"),
    c("农业农村", "农业农村"),
    c("卫生健康", "卫生健康"),
    c("消防应急", "消防应急"),
    c("司法公证", "司法公证"),
    c("其他", "其他"),
];

/// The labels of a task.
pub const fn choices(task: Task) -> &'static [Choice] {
    match task {
        Task::HumanRequest => HUMAN,
        Task::Emergency => DANGER,
        Task::RequestKind => KIND,
        Task::Domain => DOMAIN,
        Task::MedicalLine => MEDICAL,
        Task::Dialect => DIALECT,
        Task::Act => ACT,
        Task::Crisis => &[],
    }
}

/// A task's name for people.
pub const fn task_words(task: Task) -> &'static str {
    match task {
        Task::HumanRequest => "转人工意愿",
        Task::Emergency => "危险",
        Task::RequestKind => "诉求类型",
        Task::Domain => "业务领域",
        Task::MedicalLine => "医保业务线",
        Task::Dialect => "宁波话",
        Task::Act => "这句话在做什么",
        Task::Crisis => "危机（公开数据）",
    }
}

/// The label's choice in a task, if the task has it.
pub(crate) fn choice(task: Task, label: &str) -> Option<Choice> {
    choices(task).iter().copied().find(|choice| choice.label == label)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What people may choose is what our own lines are labelled with, neither more nor less.
    #[test]
    fn the_choices_are_the_labels_of_our_lines() {
        for task in TASKS {
            let rows = crate::ours::rows(task).unwrap();
            let known: BTreeSet<String> = rows
                .into_iter()
                .map(|row| if row.service.is_empty() { row.label } else { row.service })
                .collect();
            let offered: BTreeSet<String> = choices(task).iter().map(|one| one.label.to_owned()).collect();
            assert_eq!(known, offered, "{}", task.name());
        }
    }
}
