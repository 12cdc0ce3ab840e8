//! routing: see docs/architecture.md.
