//! Prints the description of the API: `cargo run -p earwitness-web --example openapi > docs/schema/openapi-1.json`.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

fn main() {
    println!("{:#}", earwitness_web::openapi());
}
