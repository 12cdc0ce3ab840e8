//! Operations for staff: session, desk, supervision, contacts, tickets, libraries, scenarios, people, settings.
//!
//! Every handler takes [`Person`]: a session, and for what changes something the header that other sites cannot send. What the
//! person may do is decided by the service it calls; what the shell shows is sent as it is.

mod admin;
mod casework;
mod contacts;
mod desk;
mod dispatch;
mod drafts;
mod exchange;
mod intake;
mod learning;
mod liaison;
mod library;
mod live;
mod person;
mod phone;
mod scenarios;
mod session;
mod texts;
mod tickets;
mod upkeep;

use std::sync::Arc;

use config::Config;
use contact::Hotline;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Rooms;
use crate::sse::Closing;

pub use person::{COOKIE, Person};

/// What staff operations need.
#[derive(Clone)]
pub struct Staffed {
    /// The hotline.
    pub hotline: Hotline,
    /// The configuration.
    pub config: Arc<Config>,
    /// Ends live streams.
    pub closing: Closing,
    /// What is not on every site.
    pub rooms: Rooms,
}

impl std::fmt::Debug for Staffed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Staffed").finish_non_exhaustive()
    }
}

/// All operations for staff.
pub fn router(staffed: Staffed) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(session::login, session::whoami, session::logout))
        .routes(routes!(desk::view))
        .routes(routes!(desk::set_state))
        .routes(routes!(desk::accept))
        .routes(routes!(desk::decline))
        .routes(routes!(desk::reply))
        .routes(routes!(desk::transfer))
        .routes(routes!(desk::hang_up))
        .routes(routes!(desk::wrap_up))
        .routes(routes!(desk::contact))
        .routes(routes!(desk::suggestions))
        .routes(routes!(desk::ticket_draft))
        .routes(routes!(desk::ticket_open))
        .routes(routes!(phone::open, phone::close))
        .routes(routes!(phone::echo))
        .routes(routes!(phone::hold))
        .routes(routes!(phone::key))
        .routes(routes!(phone::assist))
        .routes(routes!(phone::take_over))
        .routes(routes!(phone::consult, phone::consult_end))
        .routes(routes!(phone::consult_together))
        .routes(routes!(phone::consult_answer))
        .routes(routes!(live::desk))
        .routes(routes!(live::supervision))
        .routes(routes!(contacts::list))
        .routes(routes!(contacts::detail))
        .routes(routes!(contacts::personal))
        .routes(routes!(contacts::supervision))
        .routes(routes!(tickets::list, tickets::open))
        .routes(routes!(tickets::full))
        .routes(routes!(tickets::dispatch))
        .routes(routes!(tickets::reply))
        .routes(routes!(tickets::archive))
        .routes(routes!(casework::step))
        .routes(routes!(casework::personal))
        .routes(routes!(casework::related))
        .routes(routes!(casework::recommendations))
        .routes(routes!(casework::reply_check))
        .routes(routes!(casework::attach))
        .routes(routes!(casework::file))
        .routes(routes!(casework::notices))
        .routes(routes!(casework::notice_read))
        .routes(routes!(casework::board))
        .routes(routes!(casework::repeats))
        .routes(routes!(casework::unsolved))
        .routes(routes!(casework::indicators))
        .routes(routes!(casework::window))
        .routes(routes!(dispatch::lessons, dispatch::lesson_begin))
        .routes(routes!(dispatch::lesson_use))
        .routes(routes!(dispatch::try_out))
        .routes(routes!(library::list, library::create))
        .routes(routes!(library::get, library::put))
        .routes(routes!(library::withdraw))
        .routes(routes!(library::history))
        .routes(routes!(library::import))
        .routes(routes!(intake::list, intake::add))
        .routes(routes!(intake::get, intake::put))
        .routes(routes!(intake::alike))
        .routes(routes!(intake::drafts))
        .routes(routes!(intake::give_up))
        .routes(routes!(intake::peek))
        .routes(routes!(intake::mappings, intake::mapping_put))
        .routes(routes!(intake::mapping_drop))
        .routes(routes!(drafts::list, drafts::create))
        .routes(routes!(drafts::get, drafts::put))
        .routes(routes!(drafts::check))
        .routes(routes!(drafts::submit))
        .routes(routes!(drafts::send_back))
        .routes(routes!(drafts::approve))
        .routes(routes!(drafts::give_up))
        .routes(routes!(upkeep::list))
        .routes(routes!(upkeep::beside))
        .routes(routes!(upkeep::recheck))
        .routes(routes!(upkeep::keeper))
        .routes(routes!(upkeep::confirm))
        .routes(routes!(upkeep::comment))
        .routes(routes!(upkeep::report))
        .routes(routes!(upkeep::reports))
        .routes(routes!(upkeep::handle))
        .routes(routes!(upkeep::test_add))
        .routes(routes!(upkeep::sources))
        .routes(routes!(upkeep::repeal))
        .routes(routes!(upkeep::gaps))
        .routes(routes!(upkeep::gap_draft))
        .routes(routes!(upkeep::gap_close))
        .routes(routes!(scenarios::list))
        .routes(routes!(scenarios::get, scenarios::put))
        .routes(routes!(scenarios::validate))
        .routes(routes!(scenarios::try_out))
        .routes(routes!(scenarios::schema))
        .routes(routes!(learning::overview))
        .routes(routes!(learning::choices))
        .routes(routes!(learning::labels))
        .routes(routes!(learning::check))
        .routes(routes!(learning::train))
        .routes(routes!(learning::use_version))
        .routes(routes!(learning::label_words))
        .routes(routes!(exchange::overview))
        .routes(routes!(exchange::waiting))
        .routes(routes!(exchange::letters))
        .routes(routes!(exchange::resend_all))
        .routes(routes!(exchange::resend))
        .routes(routes!(exchange::drop_letter))
        .routes(routes!(exchange::reconciliation))
        .routes(routes!(exchange::files))
        .routes(routes!(exchange::file))
        .routes(routes!(liaison::roster))
        .routes(routes!(liaison::hours))
        .routes(routes!(liaison::member))
        .routes(routes!(liaison::shifts))
        .routes(routes!(liaison::shift_drop))
        .routes(routes!(liaison::figures))
        .routes(routes!(liaison::home))
        .routes(routes!(liaison::station, liaison::ask))
        .routes(routes!(liaison::answer))
        .routes(routes!(liaison::leave))
        .routes(routes!(liaison::contact))
        .routes(routes!(liaison::say))
        .routes(routes!(liaison::follower, liaison::follow))
        .routes(routes!(liaison::ticket))
        .routes(routes!(liaison::ticket_step))
        .routes(routes!(texts::list))
        .routes(routes!(texts::again))
        .routes(routes!(admin::people, admin::person_create))
        .routes(routes!(admin::person_change))
        .routes(routes!(admin::password))
        .routes(routes!(admin::audit))
        .routes(routes!(admin::setting, admin::setting_put))
        .routes(routes!(admin::setting_history))
        .with_state(staffed)
}
