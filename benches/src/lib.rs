//! This project beside the SDK and its peers: what each needs for the same work. See `README.md`.

#![forbid(unsafe_code)]

pub mod canned;
pub mod check;
pub mod compile;
pub mod contender;
pub mod end_to_end;
pub mod measure;
pub mod order;
pub mod plot;
pub mod report;
pub mod work;
