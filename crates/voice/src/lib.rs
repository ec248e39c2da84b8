//! What people say to earwitness and ask of it.
//!
//! One table of [`sentences`] is understood here ([`understand()`]), is the [`grammar()`] of an offline recogniser, and is what voice assistants are given ([`assist`],
//! [`alexa`]). Whatever is not a sentence of the table is not understood: nothing is guessed, since a wrong action is worse than none.

mod answer;
mod assistants;
mod dialogue;
mod grammar;
mod intent;
mod name;
mod number;
mod table;
mod template;
mod understand;
mod words;

pub use self::answer::{DeviceFacts, Facts, Running, SessionFacts, answer, confirm, done, passed, unknown};
pub use self::assistants::{alexa, assist};
pub use self::dialogue::{Act, Awaited, Dialogue};
pub use self::grammar::{Expected, grammar, listening, vocabulary};
pub use self::intent::{Asked, Clock, Intent, Kind, Period};
pub use self::name::spoken;
pub use self::number::LONGEST_PAUSE;
pub use self::table::{Sentences, sentences};
pub use self::template::{Slot, Template, TemplateError};
pub use self::understand::{device_said, period_said, understand};
