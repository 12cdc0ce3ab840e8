//! Who may do what, and what must not be seen: accounts, logins, permissions, the audit chain, masking, sealing.
//!
//! Invariants:
//! - Passwords are kept as Argon2id hashes, session tokens as SM3 hashes, callers' numbers as keyed SM3; the values themselves
//!   are nowhere in the database.
//! - An unknown account and a wrong password answer alike, in the same time.
//! - A permission comes from a role and a role only; data outside a person's scope is refused whatever the role.
//! - [`mask_text`] leaves no valid 18-digit identity number and no mobile number standing, in time linear in the text.
//! - The audit chain only grows; a changed, removed or inserted link shows in [`audit::verify`].
//!
//! Deliberately absent: HTTP and cookies (`api`), single sign-on, SM2 (no signature is needed yet), rate limits by address
//! (`api`), masking of names inside running text (a name is only known where it is a field: [`mask_name`]).

pub mod account;
pub mod audit;
mod error;
mod keys;
mod mask;
mod masked;
mod password;
mod permission;
mod sign;
pub mod sql;

pub use account::{Accounts, LoggedIn, NewStaff, Policy, Staff, StaffChange, Whoami};
pub use error::SecurityError;
pub use keys::Keys;
pub use mask::{mask_name, mask_phone, mask_text};
pub use masked::Masked;
pub use password::PasswordCost;
pub use permission::{Permission, authorise, covers, permissions};
pub use sign::{sign, signed};
