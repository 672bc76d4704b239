//! [`Walk`]: random DDL on a database, proven by plans from where the walk began to where it is, and back.

mod column;
mod fill;
mod grammar;
mod place;
mod proof;
mod random;
mod rows;

use std::collections::BTreeMap;
use std::fmt;

use pggit_catalog::address::ObjectKind;
use pggit_catalog::diff::diff;
use pggit_catalog::plan::ChangeKind;
use pggit_db::introspect::{Snapshot, read_catalog};
use pggit_db::session::Session;

use crate::TestServer;
use fill::Filler;
use grammar::Grammar;
use place::Place;
use proof::{Forms, How};
use random::Random;

/// Steps after which a walk goes on from where it is: plans stay of a size that people can read.
const LEG: usize = 40;

/// Objects above which more is dropped than made.
const MANY: usize = 130;

/// Every so many steps the plan doesn't know what was renamed.
const BY_NAME: usize = 4;

/// Every so many steps `pg_dump` is a second witness, every other time of the forms that let readers and writers go on.
const WITNESS: usize = 25;

/// How walks went.
#[derive(Debug, Clone, Default)]
pub struct Walked {
    /// Statements that changed something. Each is proven both ways.
    pub steps: usize,
    /// Statements that the server refused, or that changed nothing.
    pub refused: usize,
    /// Statements of the plans.
    pub statements: usize,
    /// Steps that rows had stopped, where the plan says so, and that were proven without rows.
    pub without_rows: usize,
    /// Steps that were proven on a copy of the start, not in a transaction that was rolled back.
    pub on_copies: usize,
    /// How often an object of a kind was made, changed, renamed, dropped.
    pub touched: BTreeMap<(ObjectKind, ChangeKind), usize>,
    /// Proofs that failed, with the statements that lead there.
    pub failures: Vec<String>,
}

impl Walked {
    /// Adds another walk.
    pub fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.refused += other.refused;
        self.statements += other.statements;
        self.without_rows += other.without_rows;
        self.on_copies += other.on_copies;
        for (key, count) in other.touched {
            *self.touched.entry(key).or_default() += count;
        }
        self.failures.extend(other.failures);
    }

    /// What could have happened to objects of some kind and did not: `RENAME Domain`.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let changes = [ChangeKind::Create, ChangeKind::Alter, ChangeKind::Rename, ChangeKind::Drop];
        ObjectKind::ALL
            .into_iter()
            .flat_map(|kind| changes.map(|change| (kind, change)))
            .filter(|(kind, change)| can(*kind, *change) && !self.touched.contains_key(&(*kind, *change)))
            .map(|(kind, change)| format!("{change} {kind:?}"))
            .collect()
    }
}

/// What can happen to objects of a kind otherwise than by making them anew.
const fn can(kind: ObjectKind, change: ChangeKind) -> bool {
    use ObjectKind as Kind;
    match change {
        ChangeKind::Create | ChangeKind::Drop => true,
        ChangeKind::Alter => !matches!(kind, Kind::PublicationSchema),
        ChangeKind::Rename => !matches!(
            kind,
            Kind::Extension
                | Kind::AccessMethod
                | Kind::Cast
                | Kind::Transform
                | Kind::Operator
                | Kind::UserMapping
                | Kind::PublicationTable
                | Kind::PublicationSchema
                | Kind::Setting
                | Kind::DefaultPrivileges
                | Kind::Privileges
        ),
    }
}

impl fmt::Display for Walked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps, refused, statements, without_rows, on_copies, touched: _, failures } = self;
        write!(
            f,
            "{steps} steps proven both ways by {statements} statements, {on_copies} on copies, {without_rows} without \
             rows, {} failed; {refused} statements refused",
            failures.len()
        )
    }
}

/// Random DDL on a database of its own.
#[derive(Debug)]
pub struct Walk<'s> {
    seed: u64,
    random: Random,
    /// For names that are not there yet.
    number: usize,
    live: Place<'s>,
    /// What `live` holds.
    at: Snapshot,
    /// A copy of the database as it was when the leg began.
    start: Place<'s>,
    /// What `start` holds.
    from: Snapshot,
    /// The statements of the leg.
    statements: Vec<String>,
    walked: Walked,
}

impl<'s> Walk<'s> {
    /// A walk on a server, the same for the same seed.
    #[must_use]
    pub fn new(server: &'s TestServer, seed: u64) -> Self {
        let mut live = Place::built(server, include_str!("walk/base.sql"), &format!("walk {seed}"));
        let at = live.read();
        let mut start = live.copy(&at, "start of a walk");
        let from = start.read();
        Self {
            seed,
            random: Random::new(seed),
            number: 0,
            live,
            at,
            start,
            from,
            statements: Vec::new(),
            walked: Walked::default(),
        }
    }

