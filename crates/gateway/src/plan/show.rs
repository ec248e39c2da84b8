//! A plan for people and for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Act, Content, Plan, Ready, Undo};

/// Version of the JSON. Keys that are renamed, removed or change their meaning raise it; new keys do not.
const VERSION: u32 = 1;

/// Whether passphrases are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Secrets {
    /// A note in their place.
    Hidden,
    /// As they are written to the file.
    Shown,
}

fn content(content: &Content, secrets: Secrets) -> String {
    match secrets {
        Secrets::Hidden => content.shown(),
        Secrets::Shown => content.reveal(),
    }
}

/// The plan in lines: each step with its reason, what is done, and what undoes it.
#[must_use]
pub fn text(plan: &Plan, secrets: Secrets) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "All devices are seen on {}; the internet is behind {}.", plan.inside, plan.uplink);
    for (number, step) in plan.steps.iter().enumerate() {
        let _ = writeln!(out, "\n{}. {}", number + 1, step.why);
        let _ = match &step.act {
            Act::Write { path, content: what } => {
                let lines = content(what, secrets).lines().fold(String::new(), |text, line| text + "      " + line + "\n");
                write!(out, "   write  {}\n{lines}", path.display())
            }
            Act::Set { path, value } => writeln!(out, "   set    {} to {value}", path.display()),
            Act::Run { command } => writeln!(out, "   run    {}", shell_words::join(command)),
            Act::Serve { command, ready, .. } => {
                writeln!(out, "   keep   {} ({})", shell_words::join(command), readiness(*ready))
            }
        };
        let _ = match &step.undo {
            Undo::Nothing => writeln!(out, "   undo   nothing remains of it"),
            Undo::Remove { path } => writeln!(out, "   undo   remove {}", path.display()),
            Undo::Set { path, value } => writeln!(out, "   undo   set {} to {value}, as it is now", path.display()),
            Undo::Run { command, .. } => writeln!(out, "   undo   {}", shell_words::join(command)),
            Undo::Stop { daemon } => writeln!(out, "   undo   end {daemon}"),
        };
    }
    for note in &plan.notes {
        let _ = writeln!(out, "\nNote: {note}.");
    }
    if !plan.missing.is_empty() {
        let _ = writeln!(out, "\nMissing: {}", missing(plan));
    }
    out
}

/// Programs that are missing, and the command that installs them.
#[must_use]
pub fn missing(plan: &Plan) -> String {
    let programs: Vec<_> = plan.missing.iter().map(|(program, _)| *program).collect();
    let mut packages: Vec<_> = plan.missing.iter().map(|(_, package)| *package).collect();
    packages.dedup();
    format!("{}; install with: apt-get install {}", programs.join(", "), packages.join(" "))
}

fn readiness(ready: Ready) -> String {
    match ready {
        Ready::Says(words) => format!("ready when it says {words}"),
        Ready::Accepts(address) => format!("ready when it answers at {address}"),
    }
}

/// The plan for programs.
#[must_use]
pub fn json(plan: &Plan, secrets: Secrets) -> Value {
    let steps: Vec<Value> = plan
        .steps
        .iter()
        .map(|step| {
            let act = match &step.act {
                Act::Write { path, content: what } => {
                    json!({ "act": "write", "path": path, "mode": "0600", "content": content(what, secrets) })
                }
                Act::Set { path, value } => json!({ "act": "set", "path": path, "value": value }),
                Act::Run { command } => json!({ "act": "run", "command": command }),
                Act::Serve { daemon, command, ready } => {
                    json!({ "act": "serve", "daemon": daemon, "command": command, "ready": readiness(*ready) })
                }
            };
            json!({ "why": step.why, "do": act, "undo": step.undo })
        })
        .collect();
    json!({
        "version": VERSION,
        "inside": plan.inside,
        "uplink": plan.uplink,
        "address": plan.address,
        "steps": steps,
        "missing": plan.missing.iter().map(|(program, package)| json!({ "program": program, "package": package })).collect::<Vec<_>>(),
        "notes": plan.notes,
    })
}
