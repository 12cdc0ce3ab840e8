//! security: see docs/architecture.md.
