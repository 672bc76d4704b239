//! Tables of publications.

use crate::canonical::record;
use crate::ident::QualifiedName;

record! {
    /// A table of a publication, whose name is that of the publication.
    pub struct PublicationTable {
        /// Table.
        1 => table: QualifiedName,
        /// Columns that are published, by name; none for all.
        2 => columns: Vec<String>,
        /// `WHERE`.
        3 => filter: Option<String>,
    }
}
