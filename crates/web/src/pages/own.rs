//! What a citizen does with a ticket of his own, however he proves that it is his: from a chat, or by number and proof
//! ([`super::tickets`]).

use api::citizen::tickets;
use api::dto::progress::{TicketProgress, TicketStep};
use api::edge::FILES_AT_ONCE;
use api::text::clean;
use api::trace::Trace;
use api::{ApiError, ApiResult, App};
use askama::Template;
use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::ErrorCode;
use serde::Deserialize;

use super::form::{Fields, Loose};
use crate::fault::{Fault, PageResult, respond};
use crate::view::ticket::TicketView;
use crate::view::words;
use crate::visit::{Page, Visit, is_token, percent_encoded};

/// What a citizen's form asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub number: String,
    pub proof: String,
    pub words: String,
    pub step: String,
    pub solved: Option<bool>,
    pub satisfied: Option<bool>,
    pub in_time: Option<bool>,
}

/// What the page shows.
#[derive(Debug, Default)]
pub struct Look {
    pub number: String,
    pub proof: String,
    pub error: String,
    pub found: bool,
    pub ticket: TicketView,
    pub thanks: String,
    /// Where words and files go, steps, and files come from.
    pub action: String,
    pub steps: String,
    pub files: String,
    pub by_chat: bool,
    /// What was written and not accepted, and in which form: `words`, `answer`, `urge`, `withdraw`, `rate`.
    pub words: String,
    pub of: String,
    pub back: String,
}

impl Look {
    /// What stands in a form's field.
    pub fn kept(&self, form: &str) -> &str {
        if self.of == form { &self.words } else { "" }
    }
}

#[derive(Template)]
#[template(path = "ticket.html")]
struct ChatTicketPage {
    page: Page,
    look: Look,
}

/// The step of a form.
pub fn step_of(asked: &Asked) -> TicketStep {
    TicketStep {
        step: asked.step.clone(),
        words: clean(&asked.words),
        solved: asked.solved,
        satisfied: asked.satisfied,
        in_time: asked.in_time,
    }
}

/// What is said after a step, by how the ticket stands then.
pub fn after(step: &str, progress: &TicketProgress) -> Look {
    let by = progress.due_us.map(words::due).unwrap_or_default();
    let thanks = match (step, progress.state.as_str()) {
        ("urge", _) => "已经替您催了，承办单位马上能看到。".to_owned(),
        ("withdraw", "withdrawn") => "已按您的意思撤回。以后还需要办理，随时再告诉我们。".to_owned(),
        ("answer", _) => "谢谢您的补充，已经转给承办单位，接着办理。".to_owned(),
        ("rate", "called_back" | "archived") => "谢谢您的评价，我们收到了。".to_owned(),
        ("rate", _) => format!("很抱歉没有给您办好。已经退回重新办理，{by}前再给您答复。"),
        ("words", _) => ADDED.to_owned(),
        _ => String::new(),
    };
    Look { thanks, ..Look::default() }
}

const ADDED: &str = "补充的情况已经记下，承办人能看到。";

/// What a form with files brings.
#[derive(Debug, Default)]
pub struct Material {
    pub asked: Asked,
    files: Vec<(String, Vec<u8>)>,
}

/// A form that could not be read.
pub fn unread() -> ApiError {
    ApiError::new(ErrorCode::Invalid, "提交的内容没有读全，请按浏览器的返回键再提交一次，您写的还在。")
}

/// Why a form could not be read to its end.
pub fn broken(error: &MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let words = format!("照片或文件太大了：每个不超过5MB，一次最多{FILES_AT_ONCE}个。请分几次提交。");
        ApiError::new(ErrorCode::TooLarge, words)
    } else {
        unread()
    }
}

impl Material {
    /// Reads all that is left of a form.
    pub async fn read(&mut self, form: &mut Multipart) -> ApiResult<()> {
        while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
            self.part(field).await?;
        }
        Ok(())
    }

    /// Reads a field or a file.
    pub async fn part(&mut self, field: Field<'_>) -> ApiResult<()> {
        if field.file_name().is_some() {
            return self.file(field).await;
        }
        let name = field.name().unwrap_or_default().to_owned();
        let value = field.text().await.map_err(|error| broken(&error))?;
        match name.as_str() {
            "number" => self.asked.number = value,
            "proof" => self.asked.proof = value,
            "words" => self.asked.words = value,
            _ => {}
        }
        Ok(())
    }

    async fn file(&mut self, field: Field<'_>) -> ApiResult<()> {
        let name = field.file_name().unwrap_or_default().to_owned();
        let content = field.bytes().await.map_err(|error| broken(&error))?;
        // A field in which nothing was chosen comes with an empty name.
        if name.is_empty() && content.is_empty() {
            return Ok(());
        }
        if self.files.len() >= FILES_AT_ONCE {
            let words = format!("一次最多交{FILES_AT_ONCE}个文件，请分几次提交。");
            return Err(ApiError::new(ErrorCode::TooLarge, words));
        }
        self.files.push((name, content.to_vec()));
        Ok(())
    }

    /// Keeps what was brought. A file that is not accepted does not keep back the rest.
    pub async fn add(&self, app: &App, trace: &Trace, number: &str, proof: &str) -> ApiResult<Look> {
        use std::fmt::Write as _;
        let said = clean(&self.asked.words);
        if said.is_empty() && self.files.is_empty() {
            let words = "还没有写内容，也没有选照片。请写下要补充的情况，或选好照片再提交。";
            return Err(ApiError::new(ErrorCode::Invalid, words));
        }
        if !said.is_empty() {
            tickets::add(app, trace, number, proof, &said).await?;
        }
        let mut kept = 0;
        let mut refused = String::new();
        for (name, content) in &self.files {
            match tickets::keep(app, trace, number, proof, name, content).await {
                Ok(_) => kept += 1,
                Err(error) => {
                    let name: String = clean(name).chars().take(40).collect();
                    // Writing to a String cannot fail.
                    let _ = write!(refused, "“{name}”没有收下：{}", error.message());
                }
            }
        }
        let words = if said.is_empty() { "" } else { ADDED };
        let files = if kept == 0 { String::new() } else { format!("收到{kept}个文件。") };
        Ok(Look { thanks: format!("{words}{files}"), error: refused, ..Look::default() })
    }
}

