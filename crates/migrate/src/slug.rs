//! Names of migrations made from names of branches and from what people type.

/// The longest name, in bytes: with version and ending it stays below the 255 bytes of a file name.
const MAX_BYTES: usize = 100;

/// First words that say already what a migration does.
const VERBS: [&str; 16] = [
    "add", "alter", "change", "create", "delete", "drop", "fix", "hotfix", "move", "refactor", "remove",
    "rename", "replace", "set", "split", "update",
];

/// A text as the name of a file: lower case, with `_` for everything that is no letter or digit.
/// A text without letters and digits gives `migration`.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let c = if c.is_alphanumeric() { c } else { '_' };
        if c == '_' && (slug.is_empty() || slug.ends_with('_')) {
            continue;
        }
        if slug.len() + c.len_utf8() > MAX_BYTES {
            break;
        }
        slug.push(c);
    }
    slug.truncate(slug.trim_end_matches('_').len());
    if slug.is_empty() { "migration".to_owned() } else { slug }
}

/// What a branch is about: `user_profiles` for `feature/user-profiles`.
#[must_use]
pub fn branch_topic(branch: &str) -> String {
    slug(branch.split_once('/').map_or(branch, |(_, topic)| topic))
}

/// The name of the migration of a branch.
///
/// | branch | name |
/// |---|---|
/// | `feature/X`, `feat/X`, any other | `add_X`; `X` when it starts with a verb, as `create_orders` does |
/// | `fix/X`, `bugfix/X` | `fix_X` |
/// | `refactor/X` | `refactor_X` |
/// | `hotfix/X` | `hotfix_X` |
#[must_use]
pub fn migration_name(branch: &str) -> String {
    let topic = branch_topic(branch);
    let prefix = match branch.split_once('/').map(|(kind, _)| kind.to_lowercase()).as_deref() {
        Some("fix" | "bugfix") => "fix",
        Some("hotfix") => "hotfix",
        Some("refactor") => "refactor",
        _ => "add",
    };
    let first = topic.split('_').next().unwrap_or("");
    if first == prefix || (prefix == "add" && VERBS.contains(&first)) {
        topic
    } else {
        slug(&format!("{prefix}_{topic}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        let cases = [
            ("add user profiles", "add_user_profiles"),
            ("  Add \"User\"--Profiles!\n", "add_user_profiles"),
            ("GRÖSSE; DROP TABLE x", "grösse_drop_table_x"),
            ("../../etc/passwd", "etc_passwd"),
            ("x.down.sql", "x_down_sql"),
            ("2fa", "2fa"),
            ("", "migration"),
            ("💥/..", "migration"),
        ];
        for (text, expected) in cases {
            assert_eq!(slug(text), expected, "{text}");
        }
        assert_eq!(slug(&"ü".repeat(80)).len(), 100);
        assert_eq!(slug(&format!("{} b", "a".repeat(99))).len(), 99);
    }

    #[test]
    fn branches() {
        let cases = [
            ("feature/user-profiles", "user_profiles", "add_user_profiles"),
            ("feature/create-orders", "create_orders", "create_orders"),
            ("feature/team/x", "team_x", "add_team_x"),
            ("fix/email", "email", "fix_email"),
            ("fix/add-email", "add_email", "fix_add_email"),
            ("fix/fix-email", "fix_email", "fix_email"),
            ("refactor/Orders", "orders", "refactor_orders"),
            ("hotfix/email-index", "email_index", "hotfix_email_index"),
            ("payments", "payments", "add_payments"),
            ("drop-legacy", "drop_legacy", "drop_legacy"),
        ];
        for (branch, topic, name) in cases {
            assert_eq!(
                (branch_topic(branch).as_str(), migration_name(branch).as_str()),
                (topic, name),
                "{branch}"
            );
        }
    }
}
