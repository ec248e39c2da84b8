//! Indents JSON as `serde_json` does, each line break with all of its indentation in one piece: a report is mostly short lines, and
//! `PrettyFormatter` writes one piece for every level.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// A comma, a line feed and the indentation of the deepest level that is written at once.
const BREAK: &[u8] = b",\n                                ";

/// Spaces of a level.
const STEP: usize = 2;

/// Writes what `serde_json::ser::PrettyFormatter` writes.
#[derive(Default)]
pub(super) struct Indented {
    depth: usize,
    /// Whether the innermost list or object has held anything yet.
    filled: bool,
}

impl Indented {
    fn open<W: ?Sized + Write>(&mut self, bracket: &[u8], out: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        out.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, bracket: &[u8], out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.filled {
            self.next_line(true, out)?;
        }
        out.write_all(bracket)
    }

    /// Begins a line, after a comma unless it is the `first` inside.
    fn next_line<W: ?Sized + Write>(&self, first: bool, out: &mut W) -> io::Result<()> {
        let spaces = STEP * self.depth;
        let at_once = spaces.min(BREAK.len() - 2);
        out.write_all(&BREAK[usize::from(first)..2 + at_once])?;
        (at_once..spaces).try_for_each(|_| out.write_all(b" "))
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(b"[", out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(b"]", out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next_line(first, out)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(b"{", out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(b"}", out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next_line(first, out)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Serialize;
    use serde_json::{Serializer, Value};

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from), ".{0,6}".prop_map(Value::from)];
        leaf.prop_recursive(24, 60, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"]{0,4}", inner, 0..4).prop_map(|it| it.into_iter().collect()),
            ]
        })
    }

    fn written(value: &Value) -> String {
        let mut out = Serializer::with_formatter(Vec::new(), Indented::default());
        value.serialize(&mut out).unwrap();
        String::from_utf8(out.into_inner()).unwrap()
    }

    proptest! {
        #[test]
        fn it_is_what_serde_json_writes(value in any_json()) {
            prop_assert_eq!(written(&value), serde_json::to_string_pretty(&value).unwrap());
        }
    }

    #[test]
    fn lists_deeper_than_what_is_written_at_once_are_indented_too() {
        let deep = (0..40).fold(Value::from(1), |inner, _| Value::from(vec![inner]));
        assert_eq!(written(&deep), serde_json::to_string_pretty(&deep).unwrap());
    }
}
