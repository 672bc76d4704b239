//! Schemas of publications.

use crate::canonical::record;

record! {
    /// A schema all of whose tables a publication publishes. Its name is that of the publication.
    pub struct PublicationSchema {
    }
}