    /// Walks `steps` steps, each proven. Where a proof fails a new leg begins.
    #[must_use]
    pub fn run(mut self, steps: usize) -> Walked {
        while self.walked.steps < steps {
            let Some(statement) = self.statement() else { continue };
            if !self.step(&statement) {
                self.walked.refused += 1;
                continue;
            }
            self.walked.steps += 1;
            if !self.is_proven() || self.walked.steps.is_multiple_of(LEG) {
                self.begin_leg();
            }
        }
        self.walked
    }

    /// Runs a statement; whether it changed something that is modelled, and nothing else.
    fn step(&mut self, statement: &str) -> bool {
        let session = self.live.session();
        session.script("BEGIN").expect("it begins");
        let now = session
            .script(statement)
            .ok()
            .map(|()| read_catalog(session).expect("the catalog can be read"))
            .filter(|now| now.unmodelled.is_empty());
        let changes = now.as_ref().map_or_else(Vec::new, |now| {
            diff(&self.at.catalog, &now.catalog, &self.at.identities.renames_to(&now.identities))
        });
        let end = if changes.is_empty() { "ROLLBACK" } else { "COMMIT" };
        // Constraints may be checked at the end.
        let ended = session.script(end).is_ok();
        let Some(now) = now.filter(|_| ended && !changes.is_empty()) else { return false };
        for change in &changes {
            let renamed = change.before.as_ref().is_some_and(|before| before.name != change.address.name);
            let kind =
                if change.kind == ChangeKind::Rename && !renamed { ChangeKind::Alter } else { change.kind };
            *self.walked.touched.entry((change.address.kind, kind)).or_default() += 1;
        }
        self.statements.push(statement.to_owned());
        self.at = now;
        true
    }

    /// Proves the way from the start to here and back, and writes down what fails.
    fn is_proven(&mut self) -> bool {
        let steps = self.walked.steps;
        let witness = steps.is_multiple_of(WITNESS);
        let online = witness && steps.is_multiple_of(2 * WITNESS);
        let how = How {
            renames: !steps.is_multiple_of(BY_NAME),
            forms: if online { Forms::Online } else { Forms::Plain },
            witness,
        };
        match proof::prove(&mut self.start, &self.from, &self.live, &self.at, how) {
            Ok(proven) => {
                self.walked.statements += proven.statements;
                self.walked.without_rows += usize::from(proven.without_rows);
                self.walked.on_copies += usize::from(proven.on_copy);
                true
            }
            Err(failure) => {
                let needed = self.shortened(how, &failure.sort());
                self.walked.failures.push(format!(
                    "seed {}, step {steps}, {how:?}: {}\n--- after\n{};",
                    self.seed,
                    failure.text(),
                    needed.join(";\n")
                ));
                false
            }
        }
    }

    /// The statements of the leg without those that the failure does not need.
    fn shortened(&mut self, how: How, sort: &str) -> Vec<String> {
        let mut needed = self.statements.clone();
        let mut size = needed.len().div_ceil(2);
        while size > 0 {
            let mut end = needed.len();
            while end > 0 {
                let begin = end.saturating_sub(size);
                let mut fewer = needed.clone();
                fewer.drain(begin..end);
                if proof::fails_too(&mut self.start, &self.from, &fewer, how, sort) {
                    needed = fewer;
                }
                end = begin;
            }
            size /= 2;
        }
        needed
    }

    /// From here on plans begin where the walk is now; tables get rows, where they take some.
    fn begin_leg(&mut self) {
        rows::add(self.live.session(), &mut self.random, &self.at);
        self.start = self.live.copy(&self.at, "start of a walk");
        self.from = self.start.read();
        self.statements.clear();
    }

    /// A statement; `None` when there is nothing that it could be about.
    fn statement(&mut self) -> Option<String> {
        let (make, change, drop) = if self.at.catalog.len() > MANY { (20, 50, 30) } else { (35, 50, 15) };
        let grammar = match self.random.below(make + change + drop) {
            dice if dice < make => Grammar::make(),
            dice if dice < make + change => Grammar::change(),
            _ => Grammar::drop(),
        };
        let template = grammar.pick(&mut self.random);
        Filler::new(&mut self.random, &mut self.number, &self.at.catalog, self.live.name()).fill(template)
    }
}
