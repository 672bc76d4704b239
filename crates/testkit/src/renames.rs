//! Renames of cases of the corpus.

use std::path::Path;

use pggit_catalog::address::{ObjectAddress, ObjectKind, Part};
use pggit_catalog::rename::Renames;

/// Renames of a case, from its `renames.txt`: `table public.a public.b`, `column public.b.x y`, `attribute public.t.x y`.
///
/// # Panics
/// When a line is no rename.
#[must_use]
pub fn renames(directory: &Path) -> Renames {
    let mut renames = Renames::default();
    let Ok(text) = std::fs::read_to_string(directory.join("renames.txt")) else { return renames };
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [kind, old, new] = words[..] else { panic!("\"{line}\" is no rename") };
        let address = |kind: ObjectKind, name: &str| match name.split_once('.') {
            Some((schema, name)) => ObjectAddress::new(kind, schema, name),
            None => ObjectAddress::global(kind, name),
        };
        if let "column" | "constraint" | "attribute" = kind {
            let (whole, part) = old.rsplit_once('.').expect("a part is in an object");
            let part = if kind == "constraint" { Part::constraint(part) } else { Part::column(part) };
            let whole_kind = if kind == "attribute" { ObjectKind::Composite } else { ObjectKind::Table };
            renames.add_part(address(whole_kind, whole), part, new.into());
            continue;
        }
        let object = ObjectKind::ALL
            .into_iter()
            .find(|known| format!("{known:?}").eq_ignore_ascii_case(kind))
            .unwrap_or_else(|| panic!("\"{kind}\" is no kind"));
        renames.add_object(address(object, old), address(object, new));
    }
    renames
}
