//! Parts of office files (ZIP), with a limit on what comes out: what the directory claims is not believed.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipError;

use super::fault;
use crate::entry::Fault;

/// Parts of an archive that are looked at.
const MOST_PARTS: usize = 10_000;
/// What may come out of one archive or document, in bytes.
pub(super) const MOST_OUT: u64 = 192 * 1024 * 1024;

pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

pub(super) fn damaged() -> Fault {
    fault("文件损坏，打不开。请在办公软件里打开它、另存一份，再上传新的那份。")
}

pub(super) fn too_much() -> Fault {
    let most = MOST_OUT / 1024 / 1024;
    fault(format!(
        "文件解压后超过{most}MB，可能是被做过手脚的压缩包，没有处理。请检查来源，或拆成几个小文件。"
    ))
}

fn sealed() -> Fault {
    fault("文件有密码保护，请去掉密码后再上传。")
}

/// Reads the directory of an archive.
pub(super) fn open(bytes: &[u8]) -> Result<Archive<'_>, Fault> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > MOST_PARTS {
        return Err(fault("压缩包里的文件太多，不像是办公文档，请检查后重新上传。"));
    }
    Ok(archive)
}

/// A part as text; none where there is no such part.
pub(super) fn part(archive: &mut Archive<'_>, name: &str) -> Result<Option<String>, Fault> {
    let part = match archive.by_name(name) {
        Ok(part) => part,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(ZipError::UnsupportedArchive(why)) if why == ZipError::PASSWORD_REQUIRED => return Err(sealed()),
        Err(_) => return Err(damaged()),
    };
    if part.encrypted() {
        return Err(sealed());
    }
    let mut out = Vec::new();
    // One byte more than allowed tells that there is more.
    part.take(MOST_OUT + 1).read_to_end(&mut out).map_err(|_| damaged())?;
    if out.len() as u64 > MOST_OUT {
        return Err(too_much());
    }
    String::from_utf8(out).map(Some).map_err(|_| damaged())
}

/// What an entity stands for; nothing for those that nobody defined.
pub(super) fn entity(name: &quick_xml::events::BytesRef<'_>) -> Result<String, Fault> {
    if let Ok(Some(c)) = name.resolve_char_ref() {
        return Ok(c.to_string());
    }
    let name = name.decode().map_err(|_| damaged())?;
    Ok(quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default().to_owned())
}
