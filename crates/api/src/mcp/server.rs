//! The server that other assistants speak to: two tools, and every entry in force as a resource.

use rmcp::ErrorData;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Resource, ResourceContents,
    ResourceTemplate, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};

use super::told::{self, Spoken};
use super::tools::{self, AnswerInput, SearchInput};
use crate::app::App;
use crate::citizen::knowledge::{find, list, on_day, place};
use crate::dto::knowledge::{PublicListing, PublicSearch};
use crate::site::Base;

/// Before the id of an entry.
const SCHEME: &str = "minsheng://knowledge/";
const MARKDOWN: &str = "text/markdown";
/// Resources of one page.
const LISTED: u32 = 100;
/// Findings of a search that names no number.
const HITS: u32 = 5;

/// One request's server: made for it, gone with it.
#[derive(Debug)]
pub struct Server {
    app: App,
}

impl Server {
    pub fn new(app: App) -> Self {
        Self { app }
    }

    fn base(&self, context: &RequestContext<RoleServer>) -> Base {
        let parts = context.extensions.get::<axum::http::request::Parts>();
        parts.map_or_else(|| Base(String::new()), |parts| Base::of(&self.app, &parts.headers))
    }

    fn site(&self) -> String {
        let site = self.app.hotline().site();
        site.lines.get("12345").map_or_else(|| "政务服务热线".to_owned(), |line| line.name.clone())
    }

    fn today(&self) -> String {
        self.app.hotline().now().day().to_string()
    }

    fn search(&self, base: &Base, given: SearchInput) -> Result<Spoken, String> {
        let search = PublicSearch {
            q: tools::question(&given.query)?,
            domain: given.domain,
            region: given.region,
            limit: Some(given.limit.unwrap_or(HITS).clamp(1, tools::MOST_HITS)),
            page: None,
        };
        let hits = find(&self.app, base, &search).map_err(|error| error.message().to_owned())?;
        Ok(told::found(base, &hits, &self.today()))
    }

    fn answer(&self, base: &Base, given: &AnswerInput) -> Result<Spoken, String> {
        let question = tools::question(&given.question)?;
        let place = place(&self.app, given.region.as_deref()).map_err(|error| error.message().to_owned())?;
        let place = place.unwrap_or_else(|| self.app.config().knowledge.region.clone());
        let came_to = self.app.hotline().tell(&question, Some(&place));
        Ok(told::told(base, came_to, &self.site(), &self.today()))
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let about = Implementation::new("minsheng", env!("CARGO_PKG_VERSION")).with_title(self.site());
        let words = "这是政务服务热线公开的办事知识，只读。回答市民的问题用 answer：有依据才答，请原样引用并附上依据和网址；\
            answered 为 false 时不要自行编造，照 message 告诉市民怎么办。查找条目用 search。遇到生命危险先请市民拨打应急电话。";
        let can = ServerCapabilities::builder().enable_tools().enable_resources().build();
        ServerConfig::new(can).with_server_info(about).with_instructions(words)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::all().into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let base = self.base(&context);
        let spoken = match request.name.as_ref() {
            "search" => tools::input(request.arguments).and_then(|given| self.search(&base, given)),
            "answer" => tools::input(request.arguments).and_then(|given| self.answer(&base, &given)),
            _ => return Err(ErrorData::invalid_params("没有这个工具，请用 search 或 answer。", None)),
        };
        let result = match spoken {
            Ok(spoken) => {
                let mut result = CallToolResult::success(vec![ContentBlock::text(spoken.text)]);
                result.structured_content = Some(spoken.value);
                result
            }
            // The model on the other side reads it and puts its question right.
            Err(words) => CallToolResult::error(vec![ContentBlock::text(words)]),
        };
        Ok(result.into())
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let page = match request.and_then(|request| request.cursor) {
            None => 1,
            Some(cursor) => cursor.parse::<u32>().ok().filter(|page| *page > 1).ok_or_else(|| {
                ErrorData::invalid_params("翻页的标记不对，请用上一页给出的 nextCursor。", None)
            })?,
        };
        let listing = PublicListing { limit: Some(LISTED), page: Some(page), ..PublicListing::default() };
        let found = list(&self.app, &self.base(&context), &listing).map_err(|error| refused(&error))?;
        let more = found.total > page as usize * LISTED as usize;
        let resource = |entry: crate::dto::knowledge::PublicEntry| {
            Resource::new(format!("{SCHEME}{}", entry.entry_id), entry.entry_id)
                .with_title(entry.title)
                .with_description(entry.domain)
                .with_mime_type(MARKDOWN)
        };
        let mut result =
            ListResourcesResult::with_all_items(found.entries.into_iter().map(resource).collect());
        result.next_cursor = more.then(|| (page + 1).to_string());
        Ok(result)
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let entry = ResourceTemplate::new(format!("{SCHEME}{{id}}"), "entry")
            .with_title("办事知识条目")
            .with_description("一条办事知识：答复和今天有效的依据。id 由 search 给出。")
            .with_mime_type(MARKDOWN);
        Ok(ListResourceTemplatesResult::with_all_items(vec![entry]))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let base = self.base(&context);
        let id = request.uri.strip_prefix(SCHEME).unwrap_or_default();
        let entry = on_day(&self.app, &base, id, None)
            .map_err(|error| ErrorData::resource_not_found(error.message().to_owned(), None))?;
        let text = told::document(&base, &entry);
        let contents = ResourceContents::text(text, request.uri).with_mime_type(MARKDOWN);
        Ok(ReadResourceResult::new(vec![contents]).into())
    }
}

fn refused(error: &crate::error::ApiError) -> ErrorData {
    ErrorData::invalid_params(error.message().to_owned(), None)
}
