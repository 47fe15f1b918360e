//! Derive macros of `dynamo-model`.
