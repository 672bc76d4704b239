//! [`Mark`]: tells a session of our own from one that a pooler lends us.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use pggit_db::session::SessionError;

use crate::settings::ConnectionSettings;

/// The setting that has the mark.
const SETTING: &str = "pggit_wire.session";

/// A value that we connect with, as a setting of the session. A server that starts a session for us has it there. A
/// pooler gives us a session that it started for itself; most refuse such a setting, the others leave it out.
pub(super) struct Mark(String);

impl Mark {
    pub(super) fn new() -> Self {
        // Hashers are seeded by chance.
        let number = || RandomState::new().build_hasher().finish();
        Self(format!("{:016x}{:016x}", number(), number()))
    }

    pub(super) fn value(&self) -> &str {
        &self.0
    }

    /// The settings with the mark.
    pub(super) fn on(&self, settings: &ConnectionSettings) -> ConnectionSettings {
        let mut settings = settings.clone();
        let options = settings.parameters.entry("options".into()).or_default();
        if !options.is_empty() {
            options.push(' ');
        }
        options.push_str(&format!("-c {SETTING}={}", self.0));
        settings
    }

    /// Whether an error says that settings can't be given so: a protocol violation (PgBouncer), a feature that is not
    /// supported (RDS Proxy), or a parameter that is not known.
    pub(super) fn is_refused_by(error: &SessionError) -> bool {
        ["08P01", "0A000", "42704", "42602", "22023"].contains(&error.sqlstate.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_differ_and_leave_the_options_of_users() {
        let settings = ConnectionSettings::parse("postgresql:///d?options=-c%20jit%3Don").expect("settings");
        let (one, other) = (Mark::new(), Mark::new());
        assert_ne!(one.value(), other.value());
        assert_eq!(
            one.on(&settings).parameters["options"],
            format!("-c jit=on -c pggit_wire.session={}", one.0)
        );
        assert_eq!(one.on(&ConnectionSettings::default()).parameters.len(), 1);
    }
}
