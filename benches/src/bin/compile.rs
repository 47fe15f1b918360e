//! Generates and compiles crates of fifty entities. Prints JSON.

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = benches.join("target/compile");
    let compiled = dynamo_model_benches::compile::measure(&root, benches)?;
    println!("{}", serde_json::to_string(&compiled)?);
    Ok(())
}
