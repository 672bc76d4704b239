//! Counters of columns that stay: a sequence that is new starts behind the values that the rows have.

use super::Build;
use crate::address::{ObjectAddress, Part};
use crate::ident::{QualifiedName, quote_ident, quote_literal};
use crate::object::SequenceOptions;
use crate::plan::{Action, Step};

/// The types that sequences count in.
const INTEGERS: [&str; 3] = ["smallint", "integer", "bigint"];

impl Build<'_> {
    /// What moves a sequence that is new behind the values of a column that was there before.
    pub(super) fn count_on(
        &self,
        sequence: &QualifiedName,
        options: &SequenceOptions,
        table: &ObjectAddress,
        column: &str,
    ) -> Option<Step> {
        let before = Self::table_of(self.from, &table.qualified())?.columns.get(column)?;
        let after = Self::table_of(self.to, &table.qualified())?;
        let goes = self.fates.drops(table) || self.fates.drops_part(table, &Part::column(column));
        let integers = [before, after.columns.get(column)?];
        let is_integer = integers.iter().all(|column| INTEGERS.contains(&column.type_name.as_str()));
        let stays = !goes && is_integer && after.server.is_none();
        stays.then(|| behind_rows(sequence, options, table, column))
    }
}

/// Moves a sequence behind the values that a column has, where it would come to them.
pub(super) fn behind_rows(
    sequence: &QualifiedName,
    options: &SequenceOptions,
    table: &ObjectAddress,
    column: &str,
) -> Step {
    let (last, first, end) = match options.increment > 0 {
        true => ("max", options.start, options.max),
        false => ("min", options.min, options.start),
    };
    let sql = format!(
        "SELECT pg_catalog.setval({}, last)\n   FROM (SELECT pg_catalog.{last}({}) AS last FROM {table}) AS rows\n  \
         WHERE last BETWEEN {first} AND {end}",
        quote_literal(&sequence.to_string()),
        quote_ident(column),
    );
    Step::alter(table, Action::CountOn { column: column.to_owned() }, sql)
}
