//! What a statement does, as far as its text tells.

/// One change; of tables that were there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    CreateIndex {
        concurrently: bool,
        unique: bool,
    },
    DropIndex {
        concurrently: bool,
    },
    Reindex {
        concurrently: bool,
    },
    AddColumn {
        computed: bool,
        required: bool,
    },
    AlterColumnType,
    SetNotNull,
    AddCheck {
        valid: bool,
    },
    AddForeignKey {
        valid: bool,
    },
    AddKey {
        using_index: bool,
    },
    AddExclusion,
    ValidateConstraint,
    DropConstraint,
    DropColumn,
    /// `ALTER TABLE` that is instant.
    AlterTable,
    /// `ALTER TABLE` under SHARE UPDATE EXCLUSIVE.
    AlterTableLightly,
    RewriteTable,
    DropTable,
    Truncate,
    DropSchema,
    DropSequence,
    /// Of a function, a type and the like.
    DropOther,
    /// What depends on something that goes: defaults, checks, triggers of tables.
    DropDependents,
    DropView,
    ReplaceView,
    Rename,
    RenameOther,
    /// A new table that refers to one that is there.
    ReferTo,
    /// `CREATE TABLE … PARTITION OF`.
    CreatePartition,
    AttachPartition,
    DetachPartition {
        concurrently: bool,
    },
    CreateTrigger,
    DropTrigger,
    Policy,
    Rule,
    Grant,
    Owner,
    Refresh {
        concurrently: bool,
    },
    /// Constraint or not-null property of a domain.
    CheckDomain,
    UpdateExtension,
    VacuumFull,
    /// Another statement that the server refuses in a transaction.
    Outside,
}

impl Change {
    /// Whether the server refuses it in a transaction.
    pub(crate) const fn is_outside(&self) -> bool {
        matches!(
            self,
            Self::CreateIndex { concurrently: true, .. }
                | Self::DropIndex { concurrently: true }
                | Self::Reindex { concurrently: true }
                | Self::DetachPartition { concurrently: true }
                | Self::VacuumFull
                | Self::Outside
        )
    }

    /// Whether nobody reads or writes the table meanwhile.
    pub(crate) const fn blocks_reads(self) -> bool {
        matches!(
            self,
            Self::DropIndex { concurrently: false }
                | Self::AddColumn { .. }
                | Self::AlterColumnType
                | Self::SetNotNull
                | Self::AddCheck { .. }
                | Self::AddKey { .. }
                | Self::AddExclusion
                | Self::DropConstraint
                | Self::DropColumn
                | Self::AlterTable
                | Self::RewriteTable
                | Self::DropTable
                | Self::Truncate
                | Self::DropSchema
                | Self::DropDependents
                | Self::DropView
                | Self::ReplaceView
                | Self::Rename
                | Self::CreatePartition
                | Self::AttachPartition
                | Self::DetachPartition { .. }
                | Self::DropTrigger
                | Self::Policy
                | Self::Rule
                | Self::Owner
                | Self::Refresh { concurrently: false }
                | Self::VacuumFull
        )
    }

    /// Whether writers wait.
    pub(crate) const fn blocks_writes(self) -> bool {
        self.blocks_reads()
            || matches!(
                self,
                Self::CreateIndex { concurrently: false, .. }
                    | Self::Reindex { concurrently: false }
                    | Self::AddForeignKey { .. }
                    | Self::ReferTo
                    | Self::CreateTrigger
                    | Self::CheckDomain
                    | Self::Refresh { .. }
            )
    }
}
