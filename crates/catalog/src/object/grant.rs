//! Privileges.

use crate::address::PartKind;
use crate::canonical::record;
use crate::parts::PartItem;

record! {
    /// One privilege of one grantee that differs from what the kind grants by default (`acldefault`).
    pub struct Grant {
        /// `SELECT`, `EXECUTE`, … as `aclexplode` names it.
        1 => privilege: String,
        /// The role; `None` for `PUBLIC`. The owner is a grantee like others.
        2 => grantee: Option<String>,
        /// `WITH GRANT OPTION`.
        3 => grantable: bool,
        /// Who granted it; `None` for the owner.
        4 => grantor: Option<String>,
        /// The default grants this privilege and it was taken away.
        5 => revoked: bool,
    }
}

impl PartItem for Grant {
    const KIND: PartKind = PartKind::Grant;
}

impl Grant {
    /// The key in a map of grants: `SELECT TO app`, `EXECUTE TO PUBLIC`, and ` BY grantor` where it is not the owner.
    #[must_use]
    pub fn key(&self) -> String {
        let grantee = self.grantee.as_deref().map_or("PUBLIC".to_owned(), crate::ident::quote_ident);
        match &self.grantor {
            None => format!("{} TO {grantee}", self.privilege),
            Some(grantor) => {
                format!("{} TO {grantee} BY {}", self.privilege, crate::ident::quote_ident(grantor))
            }
        }
    }
}
