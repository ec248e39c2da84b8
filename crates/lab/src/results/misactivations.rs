//! How often a device wakes while a recording sounds and nobody calls it, and whether it does so again at the same words.

use earwitness_core::stats::float;
use earwitness_core::stats::tails::mean_where_at_least;
use earwitness_core::time::SECOND;
use serde::Serialize;

use super::clusters::jackknife;
use super::moments::quantile;
use crate::subtitles::Word;

/// Words that end so long before the earliest sound of an upload, or later, are told with it, nanoseconds.
const HEARD_BEFORE: i64 = 4 * SECOND;
/// Wakes that are no further apart in the recording are at one place, nanoseconds: recognition and the network move the beginning of an upload by some tenths of a second, and subtitles are
/// no more exact.
const ONE_PLACE: i64 = 2 * SECOND;
/// Most places that are told, those of which most is known.
const MOST_PLACES: usize = 500;
/// Most characters of words that are told with a place.
const LONGEST: usize = 400;
/// Words that rates are told for.
const WORDS: f64 = 10_000.0;

/// An upload that began while a recording sounded.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Wake {
    /// When its first record passed, nanoseconds since the recordings of the trial began.
    pub at: i64,
    /// Sound that had waited when the first of it was sent, nanoseconds; 0 where the traffic does not tell.
    pub waited: i64,
    /// Seconds of sound in it.
    pub seconds: f64,
}

/// A recording that was played, as one device was seen meanwhile. Times are nanoseconds since the sound of the trial began.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Playing {
    /// The stretches in which it sounded and the device could be seen, in order, none overlapping.
    pub known: Vec<(i64, i64)>,
    /// Uploads that began in these.
    pub wakes: Vec<Wake>,
}

/// A rate with its exact interval, which takes wakes for independent of each other (Garwood 1936, Biometrika 28, 437).
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Rate {
    /// The rate; `None` where nothing was watched.
    pub rate: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// A place of a recording at which a device woke.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Place {
    /// When the upload began, seconds since the sound of the trial did: the median of those at this place.
    pub seconds: f64,
    /// Times that it was played in which an upload began here.
    pub woke: u64,
    /// Times that it was played in which the device could be seen here.
    pub of: u64,
    /// Sound that was sent, seconds: the median.
    pub sent_seconds: f64,
    /// Words in the last four seconds before the earliest sound that was sent.
    pub words_before: String,
    /// Words from the earliest sound that was sent until the upload began.
    pub words_sent: String,
}

/// How often one device woke under one condition.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct MisactivationResults {
    /// Name of the condition.
    pub condition: String,
    /// Name of the device.
    pub device: String,
    /// Times that the recording was played.
    pub playings: u64,
    /// Hours in which it sounded and the device could be seen, over all times.
    pub hours: f64,
    /// Words that were said in these.
    pub words: u64,
    /// Uploads that began in them.
    pub wakes: u64,
    /// Wakes an hour.
    pub per_hour: Rate,
    /// Wakes per 10,000 words.
    pub per_10000_words: Rate,
    /// The chance that a device that woke at a place wakes there again in another playing, where it could be seen; `None` of one playing, or without a wake.
    pub again: Option<f64>,
    /// Lower end of its 95 % interval, from leaving out each place in turn; `None` of fewer than two places, or where all are alike.
    pub again_low: Option<f64>,
    /// Upper end.
    pub again_high: Option<f64>,
    /// Places at which it woke, in the order of the recording.
    pub places: Vec<Place>,
    /// Places that are not told, because there were too many.
    pub places_left_out: u64,
}

/// What one device did while a recording with these words was played several times. Words have their times since the sound of the trial began, in order.
#[must_use]
pub fn misactivations(device: &str, condition: &str, words: &[Word], playings: &[Playing], beyond: f64) -> MisactivationResults {
    let known = || playings.iter().flat_map(|it| &it.known);
    let hours = known().map(|(from, until)| seconds(until - from)).sum::<f64>() / 3_600.0;
    let said: u64 = known().map(|&stretch| words_in(words, stretch).len() as u64).sum();
    let wakes: u64 = playings.iter().map(|it| it.wakes.len() as u64).sum();
    let found = places(playings);
    let (again, interval) = again(&found, beyond);
    let mut told: Vec<&Found> = found.iter().collect();
    told.sort_by(|a, b| b.woke.cmp(&a.woke).then(a.at.cmp(&b.at)));
    told.truncate(MOST_PLACES);
    told.sort_by_key(|it| it.at);
    MisactivationResults {
        condition: condition.to_owned(),
        device: device.to_owned(),
        playings: playings.len() as u64,
        hours,
        words: said,
        wakes,
        per_hour: rate(wakes, hours, beyond),
        per_10000_words: rate(wakes, float(said) / WORDS, beyond),
        again,
        again_low: interval.map(|it| it.0),
        again_high: interval.map(|it| it.1),
        places: told.iter().map(|it| place(it, words)).collect(),
        places_left_out: (found.len() - told.len()) as u64,
    }
}

