//! What the broker keeps of how a device was announced, so that it can be taken back by a process that knows nothing else of it.

use std::fmt;

use crate::settings::{Form, Settings, Topic};

/// How a device was announced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Announced {
    pub(crate) form: Form,
    pub(crate) prefix: Topic,
    /// The last day on which it was there, since 1970.
    pub(crate) day: i64,
}

impl Announced {
    /// As it is announced on this day.
    pub(crate) fn now(settings: &Settings, day: i64) -> Self {
        Self { form: settings.form, prefix: settings.prefix.clone(), day }
    }

    /// From how it is written.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (form, prefix, day) = (words.next()?, words.next()?, words.next()?);
        let announced = Self { form: Form::parse(form)?, prefix: Topic::new(prefix).ok()?, day: day.parse().ok()? };
        words.next().is_none().then_some(announced)
    }
}

impl fmt::Display for Announced {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {} {}", self.form.word(), self.prefix, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written_and_nothing_else_is() {
        let announced = Announced { form: Form::Device, prefix: Topic::new("home/assistant").unwrap(), day: 20_787 };
        assert_eq!(Announced::parse(&announced.to_string()), Some(announced));
        for wrong in ["", "entity", "entity homeassistant", "entity # 1", "other homeassistant 1", "entity x 1 2", "entity x y"] {
            assert_eq!(Announced::parse(wrong), None, "{wrong}");
        }
    }
}
