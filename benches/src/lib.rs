//! This project beside the SDK and its peers: what each needs for the same work. See `README.md`.

pub mod canned;
pub mod check;
pub mod compile;
pub mod contender;
pub mod measure;
pub mod order;
pub mod work;
