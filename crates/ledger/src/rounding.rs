//! To which unit a vendor cuts the times of its records.

use earwitness_core::time::{MILLISECOND, SECOND};

/// Units that times are cut to, the coarsest first.
const UNITS: [i64; 3] = [60 * SECOND, SECOND, MILLISECOND];

/// Fewest records that show a unit: three whole minutes come by chance once in 216,000.
const FEWEST: usize = 3;

/// The unit, nanoseconds: the coarsest of which all moments but 1 % are multiples. A few records of another kind may be finer.
///
/// That times are cut down, and not to the nearest unit, cannot be seen from them: the two differ by an offset of half a unit.
pub(crate) fn unit(moments: &[i64]) -> i64 {
    let enough = |unit: i64| {
        let odd = moments.iter().filter(|at| at.rem_euclid(unit) != 0).count();
        odd <= moments.len() / 100
    };
    let coarse = UNITS.into_iter().find(|unit| enough(*unit));
    match coarse {
        Some(minute) if minute > SECOND && moments.len() < FEWEST => SECOND,
        Some(unit) => unit,
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_the_coarsest_that_fits() {
        assert_eq!(unit(&[0, 60 * SECOND, 600 * SECOND, -120 * SECOND]), 60 * SECOND);
        assert_eq!(unit(&[0, 61 * SECOND, 600 * SECOND]), SECOND);
        assert_eq!(unit(&[5 * MILLISECOND, SECOND, 7 * SECOND]), MILLISECOND);
        assert_eq!(unit(&[1, SECOND]), 1);
    }

    #[test]
    fn one_in_a_hundred_may_be_finer_and_two_do_not_show_minutes() {
        let mut moments: Vec<i64> = (0..200).map(|minute| minute * 60 * SECOND).collect();
        moments[7] += 1;
        assert_eq!(unit(&moments), 60 * SECOND);
        assert_eq!(unit(&moments[..2]), SECOND);
    }
}
