//! What the library's documentation says of mocks, compiled and run. The tests are in `tests/`.

#[cfg(doctest)]
#[doc = include_str!("../../../dynamo-model/docs/mocks.md")]
mod documented {}