/// A count in so much of something.
fn rate(count: u64, of: f64, beyond: f64) -> Rate {
    let per = |value: f64| (of > 0.0).then(|| value / of);
    let count = float(count);
    Rate {
        rate: per(count),
        low: per(mean_where_at_least(count, beyond / 2.0)),
        high: per(mean_where_at_least(count + 1.0, 1.0 - beyond / 2.0)),
    }
}

/// Wakes at one place.
struct Found {
    /// The median of their beginnings.
    at: i64,
    waited: i64,
    sent: f64,
    woke: u64,
    of: u64,
}

/// The places of all wakes, in order.
fn places(playings: &[Playing]) -> Vec<Found> {
    let mut all: Vec<(usize, Wake)> =
        playings.iter().enumerate().flat_map(|(playing, it)| it.wakes.iter().map(move |wake| (playing, *wake))).collect();
    all.sort_by_key(|(playing, wake)| (wake.at, *playing));
    let mut found = Vec::new();
    let mut rest = all.as_slice();
    while let Some((_, first)) = rest.first() {
        let count = rest.partition_point(|(_, wake)| wake.at - first.at <= ONE_PLACE);
        let (own, later) = rest.split_at(count);
        rest = later;
        let mut woke: Vec<usize> = own.iter().map(|it| it.0).collect();
        woke.sort_unstable();
        woke.dedup();
        let at = own.get(own.len() / 2).map_or(first.at, |(_, wake)| wake.at);
        let seen = playings
            .iter()
            .enumerate()
            .filter(|(playing, it)| woke.contains(playing) || it.known.iter().any(|(from, until)| (*from..*until).contains(&at)));
        let mut sent: Vec<f64> = own.iter().map(|it| it.1.seconds).collect();
        sent.sort_unstable_by(f64::total_cmp);
        let waited = own.iter().map(|it| it.1.waited).max().unwrap_or(0);
        found.push(Found {
            at,
            waited,
            sent: quantile(&sent, 0.5).unwrap_or(0.0),
            woke: woke.len() as u64,
            of: seen.count() as u64,
        });
    }
    found
}

/// The chance to wake again: of all pairs of a playing with a wake at a place and another playing in which the device could be seen there, the share that has a wake as well. A place at
/// which the device never woke adds nothing, so that it need not be known how many there are.
fn again(found: &[Found], beyond: f64) -> (Option<f64>, Option<(f64, f64)>) {
    let pairs = |it: &Found| (float(it.woke) * (float(it.woke) - 1.0), float(it.woke) * (float(it.of) - 1.0));
    let all = found.iter().map(pairs).fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    if all.1 <= 0.0 {
        return (None, None);
    }
    let share = all.0 / all.1;
    let without = found.iter().map(pairs).filter(|it| all.1 - it.1 > 0.0).map(|it| (all.0 - it.0) / (all.1 - it.1));
    let without: Vec<f64> = without.collect();
    let interval = jackknife(share, &without).map(|it| it.interval(beyond)).map(|(low, high)| (low.max(0.0), high.min(1.0)));
    (Some(share), interval)
}

fn place(it: &Found, words: &[Word]) -> Place {
    let sent_from = it.at - it.waited;
    Place {
        seconds: seconds(it.at),
        woke: it.woke,
        of: it.of,
        sent_seconds: it.sent,
        words_before: text(words.iter().filter(|word| word.until > sent_from - HEARD_BEFORE && word.until <= sent_from)),
        words_sent: text(words.iter().filter(|word| word.until > sent_from && word.from < it.at)),
    }
}

/// Words as one text: the last ones, where they are many.
fn text<'a>(words: impl Iterator<Item = &'a Word>) -> String {
    let all = words.map(|it| it.text.as_str()).collect::<Vec<_>>().join(" ");
    let over = all.chars().count().saturating_sub(LONGEST);
    all.chars().skip(over).collect()
}

/// The words that begin in a stretch.
fn words_in(words: &[Word], (from, until): (i64, i64)) -> &[Word] {
    let place = |moment: i64| words.partition_point(|word| word.from < moment);
    words.get(place(from)..place(until).max(place(from))).unwrap_or(&[])
}

#[expect(clippy::cast_precision_loss, reason = "a night in nanoseconds lies far below 2^53")]
fn seconds(nanos: i64) -> f64 {
    nanos as f64 / SECOND as f64
}
