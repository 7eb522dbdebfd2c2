//! Variables that documents set, default and name differently.

use super::asked::parcels as found;

const NONE: [&str; 0] = [];

#[test]
fn variables_are_compared_wherever_they_are_set() {
    let files = [
        ("a.md", "# A\n```bash\nexport PARCEL_PORT=7000 PARCEL_MODE=\"fast\"\n```\n"),
        ("b.md", "# B\n```yaml\nenv:\n  - name: PARCEL_PORT\n    value: \"7001\"\n```\n"),
        (
            "c.md",
            "# C\n```yaml\nservices:\n  api:\n    image: parcel\n    environment:\n      PARCEL_MODE: slow\n```\n",
        ),
        ("d.md", "# D\nSet `PARCEL_PORT=7000`.\n"),
    ];
    assert_eq!(
        found("env/disagree", &files),
        ["a.md:3 7000; d.md:2 7000; b.md:5 7001", "a.md:3 fast; c.md:7 slow"]
    );
}

#[test]
fn defaults_are_compared_with_defaults() {
    let files = [
        (
            "a.md",
            "# A\n| Variable | Default | Meaning |\n|---|---|---|\n| `PARCEL_LOG_LEVEL` | `info` | how much |\n",
        ),
        ("b.md", "# B\n- `PARCEL_LOG_LEVEL`: how much (default: warn)\n"),
        (
            "c.md",
            "# C\n```python\nlevel = os.environ.get(\"PARCEL_LOG_LEVEL\", \"INFO\")\n```\n```bash\n# How much (default: info)\nPARCEL_LOG_LEVEL=debug\n```\n",
        ),
    ];
    assert_eq!(found("env/disagree", &files), ["a.md:4 info; c.md:3 INFO; c.md:6 info; b.md:2 warn"]);
}

#[test]
fn values_that_are_meant_to_differ_are_left_alone() {
    let files = [
        (
            "a.md",
            "# A\n## Set-up\n```bash\nPARCEL_RATE=1.0\nPARCEL_DSN=https://xxx@example.org\nPARCEL_OTLP=http://localhost:4317\nPARCEL_ROLE_NAME=a\n```\n",
        ),
        (
            "b.md",
            "# B\n## Production\n```bash\nPARCEL_RATE=0.1\nPARCEL_OTLP=http://collector.tracing:4317\n```\n",
        ),
        (
            "c.md",
            "# C\n## Troubleshooting\n```bash\nPARCEL_RATE=0.5 parcel serve\n```\nIf `PARCEL_RATE=2`, it fails.\n",
        ),
        (
            "d.md",
            "# D\n```yaml\nservices:\n  orders:\n    image: parcel\n    environment: [PARCEL_ROLE_NAME=orders]\n  bills:\n    image: parcel\n    environment: [PARCEL_ROLE_NAME=bills]\n```\n",
        ),
        ("e.md", "# E\n```bash\nPARCEL_OTLP=http://collector:4317\nPARCEL_RATE=\"1\"\n```\n"),
    ];
    assert_eq!(found("env/disagree", &files), NONE);
}

#[test]
fn ports_of_one_variable_differ_by_address_too() {
    let files = [
        ("a.md", "# A\n```bash\nPARCEL_OTLP=http://localhost:4317\n```\n"),
        ("b.md", "# B\n```bash\nPARCEL_OTLP=http://collector:4318\n```\n"),
    ];
    assert_eq!(found("env/disagree", &files), ["a.md:3 http://localhost:4317; b.md:3 http://collector:4318"]);
}

#[test]
fn one_block_that_sets_a_variable_twice_is_one_finding() {
    let twice = "# A\n```env\n# Orders\nPARCEL_NAME_OF=orders\n\n# Bills\nPARCEL_NAME_OF=bills\n```\n";
    assert_eq!(found("env/assigned-twice", &[("a.md", twice)]), ["a.md:4 orders; a.md:7 bills"]);
    assert_eq!(found("env/disagree", &[("a.md", twice)]), NONE);
    let choice = "# A\n```env\n# Local\nPARCEL_NAME_OF=orders\n\n# Production\nPARCEL_NAME_OF=bills\n```\n";
    assert_eq!(found("env/assigned-twice", &[("a.md", choice)]), NONE);
    let steps = "# A\n```bash\nexport PARCEL_NAME_OF=orders\nparcel serve\nexport PARCEL_NAME_OF=bills\nparcel serve\n```\n";
    assert_eq!(found("env/assigned-twice", &[("a.md", steps)]), NONE);
}

#[test]
fn a_variable_has_one_name() {
    let set = "# A\n```env\nPARCEL_APP__CACHE_SIZE=5\n```\n";
    let spoken = "# B\nRaise `CACHE_SIZE`.\n";
    let files = [("a.md", set), ("b.md", spoken)];
    assert_eq!(found("env/named-two-ways", &files), ["b.md:2 CACHE_SIZE; a.md:3 PARCEL_APP__CACHE_SIZE"]);
    let both = [("a.md", set), ("b.md", spoken), ("c.md", "# C\n```env\nCACHE_SIZE=5\n```\n")];
    assert_eq!(found("env/named-two-ways", &both), NONE);
}

#[test]
fn passwords_that_differ_are_a_note() {
    let files = [
        ("a.md", "# A\n- **Grafana**: http://localhost:3000 (admin/admin)\n"),
        ("b.md", "# B\n```yaml\ngrafana:\n  adminPassword: first-login\n```\n"),
    ];
    assert_eq!(found("credentials/disagree", &files), ["a.md:2 admin; b.md:4 first-login"]);
    assert_eq!(found("credentials/disagree", &files[..1]), NONE);
}

#[test]
fn services_have_names_of_their_own() {
    let a = "# A\n## Orders\n```env\nOTEL_SERVICE_NAME=parcel-orders\n```\n## Bills\n```env\nOTEL_SERVICE_NAME=parcel-bills\n```\n";
    assert_eq!(found("env/disagree", &[("a.md", a)]), NONE);
    let b = a.replace("## Orders", "## Variables").replace("## Bills", "## Start");
    assert_eq!(found("env/disagree", &[("a.md", &b)]), ["a.md:4 parcel-orders; a.md:8 parcel-bills"]);
}
