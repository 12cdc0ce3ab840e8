//! The description of the interface, assembled from the operations themselves.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{OpenApi as Document, PathItem};
use utoipa::{Modify, OpenApi};

use crate::error::ErrorBody;

/// The head of the document; operations and shapes are added by the routes.
#[derive(Debug, OpenApi)]
#[openapi(
    info(title = "民声 Minsheng", description = "政务服务便民热线平台接口", license(name = "Apache-2.0")),
    components(schemas(ErrorBody)),
    modifiers(&SessionScheme),
    tags(
        (name = "chat", description = "市民：在线咨询"),
        (name = "ticket", description = "市民：办理进度"),
        (name = "knowledge", description = "市民：办事知识"),
        (name = "health", description = "运行状况"),
    )
)]
pub struct Head;

struct SessionScheme;

impl Modify for SessionScheme {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let key = ApiKeyValue::with_description(
            crate::staff::COOKIE,
            "staff: the session cookie; every call that changes something also needs the header X-Requested-With: minsheng",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(key)));
    }
}

/// Marks every operation of a document as one for staff, but the one that begins a session.
pub fn needs_session(document: &mut Document) {
    for (path, item) in &mut document.paths.paths {
        let PathItem { get, put, post, delete, .. } = item;
        if path == "/session" {
            *post = post.take().map(|login| {
                let mut login = login;
                login.security = Some(Vec::new());
                login
            });
        }
        for operation in [get, put, post, delete].into_iter().flatten() {
            let own = SecurityRequirement::new::<_, [String; 0], String>("session", []);
            operation.security.get_or_insert_with(|| vec![own]);
        }
    }
}
