//! What time it is, for the names of new files.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now in UTC: `20260122143022` and `2026-01-22`.
pub fn now() -> (String, String) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    shown(since.as_secs())
}

fn shown(seconds: u64) -> (String, String) {
    let (year, month, day) = date(seconds / 86_400);
    let second = seconds % 86_400;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    (
        format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}"),
        format!("{year:04}-{month:02}-{day:02}"),
    )
}

/// The date of a day counted from 1970-01-01: years that begin in March, so that the day of a leap year is the last.
fn date(days: u64) -> (u64, u64, u64) {
    // From 0000-03-01, in eras of 400 years.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (seconds, time, date) in [
            (0, "19700101000000", "1970-01-01"),
            (951_782_400, "20000229000000", "2000-02-29"),
            (1_769_092_222, "20260122143022", "2026-01-22"),
            (4_107_542_399, "21000228235959", "2100-02-28"),
            (4_107_542_400, "21000301000000", "2100-03-01"),
        ] {
            assert_eq!(shown(seconds), (time.to_owned(), date.to_owned()), "{seconds}");
        }
    }
}
