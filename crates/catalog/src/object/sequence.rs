//! Sequences.

use crate::canonical::record;
use crate::ident::QualifiedName;

record! {
    /// A sequence that is not the sequence of an identity column.
    pub struct Sequence {
        /// Data type and numbers.
        1 => options: Option<SequenceOptions>,
        /// `OWNED BY`.
        2 => owned_by: Option<OwnedBy>,
        /// `UNLOGGED`.
        3 => unlogged: bool,
    }
}

record! {
    /// The numbers of a sequence (`pg_sequence`).
    pub struct SequenceOptions {
        /// `smallint`, `integer` or `bigint`.
        1 => data_type: String,
        /// `START WITH`.
        2 => start: i64,
        /// `INCREMENT BY`.
        3 => increment: i64,
        /// `MINVALUE`.
        4 => min: i64,
        /// `MAXVALUE`.
        5 => max: i64,
        /// `CACHE`.
        6 => cache: i64,
        /// `CYCLE`.
        7 => cycle: bool,
    }
}

record! {
    /// The column that owns a sequence.
    pub struct OwnedBy {
        /// Table.
        1 => table: QualifiedName,
        /// Column.
        2 => column: String,
    }
}
