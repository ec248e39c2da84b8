//! A small experiment.

use earwitness_core::lot::Lot;
use earwitness_lab::results::{
    Claim, Contrast, Dose, Equivalence, Level, Plan, Quantity, Question, Reading, SoundId, Trial, Trials,
};

pub(crate) const CONDITIONS: [&str; 5] = ["silence", "music", "+1 s", "+2 s", "+3 s"];

/// A question that compares two conditions.
pub(crate) fn contrast(name: &str, condition: &str, against: &str, quantity: Quantity) -> Contrast {
    let [name, condition, against] = [name, condition, against].map(str::to_owned);
    Contrast { name, condition, against, device: "speaker".to_owned(), quantity }
}

/// A question for no more than silence and a margin.
pub(crate) fn no_more(name: &str, condition: &str, margin: f64) -> Question {
    let compared = contrast(name, condition, "silence", Quantity::Seconds);
    Question::Equivalence(Equivalence { compared, claim: Claim::NoMore, margin, most: None })
}

/// A question for the cut-off, over silence and what is added to it.
pub(crate) fn cutoff() -> Question {
    let levels = [("silence", 0.0), ("+1 s", 1.0), ("+2 s", 2.0), ("+3 s", 3.0)];
    let levels = levels.map(|(condition, level)| Level { condition: condition.to_owned(), level }).to_vec();
    Question::Dose(Dose { name: "cut-off".to_owned(), device: "speaker".to_owned(), quantity: Quantity::Seconds, levels })
}

/// Blocks of so many nights in which the speaker sends 4 s, and what is added up to `stops` s; the camera is never seen.
pub(crate) fn trials(nights: u32, blocks: u32, stops: f64) -> Trials {
    let (mut trials, mut lot) = (Vec::new(), Lot::new(5_708).stream("example", 0));
    for night in 0..nights {
        for block in 0..blocks {
            for (position, added) in (0_u32..).zip([0.0_f64, 0.0, 1.0, 2.0, 3.0]) {
                // Up to 0.2 s to either side.
                let seconds = 4.0 + added.min(stops) + (lot.unit() - 0.5) * 0.4 + f64::from(night) / 10.0;
                let seen = Reading {
                    seconds: Some(seconds),
                    octets: Some(seconds * 4_000.0),
                    pre_roll_seconds: Some(0.5),
                    tail_seconds: Some(seconds / 10.0),
                    uploads: Some(1),
                    ..Reading::default()
                };
                let condition = usize::try_from(position).unwrap();
                trials.push(Trial {
                    night,
                    block,
                    position,
                    condition,
                    sound: SoundId(block % 3),
                    readings: vec![seen, Reading::default()],
                    answer: None,
                });
            }
        }
    }
    let names = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect();
    Trials::new(names(&CONDITIONS), names(&["speaker", "camera"]), trials).unwrap()
}

/// All kinds of questions, the one named first.
pub(crate) fn plan(first: Question) -> Plan {
    let others = [
        Question::Contrast(contrast("longer", "+2 s", "silence", Quantity::Seconds)),
        Question::Contrast(contrast("octets", "music", "silence", Quantity::Octets)),
        no_more("more music", "music", 0.3),
        cutoff(),
    ];
    let name = |it: &Question| match it {
        Question::Mean(it) => it.name.clone(),
        Question::Contrast(it) => it.name.clone(),
        Question::Equivalence(it) => it.compared.name.clone(),
        Question::Dose(it) => it.name.clone(),
    };
    let others: Vec<Question> = others.into_iter().filter(|it| name(it) != name(&first)).collect();
    Plan::new([first].into_iter().chain(others).collect(), 7)
}
