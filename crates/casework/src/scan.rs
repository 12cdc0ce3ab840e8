//! What a file is, by its content, and whether it is safe to keep. A name proves nothing.

/// The media type of a kind that is accepted; none for any other.
pub fn kind_of(content: &[u8]) -> Option<&'static str> {
    let begins = |magic: &[u8]| content.starts_with(magic);
    let at = |from: usize, magic: &[u8]| content.get(from..from + magic.len()) == Some(magic);
    if begins(&[0xff, 0xd8, 0xff]) {
        Some("image/jpeg")
    } else if begins(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if begins(b"RIFF") && at(8, b"WEBP") {
        Some("image/webp")
    } else if begins(b"%PDF-") {
        Some("application/pdf")
    } else if begins(b"ID3") || begins(&[0xff, 0xfb]) || begins(&[0xff, 0xf3]) {
        Some("audio/mpeg")
    } else if at(4, b"ftyp") {
        Some(if at(8, b"M4A") { "audio/mp4" } else { "video/mp4" })
    } else if begins(b"PK\x03\x04") {
        office(content)
    } else if std::str::from_utf8(content).is_ok_and(|text| !text.contains('\0')) {
        Some("text/plain")
    } else {
        None
    }
}

/// A document of an office program without programs of its own inside. Other archives are not accepted.
fn office(content: &[u8]) -> Option<&'static str> {
    let has = |name: &[u8]| content.windows(name.len()).any(|window| window == name);
    if has(b"vbaProject.bin") {
        None
    } else if has(b"word/document.xml") {
        Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    } else if has(b"xl/workbook.xml") {
        Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    } else {
        None
    }
}

/// The agreed test signature of virus scanners, in two parts so that this file is not taken for one.
const TEST_SIGNATURE: (&[u8], &[u8]) =
    (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!$H+H*");
/// What runs when it is opened.
const ACTIVE: [(&[u8], &str); 5] = [
    (b"/JavaScript", "script"),
    (b"/Launch", "launch"),
    (b"/EmbeddedFile", "embedded"),
    (b"<script", "script"),
    (b"<?php", "script"),
];

/// Looks for what must not be kept.
///
/// # Errors
/// What was found, as a word for the audit.
pub fn scan(content: &[u8]) -> Result<(), &'static str> {
    let has = |needle: &[u8]| content.windows(needle.len()).any(|window| window == needle);
    if has(&[TEST_SIGNATURE.0, TEST_SIGNATURE.1].concat()) {
        return Err("test signature");
    }
    if content.starts_with(b"MZ") || content.starts_with(b"\x7fELF") || content.starts_with(b"#!") {
        return Err("program");
    }
    match ACTIVE.iter().find(|(needle, _)| has(needle)) {
        Some((_, what)) => Err(what),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_content() {
        assert_eq!(kind_of(b"\xff\xd8\xff\xe0 picture"), Some("image/jpeg"));
        assert_eq!(kind_of("收费单据说明".as_bytes()), Some("text/plain"));
        assert_eq!(
            kind_of(b"PK\x03\x04 word/document.xml"),
            Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        );
        assert_eq!(kind_of(b"PK\x03\x04 word/document.xml word/vbaProject.bin"), None);
        assert_eq!(kind_of(b"PK\x03\x04 anything"), None);
        assert_eq!(kind_of(b"\0\x01\x02"), None);
    }

    #[test]
    fn what_runs_is_refused() {
        let eicar = [TEST_SIGNATURE.0, TEST_SIGNATURE.1].concat();
        assert_eq!(scan(&eicar), Err("test signature"));
        let hidden = [b"%PDF-1.4 ".as_slice(), &eicar].concat();
        assert!(scan(&hidden).is_err());
        assert!(scan(b"#!/bin/sh").is_err() && scan(b"MZ\x90").is_err());
        assert!(scan(b"%PDF-1.4 /JavaScript (app.alert(1))").is_err());
        assert!(scan(b"%PDF-1.4 text").is_ok());
    }
}
