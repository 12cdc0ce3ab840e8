//! contact: see docs/architecture.md.
