//! The gateway in network namespaces of the test's own: real daemons, real packets, real kills.

#[cfg(test)]
mod bridge;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod house;
#[cfg(test)]
mod radio;
#[cfg(test)]
#[path = "../common/shell.rs"]
mod shell;
#[cfg(test)]
mod wired;
