//! SIP messages as this telephone reads and answers them.

/// A message's first line, headers and body, as far as this telephone needs them.
#[derive(Debug, Clone)]
pub struct Message {
    /// The first line.
    pub first: String,
    headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Message {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let first = lines.next()?.to_owned();
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Self { first, headers, body: body.to_owned() })
    }

    /// A header's first value.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The status of a response; 0 for a request.
    pub fn status(&self) -> u16 {
        self.first
            .strip_prefix("SIP/2.0 ")
            .and_then(|rest| rest.get(..3))
            .and_then(|code| code.parse().ok())
            .unwrap_or(0)
    }

    pub(super) fn reply(&self, status: &str, tag: &str, extra: &str, body: &str) -> String {
        let mut vias = String::new();
        for (_, value) in self.headers.iter().filter(|(name, _)| name == "via") {
            vias.extend(["Via: ", value, "\r\n"]);
        }
        let to = self.header("to");
        let to = if to.contains("tag=") { to.to_owned() } else { format!("{to};tag={tag}") };
        format!(
            "SIP/2.0 {status}\r\n{vias}From: {}\r\nTo: {to}\r\nCall-ID: {}\r\nCSeq: {}\r\n{extra}Content-Length: {}\r\n\r\n{body}",
            self.header("from"),
            self.header("call-id"),
            self.header("cseq"),
            body.len()
        )
    }
}
