//! Paragraphs that are no clause of their own: furniture, file data, signatures, titles.

use super::Reason;

/// Longest line that can be a signature, a title, a heading without a number, file data.
const SIGNATURE: usize = 40;
const TITLE: usize = 70;
const LOOSE_HEADING: usize = 24;

const FILE_DATA: &[&str] = &[
    "索引号",
    "主题分类",
    "发文机关",
    "发布机构",
    "成文日期",
    "发文日期",
    "发布日期",
    "信息索引",
    "公开方式",
    "信息来源",
    "浏览次数",
    "字体",
    "打印本页",
    "关闭窗口",
    "责任编辑",
    "此件公开发布",
    "此件主动公开",
    "（此件公开发布）",
    "（此件主动公开）",
    "（此页无正文）",
    "分享到",
];
const BODIES: &[&str] = &[
    "国务院",
    "局",
    "厅",
    "政府",
    "办公室",
    "委员会",
    "指挥部",
    "领导小组",
    "中心",
    "法院",
    "检察院",
    "总局",
    "公安部",
    "财政部",
    "办公厅",
];

fn length(text: &str) -> usize {
    text.chars().count()
}

fn is_date(text: &str) -> bool {
    let marks = ['年', '月', '日'];
    let numeral = |c: char| c.is_ascii_digit() || "〇○零一二三四五六七八九十".contains(c);
    marks.iter().all(|mark| text.contains(*mark))
        && text.chars().filter(|c| !c.is_whitespace()).all(|c| numeral(c) || marks.contains(&c))
}

/// Why a paragraph without regard to its place is no clause.
pub fn left_out(text: &str) -> Option<Reason> {
    let says = text.chars().any(|c| c.is_alphabetic() && !matches!(c, '第' | '页' | '共'));
    if !says {
        return Some(Reason::PageFurniture);
    }
    let data = length(text) <= SIGNATURE && FILE_DATA.iter().any(|start| text.starts_with(start));
    data.then_some(Reason::FileData)
}

/// Whether a line at the end of a text is its signature or date.
pub fn is_signature(text: &str) -> bool {
    let short = length(text) <= SIGNATURE && !text.chars().any(|c| "，。；：、".contains(c));
    short && (is_date(text) || BODIES.iter().any(|body| text.ends_with(body)))
}

/// Whether a line can be the title of a text that it opens.
pub fn is_title(text: &str) -> bool {
    length(text) <= TITLE && !text.ends_with(['。', '；', '：', ':', ';', '！', '，', '、'])
}

/// Whether a line without a number stands over what follows.
pub fn is_loose_heading(text: &str) -> bool {
    length(text) <= LOOSE_HEADING && text.chars().all(|c| !"，。；：、！？,;!?".contains(c))
}

/// Whether a paragraph announces what follows.
pub fn leads_in(text: &str) -> bool {
    text.ends_with(['：', ':'])
}
