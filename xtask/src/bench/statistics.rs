//! What is made of measured values.

/// The median; 0 of no values.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        length if length % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// The values that a quarter of all are below, and a quarter above; 0 of no values.
#[must_use]
pub fn quartiles(values: &[f64]) -> (f64, f64) {
    let sorted = sorted(values);
    let quarter = sorted.len() / 4;
    match sorted.len() {
        0 => (0.0, 0.0),
        length => (sorted[quarter], sorted[length - 1 - quarter]),
    }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}
