//! Public knowledge: found, read, judged.

use api::citizen::knowledge::{find, read};
use api::dto::knowledge::{PublicEntry, PublicHit, PublicSearch};
use api::text::clean;
use api::trace::{Peer, Trace};
use api::{ApiError, App};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Actor, Ctx, ErrorCode};
use knowledge::service::EntryFilter;
use serde::Deserialize;

use super::form::{Fields, Loose};
use crate::fault::{Fault, PageResult, render};
use crate::view::citation::{CitationView, law};
use crate::view::words;
use crate::visit::{Page, Visit, percent_encoded};

/// Entries on a page of a domain.
const OF_DOMAIN: i64 = 200;
const HITS: u32 = 12;

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    page: Page,
    find: Find,
}

#[derive(Debug, Default)]
struct Find {
    q: String,
    domain: String,
    domains: Vec<Domain>,
    has_domains: bool,
    /// The domains are unfolded: nothing is looked for yet.
    open: bool,
    error: String,
    summary: String,
    nothing: bool,
    hits: Vec<Hit>,
}

#[derive(Debug)]
struct Domain {
    name: String,
    query: String,
    on: bool,
}

#[derive(Debug)]
struct Hit {
    id: String,
    title: String,
    answer: String,
    domain: String,
    law: String,
}

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryPage {
    page: Page,
    entry: EntryView,
}

#[derive(Debug)]
struct EntryView {
    id: String,
    title: String,
    domain: String,
    domain_query: String,
    answer: String,
    clauses: Vec<CitationView>,
    region: String,
    updated: String,
    thanks: &'static str,
    wrong: bool,
}

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    domain: String,
}

/// The search page: found by words, or listed by domain.
pub async fn search(
    State(app): State<App>,
    visit: Visit,
    Peer(peer): Peer,
    Loose(asked): Loose<Asked>,
) -> Response {
    let Asked { q, domain } = asked;
    let q: String = clean(&q).chars().take(200).collect();
    let mut shown = Find { domains: domains(&app, &q, &domain), ..Find::default() };
    shown.has_domains = !shown.domains.is_empty();
    shown.open = q.is_empty() && domain.is_empty();
    if let Err(error) = app.rates().search(peer) {
        error.message().clone_into(&mut shown.error);
    } else if q.is_empty() && domain.is_empty() {
        "写几个字就能搜，也可以按类别看。每条都写明依据和有效期。".clone_into(&mut shown.summary);
    } else if q.is_empty() {
        listed(&app, &domain, &mut shown).await;
    } else {
        let search = PublicSearch {
            q: q.clone(),
            domain: Some(domain.clone()).filter(|domain| !domain.is_empty()),
            limit: Some(HITS),
        };
        shown.hits = find(&app, &search).hits.iter().map(hit).collect();
        told(&mut shown);
    }
    (shown.q, shown.domain) = (q, domain);
    let mut page = visit.page("办事知识");
    page.at = "k";
    render(&SearchPage { page, find: shown })
}

fn told(shown: &mut Find) {
    shown.nothing = shown.hits.is_empty();
    shown.summary = if shown.nothing {
        "没有找到合适的。".to_owned()
    } else {
        format!("找到 {} 条", shown.hits.len())
    };
}

async fn listed(app: &App, domain: &str, shown: &mut Find) {
    let hotline = app.hotline();
    let ctx =
        Ctx { actor: Actor::System { part: "web".to_owned() }, now: hotline.now(), trace: String::new() };
    let filter = EntryFilter {
        domain: Some(domain.to_owned()),
        status: Some("published".to_owned()),
        per_page: OF_DOMAIN,
        ..EntryFilter::default()
    };
    match hotline.library().entry_list(&ctx, &filter).await {
        Ok(page) => {
            let entries = page.rows.iter().filter_map(|row| hotline.library().entry_public(&row.id, ctx.now));
            shown.hits = entries.map(|entry| listed_hit(entry.into())).collect();
            told(shown);
        }
        Err(error) => ApiError::from(error).message().clone_into(&mut shown.error),
    }
}

fn hit(hit: &PublicHit) -> Hit {
    Hit {
        id: percent_encoded(&hit.entry_id),
        title: hit.title.clone(),
        answer: hit.answer.clone(),
        domain: hit.domain.clone(),
        law: hit.citations.first().map(law).unwrap_or_default(),
    }
}

fn listed_hit(entry: PublicEntry) -> Hit {
    Hit {
        id: percent_encoded(&entry.entry_id),
        law: entry.clauses.first().map(law).unwrap_or_default(),
        title: entry.title,
        answer: entry.answer,
        domain: entry.domain,
    }
}

fn domains(app: &App, q: &str, on: &str) -> Vec<Domain> {
    let site = app.hotline().site();
    let mut known: Vec<_> = site.domains.values().collect();
    known.sort_by(|a, b| a.code.cmp(&b.code));
    let query = |name: &str| match q {
        "" => format!("domain={}", percent_encoded(name)),
        _ => format!("q={}&domain={}", percent_encoded(q), percent_encoded(name)),
    };
    let of = known.into_iter().map(|domain| Domain {
        query: query(&domain.name),
        on: domain.name == on,
        name: domain.name.clone(),
    });
    of.collect()
}

/// How an entry's page came about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    thanks: Option<String>,
    /// Came to say that it is wrong.
    wrong: Option<String>,
}

/// An entry.
pub async fn entry(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    Loose(shown): Loose<Shown>,
) -> PageResult<Response> {
    let entry = read(&app, &id).map_err(|error| Fault::new(&visit, error).back("/k"))?;
    let now = app.hotline().now();
    let thanks = match shown.thanks.as_deref() {
        Some("true") => "谢谢，很高兴帮到您。",
        Some(_) => "谢谢您指出来，我们会核实。",
        None => "",
    };
    let mut page = visit.page(&entry.title);
    page.at = "k";
    let view = EntryView {
        id: percent_encoded(&entry.entry_id),
        domain_query: format!("domain={}", percent_encoded(&entry.domain)),
        clauses: entry.clauses.iter().map(|one| CitationView::new(one, now)).collect(),
        updated: words::day(entry.updated_us),
        title: entry.title,
        domain: entry.domain,
        answer: entry.answer,
        region: entry.region,
        thanks,
        wrong: shown.wrong.is_some(),
    };
    Ok(render(&EntryPage { page, entry: view }))
}

/// What a reader thinks of an entry.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Judged {
    helpful: String,
    words: String,
}

/// Takes what a reader thinks.
pub async fn feedback(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Peer(peer): Peer,
    Path(id): Path<String>,
    Fields(judged): Fields<Judged>,
) -> PageResult<Response> {
    let back = format!("/k/{}", percent_encoded(&id));
    let words = clean(&judged.words);
    let fault = |error: ApiError| Fault::new(&visit, error).keeping(&words).back(&back);
    app.rates().search(peer).map_err(fault)?;
    let Ok(helpful) = judged.helpful.parse::<bool>() else {
        return Err(fault(ApiError::new(ErrorCode::Invalid, "请返回选“有帮助”或“不对”。")));
    };
    let ctx =
        Ctx { actor: Actor::System { part: "web".to_owned() }, now: app.hotline().now(), trace: trace.0 };
    let kept = Some(words.as_str()).filter(|words| !helpful && !words.is_empty());
    let taken = app.hotline().library().feedback(&ctx, &id, helpful, kept).await;
    taken.map_err(|error| fault(error.into()))?;
    Ok(Redirect::to(&format!("{back}?thanks={helpful}#helpful")).into_response())
}
