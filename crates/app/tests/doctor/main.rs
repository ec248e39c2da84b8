//! The doctor in network namespaces of the test's own.

#[cfg(test)]
mod lane;
#[cfg(test)]
mod seen;
#[cfg(test)]
#[path = "../common/shell.rs"]
mod shell;
#[cfg(test)]
mod sounds;
