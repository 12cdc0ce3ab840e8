//! Matters that outlive a contact: tickets from registration to archive, deadlines, the record of every step.
//!
//! (being written)
