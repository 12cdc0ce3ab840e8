//! What search engines are told: which pages there are, and which they are to leave alone.
//!
//! Built from what may be read today: an entry that is taken out of use, or out of force, is gone from it at once.

use std::fmt::Write as _;

use api::cached;
use api::error::no_such_address;
use api::site::Base;
use api::{ApiError, App};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use knowledge::service::PublicAddress;

use crate::view::words;

/// The most addresses of one file (sitemaps.org).
const MOST: usize = 50_000;
const XML: &str = "application/xml; charset=utf-8";
/// Pages beside the entries.
const PAGES: [&str; 3] = ["/", "/k", "/accessibility"];

/// `robots.txt`: chats, tickets and the console are nobody's but their people's.
pub async fn robots(base: Base) -> Response {
    let mut text = "User-agent: *\n".to_owned();
    for path in ["/chat", "/tickets", "/console", "/api/", "/mcp", "/call", "/elder", "/k?q="] {
        let _ = writeln!(text, "Disallow: {path}");
    }
    let _ = write!(text, "\nSitemap: {}\n", base.to("/sitemap.xml"));
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// The site map, or the list of its parts where one file cannot hold it.
pub async fn index(State(app): State<App>, base: Base, headers: HeaderMap) -> Response {
    let urls = urls(&app, &base);
    let text = match urls.len() {
        0..=MOST => set(&urls),
        more => parts(&base, more.div_ceil(MOST)),
    };
    cached::kept(&headers, XML, text.into_bytes())
}

/// A part of the site map: `1.xml`.
pub async fn part(
    State(app): State<App>,
    base: Base,
    headers: HeaderMap,
    Path(part): Path<String>,
) -> Result<Response, ApiError> {
    let number = part.strip_suffix(".xml").and_then(|number| number.parse::<usize>().ok());
    let number = number.filter(|number| *number >= 1).ok_or_else(no_such_address)?;
    let urls = urls(&app, &base);
    let slice = urls.chunks(MOST).nth(number - 1).ok_or_else(no_such_address)?;
    Ok(cached::kept(&headers, XML, set(slice).into_bytes()))
}

/// An address of the map.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    url: String,
    /// When it was last changed, where that is known.
    changed: Option<String>,
}

fn urls(app: &App, base: &Base) -> Vec<Place> {
    let library = app.hotline().library();
    let today = app.hotline().now().day();
    let domains = library.public_domains(today);
    let fixed = PAGES.iter().map(|path| base.to(path)).chain(domains.keys().map(|name| base.domain(name)));
    let fixed = fixed.map(|url| Place { url, changed: None });
    fixed.chain(library.public_addresses(today).iter().map(|entry| place(base, entry))).collect()
}

fn place(base: &Base, entry: &PublicAddress) -> Place {
    Place { url: base.entry(&entry.id), changed: Some(words::iso(entry.updated_us)) }
}

fn set(places: &[Place]) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
        .to_owned();
    for place in places {
        let _ = write!(text, "<url><loc>{}</loc>", escaped(&place.url));
        if let Some(changed) = &place.changed {
            let _ = write!(text, "<lastmod>{changed}</lastmod>");
        }
        text.push_str("</url>\n");
    }
    text.push_str("</urlset>\n");
    text
}

fn parts(base: &Base, number: usize) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
        .to_owned();
    for part in 1..=number {
        let _ = writeln!(
            text,
            "<sitemap><loc>{}</loc></sitemap>",
            escaped(&base.to(&format!("/sitemap/{part}.xml")))
        );
    }
    text.push_str("</sitemapindex>\n");
    text
}

/// The base comes from a setting, where anything may stand.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(number: usize) -> Vec<Place> {
        (0..number).map(|at| Place { url: format!("https://a.cn/k/e{at}"), changed: None }).collect()
    }

    #[test]
    fn every_address_stands_in_one_part() {
        let all = places(MOST + 2);
        let sizes: Vec<usize> = all.chunks(MOST).map(|part| set(part).matches("<loc>").count()).collect();
        assert_eq!(sizes, [MOST, 2]);
        let index = parts(&Base("https://a.cn".to_owned()), all.len().div_ceil(MOST));
        assert_eq!(index.matches("<loc>https://a.cn/sitemap/").count(), 2);
        // A file of a map may hold 50 MB.
        assert!(set(all.get(..MOST).expect("enough")).len() < 50 * 1024 * 1024);
    }

    #[test]
    fn addresses_are_escaped() {
        let place =
            Place { url: "https://a.cn/k?a=1&b=<".to_owned(), changed: Some("2026-01-01".to_owned()) };
        assert!(
            set(&[place]).contains("<loc>https://a.cn/k?a=1&amp;b=&lt;</loc><lastmod>2026-01-01</lastmod>")
        );
    }
}
