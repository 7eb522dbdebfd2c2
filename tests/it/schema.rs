//! Generated files are fresh: each is regenerated and compared.

use std::fs;
use std::path::Path;

#[test]
fn the_schemas_are_those_of_the_code() {
    let schemas = [
        ("fixtures/schema/scenario.json", probity::scenario::schema()),
        ("fixtures/schema/contract.json", probity::contract::schema()),
        ("reports/schema.json", probity::report::schema()),
    ];
    for (file, schema) in schemas {
        let name = Path::new(file).file_stem().expect("a name").to_string_lossy().into_owned();
        let of = if file.starts_with("reports") { "report" } else { name.as_str() };
        let fresh = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        let kept =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("it is shipped");
        assert!(fresh == kept, "{file} is stale: cargo run -- schema {of} > {file}");
    }
}
