//! Writes the requests of the tests, with their certificates and what becomes of them, as JSON for `scripts/skill_oracle.js`.

#![expect(clippy::print_stdout, reason = "it is what this is for")]
#![expect(clippy::unwrap_used, reason = "made of constants")]

#[path = "../tests/verify/cases.rs"]
mod cases;
#[path = "../tests/verify/made.rs"]
#[expect(dead_code, reason = "tests use all of it")]
mod made;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::made::{Key, anchors, root};

fn main() {
    let trusted = anchors();
    let case = |it: cases::Case| {
        json!({
            "name": it.name,
            "body": it.sent.body,
            "headers": it.sent.headers.iter().cloned().collect::<BTreeMap<_, _>>(),
            "now": it.sent.now,
            "chain": it.sent.certificates.pem(),
            "taken": it.sent.taken(&trusted).is_ok(),
            "expected": it.refused.is_none(),
            "differs": it.differs,
        })
    };
    let all: Vec<Value> = cases::cases().into_iter().map(case).collect();
    println!("{}", json!({ "root": root(Key::Root).pem(), "cases": all }));
}
