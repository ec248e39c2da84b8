//! Says for each line of standard input what it means: `who is listening` is `WhoListens`; nothing that is known is `none`. Arguments are the names of devices.

#![expect(clippy::print_stdout, reason = "it is what this is for")]

use earwitness_voice::understand;

fn main() -> std::io::Result<()> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    for line in std::io::stdin().lines() {
        println!("{}", understand(&line?, &names).map_or_else(|| "none".to_owned(), |it| format!("{it:?}")));
    }
    Ok(())
}
