//! Steps that compute expressions of users over rows: they run with the rights of the object's owner.
//!
//! Checks, defaults, generated columns, casts and domains call functions, and whoever may make a table chooses them. As
//! the server does it for indexes and materialized views, those functions get the rights of the owner and no others,
//! whoever carries the plan out. What an owner may not do, such as using the schema of the own table, is an error then.

use pggit_catalog::address::ObjectKind;
use pggit_catalog::catalog::Catalog;
use pggit_catalog::ident::QualifiedName;
use pggit_catalog::object::{Body, ConstraintKind};
use pggit_catalog::plan::{Action, Step};

use super::ApplyError;
use crate::session::{Param, Session};

/// The role that a step has to run as when that is not the caller.
pub(super) fn of_step<S: Session>(
    session: &mut S,
    step: &Step,
    target: &Catalog,
) -> Result<Option<i64>, ApplyError> {
    let address = &step.address;
    let name = address.qualified();
    match (&step.action, address.kind) {
        (
            Action::AlterType | Action::AddConstraint { .. } | Action::ValidateConstraint { .. },
            ObjectKind::Domain,
        ) => of_domain(session, &name),
        (
            Action::AddColumn { .. } | Action::AlterColumnType { .. } | Action::AttachPartition,
            ObjectKind::Table,
        ) => of_table(session, &name, None),
        (
            Action::AddConstraint { constraint } | Action::ValidateConstraint { constraint },
            ObjectKind::Table,
        ) => {
            let constraint = match target.get(address).map(|object| &object.body) {
                Some(Body::Table(table)) => table.constraints.get(constraint),
                _ => None,
            };
            match constraint {
                Some(constraint) if constraint.kind == ConstraintKind::Check => {
                    of_table(session, &name, None)
                }
                Some(constraint) if constraint.kind == ConstraintKind::ForeignKey => {
                    of_table(session, &name, constraint.references.as_ref())
                }
                // The index of the others is built with the rights of the table's owner by the server itself.
                _ => Ok(None),
            }
        }
        _ => Ok(None),
    }
}

/// The owner of a table, unless that is the caller, or has no right to refer to `referenced`.
pub(super) fn of_table<S: Session>(
    session: &mut S,
    table: &QualifiedName,
    referenced: Option<&QualifiedName>,
) -> Result<Option<i64>, ApplyError> {
    let (schema, name) = referenced.map_or((Param::Null, Param::Null), |referenced| {
        (Param::Text(&referenced.schema), Param::Text(&referenced.name))
    });
    let parameters = [Param::Text(&table.schema), Param::Text(&table.name), schema, name];
    first(session, include_str!("table_owner.sql"), &parameters)
}

fn of_domain<S: Session>(session: &mut S, domain: &QualifiedName) -> Result<Option<i64>, ApplyError> {
    let parameters = [Param::Text(&domain.schema), Param::Text(&domain.name)];
    first(session, include_str!("domain_owner.sql"), &parameters)
}

fn first<S: Session>(
    session: &mut S,
    sql: &str,
    parameters: &[Param<'_>],
) -> Result<Option<i64>, ApplyError> {
    let rows = session.query(sql, parameters)?;
    Ok(rows.first().map(|row| row.int(0)).transpose()?)
}
