//! Public knowledge: found, read, judged.

use api::citizen::knowledge::{find, list, read};
use api::dto::knowledge::{PublicEntry, PublicHit, PublicListing, PublicSearch};
use api::text::clean;
use api::trace::{Peer, Trace};
use api::{ApiError, App};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Actor, Ctx, ErrorCode, Micros};
use serde::Deserialize;

use super::form::{Fields, Loose};
use crate::fault::{Fault, PageResult, render};
use crate::view::citation::{CitationView, law};
use crate::view::{linked, words};
use crate::visit::{Page, Visit, percent_encoded};

/// Entries on a page of a domain.
const OF_DOMAIN: u32 = 50;
const HITS: u32 = 12;
/// The longest description of a page, in characters: what lists of search engines show of it.
const DESCRIPTION_CHARS: usize = 120;

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    page: Page,
    find: Find,
}

/// A way to another page of a list.
#[derive(Debug)]
struct Turn {
    query: String,
    words: &'static str,
    /// `prev` or `next`, as links name it.
    rel: &'static str,
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
    turns: Vec<Turn>,
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
    /// The same for search engines (schema.org), as JSON that may stand in a page.
    linked: String,
}

/// An entry in words.
#[derive(Debug)]
pub struct EntryView {
    pub id: String,
    pub title: String,
    pub domain: String,
    pub domain_query: String,
    pub answer: String,
    pub clauses: Vec<CitationView>,
    pub region: String,
    pub updated: String,
    /// The address of its page.
    pub url: String,
    /// The day on which it is looked at.
    pub today: String,
    pub thanks: &'static str,
    pub wrong: bool,
}

impl EntryView {
    /// An entry as it is looked at now.
    pub fn new(entry: PublicEntry, now: Micros) -> Self {
        Self {
            id: percent_encoded(&entry.entry_id),
            domain_query: format!("domain={}", percent_encoded(&entry.domain)),
            clauses: entry.clauses.iter().map(|one| CitationView::new(one, now)).collect(),
            updated: words::day(entry.updated_us),
            today: words::day(now.0),
            title: entry.title,
            domain: entry.domain,
            answer: entry.answer,
            region: entry.region,
            url: entry.url,
            thanks: "",
            wrong: false,
        }
    }
}

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    domain: String,
    page: Option<String>,
}

/// The search page: found by words, or listed by domain.
pub async fn search(
    State(app): State<App>,
    visit: Visit,
    Peer(peer): Peer,
    Loose(asked): Loose<Asked>,
) -> Response {
    let Asked { q, domain, page: number } = asked;
    let q: String = clean(&q).chars().take(200).collect();
    let number = number.and_then(|number| number.parse::<u32>().ok()).unwrap_or(1).clamp(1, 10_000);
    let mut shown = Find { domains: domains(&app, &q, &domain), ..Find::default() };
    shown.has_domains = !shown.domains.is_empty();
    shown.open = q.is_empty() && domain.is_empty();
    if let Err(error) = app.rates().search(peer) {
        error.message().clone_into(&mut shown.error);
    } else if q.is_empty() && domain.is_empty() {
        "写几个字就能搜，也可以按类别看。每条都写明依据和有效期。".clone_into(&mut shown.summary);
    } else if q.is_empty() {
        listed(&app, &visit, &domain, number, &mut shown);
    } else {
        let search = PublicSearch {
            q: q.clone(),
            domain: Some(domain.clone()).filter(|domain| !domain.is_empty()),
            limit: Some(HITS),
            ..PublicSearch::default()
        };
        match find(&app, &visit.base, &search) {
            Ok(found) => shown.hits = found.hits.iter().map(hit).collect(),
            Err(error) => error.message().clone_into(&mut shown.error),
        }
        told(&mut shown);
    }
    let mut page = visit.page(&heading(&q, &domain, number));
    page.at = "k";
    // What somebody looked for is no page of its own for search engines.
    page.private = !q.is_empty() || shown.nothing;
    page.canonical = match (domain.as_str(), number) {
        ("", _) => visit.base.to("/k"),
        (name, 1) => visit.base.domain(name),
        (name, number) => format!("{}&page={number}", visit.base.domain(name)),
    };
    page.description = if domain.is_empty() {
        format!("{}的办事知识：政策、办理条件、材料和流程，每条都写明依据、文号和有效期。", visit.site())
    } else {
        format!("{domain}方面的办事知识：政策、办理条件、材料和流程，每条都写明依据、文号和有效期。")
    };
    (shown.q, shown.domain) = (q, domain);
    render(&SearchPage { page, find: shown })
}

fn heading(q: &str, domain: &str, number: u32) -> String {
    let of = match (q, domain) {
        ("", "") => "办事知识".to_owned(),
        ("", domain) => format!("{domain} - 办事知识"),
        (q, _) => format!("{q} - 办事知识"),
    };
    if number > 1 { format!("{of}（第{number}页）") } else { of }
}

fn told(shown: &mut Find) {
    shown.nothing = shown.hits.is_empty();
    shown.summary = if shown.nothing {
        "没有找到合适的。".to_owned()
    } else {
        format!("找到 {} 条", shown.hits.len())
    };
}

fn listed(app: &App, visit: &Visit, domain: &str, number: u32, shown: &mut Find) {
    let listing = PublicListing {
        domain: Some(domain.to_owned()),
        limit: Some(OF_DOMAIN),
        page: Some(number),
        ..PublicListing::default()
    };
    match list(app, &visit.base, &listing) {
        Ok(found) => {
            shown.nothing = found.entries.is_empty();
            shown.hits = found.entries.into_iter().map(listed_hit).collect();
            let pages = found.total.div_ceil(OF_DOMAIN as usize) as u32;
            shown.summary = match pages {
                0 => "没有找到合适的。".to_owned(),
                1 => format!("共 {} 条", found.total),
                _ => format!("共 {} 条，第 {number} 页，共 {pages} 页", found.total),
            };
            let to = |number: u32| format!("domain={}&page={number}", percent_encoded(domain));
            if number > 1 && number <= pages {
                shown.turns.push(Turn { query: to(number - 1), words: "上一页", rel: "prev" });
            }
            if number < pages {
                shown.turns.push(Turn { query: to(number + 1), words: "下一页", rel: "next" });
            }
        }
        Err(error) => error.message().clone_into(&mut shown.error),
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
    let entry = read(&app, &visit.base, &id).map_err(|error| Fault::new(&visit, error).back("/k"))?;
    let mut page = visit.page(&entry.title);
    page.at = "k";
    page.canonical.clone_from(&entry.url);
    page.description = short(&entry.answer);
    let linked = linked::entry(&entry, visit.site(), &visit.base);
    let mut view = EntryView::new(entry, app.hotline().now());
    view.thanks = match shown.thanks.as_deref() {
        Some("true") => "谢谢，很高兴帮到您。",
        Some(_) => "谢谢您指出来，我们会核实。",
        None => "",
    };
    view.wrong = shown.wrong.is_some();
    Ok(render(&EntryPage { page, entry: view, linked }))
}

/// The beginning of a text on one line.
pub fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut letters = line.chars();
    let begun: String = letters.by_ref().take(DESCRIPTION_CHARS).collect();
    if letters.next().is_some() { format!("{begun}…") } else { begun }
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
