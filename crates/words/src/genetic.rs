//! A genetic search over strings of phonemes (as Chen et al., *`FakeWake`*, CCS 2021): children of what woke are looked up among the words.

use earwitness_core::lot::Stream;

use crate::distance;
use crate::history::History;
use crate::orders::pick;
use crate::phoneme::Phoneme;
use crate::pool::Pool;

/// How often two parents are crossed, a child is changed twice, and a change is another phoneme, or one more.
const CROSSED: f64 = 0.3;
const TWICE: f64 = 0.5;
const OTHER: f64 = 0.6;
const MORE: f64 = 0.2;
/// How much costlier changes are rarer.
const SIMILAR: f64 = 0.3;

/// A string of phonemes and how fit it is.
type Parent<'a> = (&'a [Phoneme], f64);

/// The word that was not played and is nearest to a child of those that were found.
pub(crate) fn next(pool: &Pool, history: &History, chance: &mut Stream) -> Option<usize> {
    let child = child(&parents(pool, history), chance);
    let mut best: Option<(f64, usize)> = None;
    for (word, it) in pool.words().iter().enumerate().filter(|&(word, _)| !history.was_played(word)) {
        let edits = u32::try_from(distance::edits(&child, &it.phonemes)).unwrap_or(u32::MAX);
        let apart = f64::from(edits) + 0.01 * chance.unit();
        if best.is_none_or(|(least, _)| apart < least) {
            best = Some((apart, word));
        }
    }
    best.map(|(_, word)| word)
}

/// The wake word, and what was found: fitter where it is less like the wake word, since that says something new.
fn parents<'a>(pool: &'a Pool, history: &History) -> Vec<Parent<'a>> {
    let mut parents = vec![(pool.wake(), 0.5)];
    for &word in history.found().keys() {
        parents.push((&pool.words()[word].phonemes, 1.0 + 0.3 * f64::from(pool.shapes()[word].edits)));
    }
    parents
}

fn child(parents: &[Parent<'_>], chance: &mut Stream) -> Vec<Phoneme> {
    let mut child = drawn(parents, chance).to_vec();
    let other = drawn(parents, chance);
    if chance.unit() < CROSSED && child.len() > 2 && other.len() > 2 {
        child.truncate(1 + pick(child.len() - 1, chance));
        child.extend_from_slice(&other[1 + pick(other.len() - 1, chance)..]);
    }
    for _ in 0..=usize::from(chance.unit() < TWICE) {
        change(&mut child, chance);
    }
    child
}

fn change(child: &mut Vec<Phoneme>, chance: &mut Stream) {
    let place = pick(child.len(), chance);
    let Some(&here) = child.get(place) else { return };
    let how = chance.unit();
    if how < OTHER {
        let others: Vec<Phoneme> = Phoneme::all().filter(|&it| it != here).collect();
        let alike: Vec<(Phoneme, f64)> =
            others.into_iter().map(|it| (it, (-f64::from(distance::change(here, it)) / SIMILAR).exp())).collect();
        child[place] = drawn(&alike, chance);
    } else if how < OTHER + MORE {
        let any: Vec<(Phoneme, f64)> = Phoneme::all().map(|it| (it, 1.0)).collect();
        child.insert(place, drawn(&any, chance));
    } else if child.len() > 2 {
        child.remove(place);
    }
}

/// One of some, which must not be none, each as often as it weighs.
fn drawn<T: Copy>(from: &[(T, f64)], chance: &mut Stream) -> T {
    let mut at = chance.unit() * from.iter().map(|it| it.1).sum::<f64>();
    for &(it, weight) in from {
        at -= weight;
        if at < 0.0 {
            return it;
        }
    }
    from[from.len() - 1].0
}