/// What was just done, as it stands in the address after it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// A ticket of a chat: whoever has the chat's link may follow it.
pub async fn of_chat(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Path((token, number)): Path<(String, String)>,
    Loose(done): Loose<Done>,
) -> PageResult<Response> {
    let chat = Chat::new(&visit, &token, &number);
    let found = chat.look(&app, &trace).await?;
    let look = after(&done.done, &found);
    Ok(chat.page(&app, found, look, StatusCode::OK))
}

/// Adds words and files to a ticket of a chat.
pub async fn add_of_chat(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Path((token, number)): Path<(String, String)>,
    form: Result<Multipart, MultipartRejection>,
) -> PageResult<Response> {
    let chat = Chat::new(&visit, &token, &number);
    let mut form = form.map_err(|_| Fault::new(&chat.visit, unread()).back(&chat.here))?;
    let mut material = Material::default();
    // Before the files are read: is the chat one, and the ticket its own?
    let found = chat.look(&app, &trace).await?;
    let read = match app.rates().message(&token) {
        Ok(()) => material.read(&mut form).await,
        Err(error) => Err(error),
    };
    let added = match read {
        Ok(()) => material.add(&app, &trace, &number, &token).await,
        Err(error) => Err(error),
    };
    match added {
        Ok(told) if told.error.is_empty() && told.thanks == ADDED => Ok(chat.done("words")),
        // Files are spoken of one by one.
        Ok(told) => Ok(chat.page(&app, chat.look(&app, &trace).await?, told, StatusCode::OK)),
        Err(error) => Ok(chat.refused(&app, found, &material.asked.words, &error, "words")),
    }
}

/// Takes a step of a ticket of a chat.
pub async fn step_of_chat(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Path((token, number)): Path<(String, String)>,
    Fields(asked): Fields<Asked>,
) -> PageResult<Response> {
    let chat = Chat::new(&visit, &token, &number);
    let taken = match app.rates().message(&token) {
        Ok(()) => tickets::take(&app, &trace, &number, &token, step_of(&asked)).await,
        Err(error) => Err(error),
    };
    match taken {
        Ok(_) => Ok(chat.done(&asked.step)),
        Err(error) => {
            let found = chat.look(&app, &trace).await?;
            Ok(chat.refused(&app, found, &asked.words, &error, &asked.step))
        }
    }
}

/// A file of a ticket of a chat, to be saved.
pub async fn file_of_chat(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Path((token, number, id)): Path<(String, String, String)>,
) -> PageResult<Response> {
    let chat = Chat::new(&visit, &token, &number);
    let fetched = tickets::fetch(&app, &trace, &number, &token, &id).await;
    fetched.map_err(|error| Fault::new(&chat.visit, error).back(&chat.here))
}

/// A ticket looked at from the chat it came from.
struct Chat {
    visit: Visit,
    token: String,
    number: String,
    back: String,
    here: String,
}

impl Chat {
    fn new(visit: &Visit, token: &str, number: &str) -> Self {
        let back = if is_token(token) { format!("/chat/{token}") } else { "/".to_owned() };
        let here = format!("{back}/tickets/{}", percent_encoded(number));
        Self { visit: visit.back_to(&here), token: token.to_owned(), number: number.to_owned(), back, here }
    }

    async fn look(&self, app: &App, trace: &Trace) -> PageResult<TicketProgress> {
        let found = tickets::look(app, trace, &self.number, &self.token).await;
        found.map_err(|error| Fault::new(&self.visit, error).back(&self.back))
    }

    /// Back to the page, so that looking at it again does nothing twice.
    fn done(&self, step: &str) -> Response {
        Redirect::to(&format!("{}?done={}#done", self.here, percent_encoded(step))).into_response()
    }

    fn refused(&self, app: &App, found: TicketProgress, words: &str, error: &ApiError, of: &str) -> Response {
        error.log();
        let look = Look {
            error: error.message().to_owned(),
            of: of.to_owned(),
            words: words.to_owned(),
            ..Look::default()
        };
        self.page(app, found, look, error.status())
    }

    fn page(&self, app: &App, found: TicketProgress, look: Look, status: StatusCode) -> Response {
        let mut page = self.visit.page("办理进度");
        page.private = true;
        let look = Look {
            found: true,
            ticket: TicketView::new(found, app.hotline().now()),
            action: self.here.clone(),
            steps: format!("{}/steps", self.here),
            files: format!("{}/files", self.here),
            by_chat: true,
            back: self.back.clone(),
            ..look
        };
        respond(status, &ChatTicketPage { page, look })
    }
}
