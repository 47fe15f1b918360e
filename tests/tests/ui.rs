//! What the compiler says to a wrong model: one error for each mistake, at the token that made it, naming the fix.
//!
//! `TRYBUILD=overwrite cargo test -p dynamo-model-tests --test ui` records the messages. There are no passing
//! cases, so that trybuild only checks and never links: what must compile is in `hygiene.rs`.

#[test]
fn mistakes() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
