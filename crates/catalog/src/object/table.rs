//! Tables: columns, constraints, partitions, inheritance.

use std::collections::BTreeMap;

use super::{Grant, SecurityLabels, SequenceOptions};
use crate::address::PartKind;
use crate::canonical::{Remembered, choice, record};
use crate::ident::QualifiedName;
use crate::parts::PartItem;

record! {
    /// A table: ordinary, partitioned, or a partition.
    pub struct Table {
        /// Logged or not; temporary tables are not objects of a catalog.
        1 => persistence: Persistence,
        /// Columns by name.
        2 => columns: BTreeMap<String, Column>,
        /// Names of the columns in order; `ALTER TABLE` cannot change it.
        3 => column_order: Remembered<Vec<String>>,
        /// Constraints by name, without the not-null constraints that columns carry themselves.
        4 => constraints: BTreeMap<String, Constraint>,
        /// Parents by classic inheritance, in order.
        5 => inherits: Vec<QualifiedName>,
        /// What it is a partition of.
        6 => partition: Option<Partition>,
        /// `pg_get_partkeydef` of a partitioned table.
        7 => partition_key: Option<String>,
        /// Storage parameters; those of the TOAST table are called `toast.…`.
        8 => options: BTreeMap<String, String>,
        /// Access method where it is not `heap`.
        9 => access_method: Option<String>,
        /// Tablespace where it is not the database's.
        10 => tablespace: Option<String>,
        /// Type of a typed table.
        11 => of_type: Option<QualifiedName>,
        /// Replica identity.
        12 => replica_identity: ReplicaIdentity,
        /// Row-level security is enabled.
        13 => row_security: bool,
        /// Row-level security holds for the owner too.
        14 => force_row_security: bool,
        /// The index or constraint that `CLUSTER` uses.
        15 => cluster_on: Option<String>,
        /// Server of a foreign table; what its wrapper is told is in `options`.
        16 => server: Option<String>,
        /// The system columns that have privileges of their own, by number.
        17 => system_columns: Vec<SystemColumn>,
    }
}

record! {
    /// A column that every table has: `ctid`, `xmin` and so on.
    pub struct SystemColumn {
        /// Its name.
        1 => name: String,
        /// Privileges on it, by `PRIVILEGE TO grantee`.
        2 => grants: BTreeMap<String, Grant>,
    }
}

choice! {
    /// How a relation is stored.
    pub enum Persistence {
        /// Ordinary.
        0 => Permanent,
        /// `UNLOGGED`.
        1 => Unlogged,
    }
}

record! {
    /// A column.
    pub struct Column {
        /// Type (`format_type` under an empty search path).
        1 => type_name: String,
        /// Collation, quoted and qualified, where it is not the type's own.
        2 => collation: Option<String>,
        /// `NOT NULL`.
        3 => not_null: bool,
        /// Default expression.
        4 => default: Option<String>,
        /// Expression of a generated column.
        5 => generated: Option<String>,
        /// `GENERATED … AS IDENTITY`.
        6 => identity: Option<Identity>,
        /// `PLAIN`, `EXTERNAL`, `EXTENDED` or `MAIN`, where it is not the type's own.
        7 => storage: Option<String>,
        /// `pglz` or `lz4`, where it is set.
        8 => compression: Option<String>,
        /// `SET STATISTICS`, where it is set.
        9 => statistics: Option<i64>,
        /// `n_distinct`, `n_distinct_inherited`.
        10 => options: BTreeMap<String, String>,
        /// The comment.
        11 => comment: Option<String>,
        /// Privileges on the column, by `PRIVILEGE TO grantee`.
        12 => grants: BTreeMap<String, Grant>,
        /// The column comes from a parent and is not declared here (`attislocal` is false). What is declared stays so,
        /// whatever the parent gets: only dropping the column with its values could change that.
        13 => inherited: Remembered<bool>,
        /// Name of the not-null constraint where it is not `table_column_not_null`: partitions have their parent's,
        /// and renaming leaves it as it is. Since PostgreSQL 18, which has these names in `pg_constraint`.
        14 => not_null_name: Remembered<Option<String>>,
        /// What the wrapper of a foreign table is told about the column.
        15 => foreign_options: BTreeMap<String, String>,
        /// The generated column is computed when it is read (`VIRTUAL`, PostgreSQL 18), else stored.
        16 => is_virtual: bool,
        /// `NOT NULL` is declared here besides what comes from a parent, and stays when the parent's goes: since PostgreSQL
        /// 18. What is declared stays so, as of a column.
        17 => not_null_declared: Remembered<bool>,
        /// `NOT NULL … NO INHERIT`: children need not have it. Since PostgreSQL 18.
        18 => not_null_no_inherit: bool,
        /// `NOT NULL … NOT VALID`: rows from before may be null. Since PostgreSQL 18.
        19 => not_null_not_valid: bool,
        /// The comment on the not-null constraint, since PostgreSQL 18.
        20 => not_null_comment: Option<String>,
        /// Security labels, by their providers.
        21 => security_labels: SecurityLabels,
    }
}

