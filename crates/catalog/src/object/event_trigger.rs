//! Event triggers.

use super::TriggerState;
use crate::canonical::record;

record! {
    /// An event trigger.
    pub struct EventTrigger {
        /// The event.
        1 => event: String,
        /// The tags that it is for; none for all.
        2 => tags: Vec<String>,
        /// The function, quoted and qualified.
        3 => function: String,
        /// When it fires.
        4 => state: TriggerState,
    }
}
