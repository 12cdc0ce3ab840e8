//! What the tests of this crate share.
#![expect(clippy::unwrap_used, reason = "a test without its library cannot go on")]

use std::path::PathBuf;

use kernel::{Actor, Clock as _, Ctx, Micros, Role, Scope, StaffId, SystemClock};
use knowledge::search::Settings;
use knowledge::{Clause, Entry, EntryKind, Library};
use store::testing::TestDb;

/// The repository's folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Real public data beside the repository, where this machine has it.
pub fn data(file: &str) -> Option<PathBuf> {
    let folder =
        std::env::var_os("MINSHENG_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    Some(folder.join(file)).filter(|path| path.exists())
}

pub fn now() -> Micros {
    SystemClock.now()
}

/// The program itself, now.
pub fn system() -> Ctx {
    Ctx::system("test", &SystemClock)
}

/// A member of staff, now.
pub fn staff(role: Role, scope: Scope) -> Ctx {
    Ctx { actor: Actor::Staff { id: StaffId::from("s1"), role, scope }, now: now(), trace: "test".to_owned() }
}

pub fn editor() -> Ctx {
    staff(Role::KnowledgeEditor, Scope::District)
}

/// A sound entry with one clause.
pub fn entry(id: &str, title: &str, answer: &str) -> Entry {
    Entry {
        id: id.to_owned(),
        title: title.to_owned(),
        domain: "公积金".to_owned(),
        kind: EntryKind::Policy,
        region: "全国".to_owned(),
        tags: Vec::new(),
        owner: "公积金".to_owned(),
        answer: answer.to_owned(),
        questions: Vec::new(),
        clauses: vec![clause("1", answer)],
        tests: Vec::new(),
    }
}

pub fn clause(id: &str, text: &str) -> Clause {
    Clause {
        id: id.to_owned(),
        text: text.to_owned(),
        source: "住房公积金管理条例".to_owned(),
        document_number: None,
        article: Some("第二十四条".to_owned()),
        in_force_from: None,
        in_force_until: None,
        local: false,
    }
}

/// A node over a test's database.
pub async fn library(db: &TestDb) -> Library {
    Library::open((**db).clone(), Settings::default()).await.unwrap()
}

/// Another node: a second process's view of the same database.
pub async fn other_node(db: &TestDb) -> Library {
    Library::open(store::Store::open(db.url()).await.unwrap(), Settings::default()).await.unwrap()
}
