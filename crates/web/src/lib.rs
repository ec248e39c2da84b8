//! The household's page: what was found, served to who has the key, on the machine that found it.
//!
//! [`Home`] is what there is to be read; [`Server`] is a thread that answers. Every request passes the doors (`doors`) before anything looks at where it
//! leads; behind them no path of a request is one of a file, and nothing that comes in is run. [`Access`] says who may come in, [`Keys`] is what is kept of passwords and tokens. [`Listener`] bounds connections, also for others who serve strangers.

mod api;
mod doors;
mod dress;
mod forms;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod home;
mod household;
mod kept;
mod listen;
mod living;
mod looks;
mod openapi;
mod pages;
mod routes;
mod server;
mod shown;
mod site;
mod slice;
mod snapshot;
mod streams;
mod tls;

pub use self::doors::{Fault, Keys, Password, Scope, Token, Unfit};
pub use self::home::{Home, Material};
pub use self::household::{Check, Household, Plan, Reading, Session, Told, Wish};
pub use self::kept::{Count, Course, Export, Kept, Kind, MOST_COUNTS, MOST_KEPT};
pub use self::listen::{Answer, Ends, Listener, Live, READING, read};
pub use self::openapi::document as openapi;
pub use self::server::{Access, Failure, PORT, Server};
pub use self::shown::Content;
pub use self::tls::{Tls, TlsFault};
