//! JSON kept in TEXT columns.

use serde::{Serialize, de::DeserializeOwned};

use crate::StoreError;

/// The JSON text of a value; `what` names it in the error.
///
/// # Errors
/// When the value has no JSON form (a map with keys that are not text).
pub fn to_json(what: &'static str, value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Json { what, source })
}

/// The value a stored JSON text holds; `what` names it in the error.
///
/// # Errors
/// When the text does not fit the type.
pub fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Json { what, source })
}
