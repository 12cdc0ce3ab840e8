//! casework: see docs/architecture.md.
