//! Operations: statements that belong together, with what they destroy, make and alter.

use super::id::Id;
use super::{Action, ChangeKind, Hazard, Lock, LockMode, Step};
use crate::address::{ObjectAddress, Part};
use crate::ident::QualifiedName;

/// When an operation comes among those that dependencies leave free.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Something goes.
    Drop,
    /// Something stays and changes, or is made.
    #[default]
    Make,
    /// A partition or a partition's index is attached.
    Attach,
    /// A foreign key is made: after all rows, keys and partitions are there.
    ForeignKey,
    /// What has an effect on other statements: default privileges change, event triggers are made.
    Last,
}

/// Statements that belong together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Op {
    pub(crate) phase: Phase,
    pub(crate) steps: Vec<Step>,
    /// What is gone afterwards, of the start.
    pub(crate) destroys: Vec<Id>,
    /// What is there afterwards, of the end.
    pub(crate) makes: Vec<Id>,
    /// What is there before and afterwards.
    pub(crate) alters: Vec<Id>,
    /// What must have been made, besides what the dependencies of the end say.
    pub(crate) needs: Vec<Id>,
    /// What comes before if something happens to it at all.
    pub(crate) follows: Vec<Id>,
    /// What must be gone, of the start, if it goes at all.
    pub(crate) after_gone: Vec<Id>,
    /// The names of what is destroyed were given up before: what was put under another name until it could go.
    pub(crate) keeps_names: bool,
}

impl Op {
    /// An operation without effects on others yet.
    pub(crate) fn new(steps: Vec<Step>) -> Self {
        Self { steps, ..Self::default() }
    }

    /// The operation makes `id`.
    pub(crate) fn makes(mut self, id: Id) -> Self {
        self.makes.push(id);
        self
    }

    /// The operation destroys `id`.
    pub(crate) fn destroys(mut self, id: Id) -> Self {
        self.phase = if self.makes.is_empty() && self.alters.is_empty() { Phase::Drop } else { self.phase };
        self.destroys.push(id);
        self
    }

    /// The operation alters `id`.
    pub(crate) fn alters(mut self, id: Id) -> Self {
        self.alters.push(id);
        self
    }

    /// The operation comes after `id` was made.
    pub(crate) fn needs(mut self, id: Id) -> Self {
        self.needs.push(id);
        self
    }

    /// The operation comes after what makes or alters `id`.
    pub(crate) fn follows(mut self, id: Id) -> Self {
        self.follows.push(id);
        self
    }

    /// The operation comes after `id` is gone.
    pub(crate) fn after_gone(mut self, id: Id) -> Self {
        self.after_gone.push(id);
        self
    }

    /// The operation belongs into `phase`.
    pub(crate) fn in_phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// The object that the operation is about.
    pub(crate) fn address(&self) -> Option<ObjectAddress> {
        self.destroys.iter().chain(&self.makes).chain(&self.alters).map(|(address, _)| address.clone()).next()
    }
}

impl Step {
    /// A step on an object.
    pub(crate) fn new(change: ChangeKind, address: &ObjectAddress, action: Action, sql: String) -> Self {
        Self {
            change,
            address: address.clone(),
            part: None,
            action,
            sql,
            locks: Vec::new(),
            hazards: Vec::new(),
            transactional: true,
            apart: false,
        }
    }

    /// A step that alters an object.
    pub(crate) fn alter(address: &ObjectAddress, action: Action, sql: String) -> Self {
        Self::new(ChangeKind::Alter, address, action, sql)
    }

    /// The step is about `part`.
    pub(crate) fn on(mut self, part: Part) -> Self {
        self.part = Some(part);
        self
    }

    /// The step locks `relation`.
    pub(crate) fn lock(mut self, mode: LockMode, relation: QualifiedName) -> Self {
        self.locks.push(Lock::new(mode, relation));
        self
    }

    /// The step carries `hazard`.
    pub(crate) fn hazard(mut self, hazard: Hazard) -> Self {
        self.hazards.push(hazard);
        self
    }

    /// The step carries `hazard` if `condition` holds.
    pub(crate) fn hazard_if(self, condition: bool, hazard: Hazard) -> Self {
        if condition { self.hazard(hazard) } else { self }
    }
}
