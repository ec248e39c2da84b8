//! What every part of the program that touches the machine needs: its clocks, other people's programs, result files that are whole or not
//! there, whose links and folders it may write to, files that a person wrote (encodings, columns, moments, faults), and numbers and strangers' names as text.

pub mod clock;
pub mod columns;
pub mod encoding;
pub mod misread;
pub mod moment;
pub mod outfile;
pub mod program;
pub mod say;
pub mod text;
pub mod trust;
pub mod words;
