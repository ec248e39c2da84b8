//! `earwitness capture`: the only command with a network privilege, and the only thing that it does.
//!
//! It is built twice: into `earwitness`, and as the program `earwitness-capture`, which the Debian package can give the privilege without
//! giving it to everything else that `earwitness` does. `command` captures, `list` shows interfaces, `rights` says who may, `stop` is how it is asked to end.

pub mod command;
mod list;
pub mod rights;
pub mod stop;
