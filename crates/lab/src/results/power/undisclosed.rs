//! Uploads that show whether some are missing from a device's own history.

use earwitness_core::stats::tails::at_least;

use super::MOST;

/// Uploads of which at least one is undisclosed and is noticed with a chance of `chance`, where a share `undisclosed` is and a share `recall` of these is noticed.
/// `None` where no number up to 2^53 does.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number below 2^53")]
pub fn uploads_to_see_one(undisclosed: f64, recall: f64, chance: f64) -> Option<u64> {
    let missed = 1.0 - undisclosed * recall;
    let number = ((1.0 - chance).ln() / missed.ln()).ceil();
    ((0.0..9e15).contains(&number) && missed < 1.0).then_some(number as u64)
}

/// Uploads that tell a share of `undisclosed` from a share of `mistaken` that are taken for undisclosed by error, one-sided at `level` with a chance of
/// `power`: the least number from which on the exact binomial test does, although its power rises in steps.
#[must_use]
pub fn uploads_to_tell_apart(undisclosed: f64, mistaken: f64, level: f64, power: f64) -> Option<u64> {
    if undisclosed <= mistaken {
        return None;
    }
    // The least count that is too many to be a mistake grows with the number of uploads.
    let (mut critical, mut from) = (0, None);
    let mut uploads = 1;
    while uploads <= MOST {
        while at_least(critical, uploads, mistaken) > level {
            critical += 1;
        }
        if at_least(critical, uploads, undisclosed) < power {
            from = None;
        } else if from.is_none() {
            from = Some(uploads);
        }
        // Twice as many as were enough for the first time: the steps are over.
        if from.is_some_and(|first| uploads > 2 * first) {
            break;
        }
        uploads += 1;
    }
    from
}

/// By how much more uploads are needed where they come in sessions of `size` that are alike, by their intraclass correlation (Kish 1965, section 5.4).
#[must_use]
pub fn cluster_factor(size: f64, correlation: f64) -> f64 {
    (size - 1.0).max(0.0).mul_add(correlation, 1.0)
}
