//! Templates of sentences: `(which|what) devices (reacted|answered) [last night]`.
//!
//! Words stand as they are said; `(a|b)` is one of several, `[a|b]` one of them or nothing, `{slot}` what differs. It is the part of the syntax of Home Assistant's sentences that
//! every tool of theirs reads.

use std::fmt;

/// What differs from one sentence to another of the same template.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Slot {
    /// The name of a device.
    Device,
    /// A number of minutes: `thirty minutes`, `an hour`.
    Duration,
    /// A session or a day: `last night`.
    Period,
    /// A time of day: `half past six`.
    Time,
}

impl Slot {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Device, Self::Duration, Self::Period, Self::Time];

    /// Its name in templates.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Duration => "duration",
            Self::Period => "period",
            Self::Time => "time",
        }
    }
}

/// A part of a template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Node {
    /// A word.
    Word(String),
    /// One of several sequences; an empty one may be left out.
    Any(Vec<Vec<Self>>),
    /// What differs.
    Slot(Slot),
}

/// A template of sentences.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template(Vec<Node>);

/// Why a text is no template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TemplateError {
    /// A bracket without its partner, at this octet.
    Bracket(usize),
    /// A slot that there is not, at this octet.
    Slot(usize),
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bracket(at) => write!(f, "octet {at}: a bracket without its partner"),
            Self::Slot(at) => write!(f, "octet {at}: there is no such slot"),
        }
    }
}

impl std::error::Error for TemplateError {}

impl Template {
    /// The template that a text is.
    ///
    /// # Errors
    /// Brackets that do not fit, and slots that there are not.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut reader = Reader { text, at: 0 };
        let mut branches = reader.branches(None)?;
        Ok(Self(if branches.len() == 1 { branches.pop().unwrap_or_default() } else { vec![Node::Any(branches)] }))
    }

    /// Its parts.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.0
    }

    /// The sentences that it stands for, slots as `{name}`; at most `most`.
    #[must_use]
    pub fn sentences(&self, most: usize) -> Vec<String> {
        let mut all = vec![Vec::new()];
        expand(&self.0, &mut all, most);
        all.into_iter().map(|words| words.join(" ")).collect()
    }

    /// One of its sentences, slots as `{name}`; `choose` is asked which of so many ways is taken at each place.
    pub fn drawn(&self, choose: &mut dyn FnMut(usize) -> usize) -> String {
        let mut words = Vec::new();
        draw(&self.0, choose, &mut words);
        words.join(" ")
    }

    /// The slots in it.
    #[must_use]
    pub fn slots(&self) -> Vec<Slot> {
        let mut found = Vec::new();
        slots(&self.0, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn slots(nodes: &[Node], found: &mut Vec<Slot>) {
    for node in nodes {
        match node {
            Node::Word(_) => {}
            Node::Slot(slot) => found.push(*slot),
            Node::Any(branches) => branches.iter().for_each(|it| slots(it, found)),
        }
    }
}

fn draw(nodes: &[Node], choose: &mut dyn FnMut(usize) -> usize, words: &mut Vec<String>) {
    for node in nodes {
        match node {
            Node::Word(word) => words.push(word.clone()),
            Node::Slot(slot) => words.push(format!("{{{}}}", slot.name())),
            Node::Any(branches) => {
                if let Some(branch) = branches.get(choose(branches.len())) {
                    draw(branch, choose, words);
                }
            }
        }
    }
}

/// Appends what the nodes stand for to each of the beginnings.
fn expand(nodes: &[Node], all: &mut Vec<Vec<String>>, most: usize) {
    for node in nodes {
        match node {
            Node::Word(word) => all.iter_mut().for_each(|it| it.push(word.clone())),
            Node::Slot(slot) => all.iter_mut().for_each(|it| it.push(format!("{{{}}}", slot.name()))),
            Node::Any(branches) => {
                let mut longer = Vec::new();
                for branch in branches {
                    let mut own = all.clone();
                    expand(branch, &mut own, most);
                    longer.append(&mut own);
                }
                longer.truncate(most);
                *all = longer;
            }
        }
    }
}

/// Reads a template from left to right.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<(usize, char)> {
        let (at, found) = (self.at, self.text.get(self.at..)?.chars().next()?);
        self.at += found.len_utf8();
        Some((at, found))
    }

    /// Sequences with `|` between them, up to the closing bracket, or to the end.
    fn branches(&mut self, close: Option<(char, usize)>) -> Result<Vec<Vec<Node>>, TemplateError> {
        let (mut branches, mut nodes, mut word) = (Vec::new(), Vec::new(), String::new());
        let end = |word: &mut String, nodes: &mut Vec<Node>| {
            if !word.is_empty() {
                nodes.push(Node::Word(std::mem::take(word)));
            }
        };
        while let Some((at, found)) = self.next() {
            if matches!(found, '(' | '[' | '{' | ')' | ']' | '}' | '|' | ' ') {
                end(&mut word, &mut nodes);
            }
            match found {
                ' ' => {}
                '|' => branches.push(std::mem::take(&mut nodes)),
                '(' => nodes.push(Node::Any(self.branches(Some((')', at)))?)),
                '[' => {
                    let mut inside = self.branches(Some((']', at)))?;
                    inside.push(Vec::new());
                    nodes.push(Node::Any(inside));
                }
                '{' => nodes.push(Node::Slot(self.slot(at)?)),
                ')' | ']' if close.is_some_and(|it| it.0 == found) => {
                    branches.push(nodes);
                    return Ok(branches);
                }
                ')' | ']' | '}' => return Err(TemplateError::Bracket(at)),
                letter => word.push(letter),
            }
        }
        if let Some((_, opened)) = close {
            return Err(TemplateError::Bracket(opened));
        }
        end(&mut word, &mut nodes);
        branches.push(nodes);
        Ok(branches)
    }

    fn slot(&mut self, at: usize) -> Result<Slot, TemplateError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.find('}').ok_or(TemplateError::Bracket(at))?;
        let name = rest.get(..length).unwrap_or_default();
        let slot = Slot::ALL.into_iter().find(|it| it.name() == name).ok_or(TemplateError::Slot(at))?;
        self.at += length + 1;
        Ok(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_stands_for_its_sentences() {
        let sentences = |text: &str| Template::parse(text).unwrap().sentences(100);
        assert_eq!(sentences("help"), ["help"]);
        assert_eq!(
            sentences("(who|what) is [still] listening"),
            ["who is still listening", "what is still listening", "who is listening", "what is listening"]
        );
        assert_eq!(sentences("a [b (c|d)] e"), ["a b c e", "a b d e", "a e"]);
        assert_eq!(sentences("stop|pause [for {duration}]"), ["stop", "pause for {duration}", "pause"]);
        assert_eq!(Template::parse("[{device}] {period}").unwrap().slots(), [Slot::Device, Slot::Period]);
        assert_eq!(Template::parse("[a|b][c|d][e|f][g|h]").unwrap().sentences(5).len(), 5);
    }

    #[test]
    fn brackets_and_slots_that_do_not_fit_are_refused_with_their_place() {
        for (text, error) in [
            ("who (is listening", TemplateError::Bracket(4)),
            ("who is] listening", TemplateError::Bracket(6)),
            ("(who]", TemplateError::Bracket(4)),
            ("{period", TemplateError::Bracket(0)),
            ("in {place}", TemplateError::Slot(3)),
            ("a } b", TemplateError::Bracket(2)),
        ] {
            assert_eq!(Template::parse(text), Err(error), "{text}");
        }
    }
}
