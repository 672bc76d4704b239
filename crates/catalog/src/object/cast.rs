//! Casts.

use crate::canonical::{choice, record};

record! {
    /// A cast; its types are in its address.
    pub struct Cast {
        /// How values are converted.
        1 => method: CastMethod,
        /// The function with the types of its arguments, where the method is one.
        2 => function: Option<String>,
        /// When it applies.
        3 => context: CastContext,
    }
}

choice! {
    /// How a cast converts (`castmethod`).
    pub enum CastMethod {
        /// `WITH FUNCTION`.
        0 => Function,
        /// `WITHOUT FUNCTION`.
        1 => Binary,
        /// `WITH INOUT`.
        2 => InOut,
    }
}

choice! {
    /// When a cast applies (`castcontext`).
    pub enum CastContext {
        /// When it is asked for.
        0 => Explicit,
        /// `AS ASSIGNMENT`.
        1 => Assignment,
        /// `AS IMPLICIT`.
        2 => Implicit,
    }
}

impl crate::parts::PropertyField for CastMethod {}
impl crate::parts::PropertyField for CastContext {}
