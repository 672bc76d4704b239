//! Subscriptions.

use std::collections::BTreeMap;

use crate::canonical::{Remembered, record};

record! {
    /// A subscription.
    pub struct Subscription {
        /// The connection, which may hold a password.
        1 => connection: String,
        /// Publications of the other side, in order.
        2 => publications: Vec<String>,
        /// Parameters of `WITH` that are not what they are by default, and always `slot_name` and `streaming`.
        3 => options: BTreeMap<String, String>,
        /// Whether it runs: the state of one database, as the position of a sequence is.
        4 => enabled: Remembered<bool>,
    }
}
