//! Everything wrong with a file, each fault with its place.

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("对接配置 {file} 有{}处要改：\n{}", faults.len(), faults.join("\n"))]
pub struct Faults {
    file: String,
    faults: Vec<String>,
}

impl Faults {
    /// None yet.
    pub(super) fn of(file: &str) -> Self {
        Self { file: file.to_owned(), faults: Vec::new() }
    }

    /// One, which leaves nothing else to be looked at.
    pub(super) fn one(file: &str, fault: String) -> Self {
        Self { file: file.to_owned(), faults: vec![fault] }
    }

    /// Another.
    pub(super) fn add(&mut self, place: &str, fault: impl std::fmt::Display) {
        self.faults.push(format!("{place}：{fault}"));
    }

    /// The value, when nothing is wrong.
    pub(super) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.faults.is_empty() { Ok(value) } else { Err(self) }
    }
}

/// A fault of the form, in Chinese with its place.
pub(super) fn sentence(error: &serde_yaml_ng::Error) -> String {
    let text = error.to_string();
    let place =
        error.location().map_or_else(String::new, |at| format!("第{}行第{}列，", at.line(), at.column()));
    // `push.tickets: unknown variant ...`: what stands before the reason is where it is.
    let quoted: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    let path = text.split(": ").next().filter(|path| !path.contains(' ')).unwrap_or_default();
    let at = if path.is_empty() { place } else { format!("{place}{path}：") };
    let first = quoted.first().copied().unwrap_or_default();
    let rest = quoted.get(1..).unwrap_or_default().join("、");
    if text.contains("unknown field") {
        format!("{at}不认识“{first}”，这里可以写：{rest}")
    } else if text.contains("unknown variant") {
        format!("{at}没有“{first}”这种取值，可以是：{rest}")
    } else if text.contains("missing field") {
        format!("{at}缺少“{first}”")
    } else if text.contains("duplicate") {
        format!("{at}“{first}”写了两次")
    } else if text.contains("invalid type") || text.contains("invalid value") {
        format!("{at}类型不对（{text}）")
    } else {
        format!("{at}不是正确的 YAML，请检查缩进、冒号和引号（{text}）")
    }
}