impl Column {
    /// Whether children have to be `NOT NULL` too.
    pub(crate) fn gives_not_null(&self) -> bool {
        self.not_null && !self.not_null_no_inherit
    }

    /// Whether it says something of `NOT NULL` that nobody could before PostgreSQL 18.
    pub(crate) fn has_not_null_constraint(&self) -> bool {
        self.not_null_no_inherit || self.not_null_not_valid || self.not_null_comment.is_some()
    }

    /// Name of its not-null constraint, in this table.
    pub(crate) fn not_null_constraint(&self, table: &str, name: &str) -> String {
        self.not_null_name.0.clone().unwrap_or_else(|| format!("{table}_{name}_not_null"))
    }
}

impl PartItem for Column {
    const KIND: PartKind = PartKind::Column;
}

record! {
    /// The sequence of an identity column.
    pub struct Identity {
        /// `GENERATED ALWAYS`, else `BY DEFAULT`.
        1 => always: bool,
        /// Name of the sequence.
        2 => sequence: QualifiedName,
        /// Its numbers.
        3 => options: SequenceOptions,
        /// The sequence is `UNLOGGED`.
        4 => unlogged: bool,
    }
}

record! {
    /// A constraint of a table.
    pub struct Constraint {
        /// What it is.
        1 => kind: ConstraintKind,
        /// `pg_get_constraintdef`, with `DEFERRABLE`, `NOT VALID`, `NO INHERIT` where they hold.
        2 => definition: String,
        /// Whether existing rows were checked.
        3 => validated: bool,
        /// It comes from a parent and is not declared here (`conislocal` is false or `conparentid` is set). What is
        /// declared stays so, as of a column.
        4 => inherited: Remembered<bool>,
        /// Columns it is about, in its order.
        5 => columns: Vec<String>,
        /// Table that a foreign key refers to.
        6 => references: Option<QualifiedName>,
        /// Storage parameters of its index.
        7 => index_options: BTreeMap<String, String>,
        /// Tablespace of its index where it is not the database's.
        8 => tablespace: Option<String>,
        /// Partitions: the constraint of the parent's that its index is attached to, by the name of that index.
        9 => index_parent: Option<QualifiedName>,
        /// The comment.
        10 => comment: Option<String>,
    }
}

impl PartItem for Constraint {
    const KIND: PartKind = PartKind::Constraint;
}

choice! {
    /// What a constraint is.
    pub enum ConstraintKind {
        /// `CHECK`.
        0 => Check,
        /// `PRIMARY KEY`.
        1 => PrimaryKey,
        /// `UNIQUE`.
        2 => Unique,
        /// `FOREIGN KEY`.
        3 => ForeignKey,
        /// `EXCLUDE`.
        4 => Exclusion,
    }
}

impl ConstraintKind {
    /// Whether an index stands behind it.
    #[must_use]
    pub const fn has_index(self) -> bool {
        matches!(self, Self::PrimaryKey | Self::Unique | Self::Exclusion)
    }
}

record! {
    /// The place of a partition.
    pub struct Partition {
        /// The partitioned table.
        1 => parent: QualifiedName,
        /// `FOR VALUES …` or `DEFAULT`.
        2 => bound: String,
    }
}

record! {
    /// Replica identity.
    pub struct ReplicaIdentity {
        /// What identifies a row.
        1 => kind: ReplicaIdentityKind,
        /// The index, when it is one.
        2 => index: Option<String>,
    }
}

choice! {
    /// What identifies a row in logical replication.
    pub enum ReplicaIdentityKind {
        /// The primary key.
        0 => Default,
        /// Nothing.
        1 => Nothing,
        /// The whole row.
        2 => Full,
        /// An index.
        3 => Index,
    }
}

impl SystemColumn {
    /// All of them, by their numbers from -1 down.
    pub const NAMES: [&str; 6] = ["ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"];

    /// The one with this number, which is negative.
    #[must_use]
    pub fn name_of(number: i64) -> Option<&'static str> {
        let index = usize::try_from(-1 - number).ok()?;
        Self::NAMES.get(index).copied()
    }
}

impl crate::parts::PropertyField for Persistence {}
impl crate::parts::PropertyField for ReplicaIdentity {}
impl crate::parts::PropertyField for ReplicaIdentityKind {}
impl crate::parts::PropertyField for ConstraintKind {}
impl crate::parts::PropertyField for QualifiedName {}
impl crate::parts::PropertyField for SequenceOptions {}

impl Table {
    /// Columns in their order; columns that the order does not know come last, by name.
    pub fn columns_in_order(&self) -> impl Iterator<Item = (&String, &Column)> {
        let known = self.column_order.0.iter().filter_map(|name| self.columns.get_key_value(name));
        let others = self.columns.iter().filter(|(name, _)| !self.column_order.0.contains(name));
        known.chain(others)
    }

    /// The primary key.
    #[must_use]
    pub fn primary_key(&self) -> Option<(&String, &Constraint)> {
        self.constraints.iter().find(|(_, constraint)| constraint.kind == ConstraintKind::PrimaryKey)
    }
}
