//! Comments that take findings away: `-- confiture:ignore full-scan, blocks-writes`.

use std::collections::{BTreeMap, BTreeSet};

use pggit_catalog::hazard::Hazard;
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::LintError;

/// Hazards to ignore, by line.
pub(crate) type Comments = BTreeMap<usize, BTreeSet<Hazard>>;

/// All such comments of a text.
///
/// # Errors
/// When one names a hazard that there is not.
pub(crate) fn comments(root: &SyntaxNode, text: &str) -> Result<Comments, LintError> {
    let mut comments = Comments::new();
    let tokens = root.descendants_with_tokens().filter_map(squawk_syntax::SyntaxElement::into_token);
    for token in tokens.filter(|token| token.kind() == SyntaxKind::COMMENT) {
        let comment = token.text().trim_start_matches('-').trim();
        let Some(rest) = comment.strip_prefix("confiture:").map(str::trim_start) else { continue };
        let Some(names) = rest.strip_prefix("ignore") else { continue };
        let line = text[..usize::from(token.text_range().start())].matches('\n').count() + 1;
        for name in names.trim_start_matches(':').split([',', ' ']).filter(|name| !name.is_empty()) {
            let hazard = Hazard::from_id(name).ok_or_else(|| LintError {
                message: format!("there is no hazard \"{name}\""),
                line,
                column: 1,
            })?;
            comments.entry(line).or_default().insert(hazard);
        }
    }
    Ok(comments)
}

/// Those that are meant for a statement from line `first` to line `last`.
pub(crate) fn of(comments: &Comments, first: usize, last: usize) -> BTreeSet<Hazard> {
    comments.range(first.saturating_sub(1)..=last).flat_map(|(_, hazards)| hazards).copied().collect()
}
