//! The hinge: seconds = s + min(x, c), a second of sound more for each second of the stimulus, up to a cut-off c.
//!
//! A device that sends until somebody stops talking sends what was added to a stimulus, second for second; one that stops by itself cuts it off. Each night
//! has an s of its own. Between two neighbouring levels of x the sum of squares is a parabola in c, so its least place is found exactly: no grid is needed. Above
//! the last level but one the parabola goes on beyond the last level, and below the second level it goes on below the first, so that the estimate stays smooth where
//! nothing is cut off, and where all is.

use std::collections::BTreeMap;

/// What was measured at one level in one cluster.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Cell {
    pub(super) count: f64,
    pub(super) sum: f64,
    pub(super) squares: f64,
}

impl Cell {
    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    fn take(&mut self, other: &Self) {
        self.count -= other.count;
        self.sum -= other.sum;
        self.squares -= other.squares;
    }
}

/// Values by level, one row a night: rows have a cell for each level.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Doses {
    /// In order, each once.
    pub(super) levels: Vec<f64>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A sum of squares `yy - 2 c zy + c² zz`.
#[derive(Clone, Copy, Debug)]
struct Parabola {
    zz: f64,
    zy: f64,
    yy: f64,
}

/// A fitted hinge.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Hinge {
    /// The cut-off; below the first level where nothing grows, above the last where nothing is cut off.
    pub(super) cutoff: f64,
    /// Sum of squares that is left.
    pub(super) left: f64,
}

impl Doses {
    /// Of `(row, level, value)`; `None` of fewer than two levels. A row with one level says nothing of a cut-off, and is left out.
    pub(super) fn of(values: impl Iterator<Item = (u32, f64, f64)>) -> Option<Self> {
        let mut rows = BTreeMap::<u32, Vec<(f64, f64)>>::new();
        let mut levels: Vec<f64> = Vec::new();
        for (row, level, value) in values {
            rows.entry(row).or_default().push((level, value));
            if let Err(at) = levels.binary_search_by(|it| it.total_cmp(&level)) {
                levels.insert(at, level);
            }
        }
        rows.retain(|_, values| values.iter().any(|it| values.first().is_some_and(|first| first.0.total_cmp(&it.0).is_ne())));
        levels.retain(|level| rows.values().flatten().any(|it| it.0.total_cmp(level).is_eq()));
        if levels.len() < 2 {
            return None;
        }
        let cells = |values: &Vec<(f64, f64)>| {
            let mut row = vec![Cell::default(); levels.len()];
            for (level, value) in values {
                let at = levels.partition_point(|it| it < level);
                if let Some(cell) = row.get_mut(at) {
                    cell.add(&Cell { count: 1.0, sum: *value, squares: value * value });
                }
            }
            row
        };
        let rows = rows.values().map(cells).collect();
        Some(Self { levels, rows })
    }

    /// Without one row.
    pub(super) fn without(&self, row: usize) -> Self {
        let rows = self.rows.iter().enumerate().filter(|it| it.0 != row).map(|it| it.1.clone()).collect();
        Self { levels: self.levels.clone(), rows }
    }

    /// Without what a part of one row holds.
    pub(super) fn less(&self, row: usize, part: &[Cell]) -> Self {
        let mut rest = self.clone();
        if let Some(row) = rest.rows.get_mut(row) {
            for (cell, part) in row.iter_mut().zip(part) {
                cell.take(part);
            }
        }
        rest
    }

    /// Values in all.
    pub(super) fn count(&self) -> f64 {
        self.rows.iter().flatten().map(|it| it.count).sum()
    }

    /// The sum of squares as a parabola of the cut-off, for a bend between level `at` and the next one.
    fn parabola(&self, at: usize) -> Parabola {
        // y - base against z, where base is x below the bend and 0 above it, and z is 0 below it and 1 above it; both less their mean in the row.
        let mut sums = Parabola { zz: 0.0, zy: 0.0, yy: 0.0 };
        for row in &self.rows {
            let (mut count, mut above, mut sum, mut sum_above, mut squares) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for (level, (x, cell)) in self.levels.iter().zip(row).enumerate() {
                let base = if level <= at { *x } else { 0.0 };
                let rest = cell.sum - base * cell.count;
                count += cell.count;
                sum += rest;
                squares += cell.squares - 2.0 * base * cell.sum + base * base * cell.count;
                if level > at {
                    above += cell.count;
                    sum_above += rest;
                }
            }
            if count > 0.0 {
                sums.zz += above - above * above / count;
                sums.zy += sum_above - above * sum / count;
                sums.yy += squares - sum * sum / count;
            }
        }
        sums
    }

    /// The bends that are looked for between each two levels, beyond them at the ends, each with its parabola.
    fn segments(&self) -> impl Iterator<Item = (f64, f64, Parabola)> {
        let last = self.levels.len().saturating_sub(2);
        self.levels.windows(2).enumerate().filter_map(move |(at, ends)| {
            let low = if at == 0 { f64::NEG_INFINITY } else { ends[0] };
            let high = if at == last { f64::INFINITY } else { ends[1] };
            let parabola = self.parabola(at);
            (parabola.zz > 1e-9).then_some((low, high, parabola))
        })
    }

    /// The cut-offs, from the least to the greatest, at which no more than `most` of squares is left.
    pub(super) fn within(&self, most: f64) -> Option<(f64, f64)> {
        let parts = self.segments().filter_map(|(low, high, Parabola { zz, zy, yy })| {
            let (middle, least) = (zy / zz, yy - zy * zy / zz);
            if most < least {
                return None;
            }
            let reach = ((most - least) / zz).sqrt();
            let (from, to) = ((middle - reach).max(low), (middle + reach).min(high));
            (from <= to).then_some((from, to))
        });
        parts.reduce(|all, part| (all.0.min(part.0), all.1.max(part.1)))
    }

    /// The best hinge.
    pub(super) fn fit(&self) -> Option<Hinge> {
        let all = self.segments().map(|(low, high, Parabola { zz, zy, yy })| {
            let cutoff = (zy / zz).clamp(low, high);
            Hinge { cutoff, left: (yy - 2.0 * cutoff * zy + cutoff * cutoff * zz).max(0.0) }
        });
        all.min_by(|a, b| a.left.total_cmp(&b.left))
    }

    /// The slope over the levels up to `most`, by least squares; `None` where there is but one.
    pub(super) fn slope(&self, most: f64) -> Option<f64> {
        let (mut xx, mut xy) = (0.0, 0.0);
        for row in &self.rows {
            let inside = || self.levels.iter().zip(row).filter(|it| *it.0 <= most);
            let (count, sum_x) = inside().fold((0.0, 0.0), |all, (x, cell)| (all.0 + cell.count, x.mul_add(cell.count, all.1)));
            // The deviations of x add up to nothing, so that the mean of y need not be taken away.
            if count > 0.0 {
                let mean = sum_x / count;
                for (x, cell) in inside() {
                    xx += (x - mean).powi(2) * cell.count;
                    xy += (x - mean) * cell.sum;
                }
            }
        }
        (xx > 1e-9).then(|| xy / xx)
    }
}
