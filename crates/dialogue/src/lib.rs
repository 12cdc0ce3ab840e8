//! dialogue: see docs/architecture.md.
