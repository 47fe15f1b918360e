use dynamo_model_benches::check;
use dynamo_model_benches::measure::*;
use std::path::Path;
fn main() {
    check::same_results();
    check::same_requests().unwrap();
    for (c, o) in each() {
        println!(
            "{:?}",
            callgrind::count(
                Path::new("target/release/subject"),
                Path::new("target"),
                c,
                o
            )
            .unwrap()
        );
    }
}
