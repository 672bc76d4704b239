//! Partitions that come and go without a scan or a strong lock on the parent.

use super::{Online, apart, outside, table_in};
use crate::object::Partition;
use crate::plan::effect::proof;
use crate::plan::effect::scene::{Place, Scene};
use crate::plan::{LockMode, Step};

/// The condition that rows lie within a bound, as the server would write it; of ranges of one column.
fn condition(key: &str, bound: &str) -> Option<String> {
    let column = key.strip_prefix("RANGE (")?.strip_suffix(')')?;
    if column.contains([',', '(', ' ']) {
        return None;
    }
    let limits = bound.strip_prefix("FOR VALUES FROM (")?.strip_suffix(')')?;
    let (from, to) = limits.split_once(") TO (")?;
    let mut conditions = vec![format!("({column} IS NOT NULL)")];
    if from != "MINVALUE" {
        conditions.push(format!("({column} >= {from})"));
    }
    if to != "MAXVALUE" {
        conditions.push(format!("({column} < {to})"));
    }
    Some(conditions.join(" AND "))
}

impl Online<'_> {
    /// The key of the parent with the bound, where the parent is no partition itself.
    fn place_in(&self, partition: &Partition, scene: &Scene) -> Option<(Place, String)> {
        let parent = scene.place(&partition.parent)?;
        let key = scene.at(parent).table()?.partition_key.clone()?;
        scene.partition_parent(parent).is_none().then_some((parent, key))
    }

    /// `ATTACH PARTITION`, with a check that implies the bound.
    pub(super) fn attach(&mut self, step: Step, place: Place, scene: &Scene) -> Vec<Step> {
        let is_table = step.part.as_ref() == Some(&crate::plan::id::partition_part());
        let partition = table_in(self.to, &step.address).and_then(|table| table.partition.clone());
        let (true, Some(partition)) = (is_table, partition) else { return vec![step] };
        let Some((_, key)) = self.place_in(&partition, scene) else { return vec![step] };
        let relation = scene.at(place);
        let proven = relation.table().is_some_and(|table| proof::lies_within(table, &key, &partition.bound));
        match condition(&key, &partition.bound) {
            Some(condition) if !proven && !relation.is_foreign() => {
                self.with_check(&step.clone(), vec![apart(step)], ("bound", &condition, false), scene)
            }
            _ => vec![step],
        }
    }

    /// `DETACH PARTITION … CONCURRENTLY`. The server would leave a check of its own behind, unless another implies the
    /// bound.
    pub(super) fn detach(&mut self, step: Step, place: Place, scene: &Scene) -> Vec<Step> {
        let partition = scene.at(place).table().and_then(|table| table.partition.clone());
        let Some(partition) = partition else { return vec![step] };
        let Some((parent, key)) = self.place_in(&partition, scene) else { return vec![step] };
        let Some(condition) = condition(&key, &partition.bound) else { return vec![step] };
        if scene.default_partition(parent).is_some() || scene.at(place).is_foreign() {
            return vec![step];
        }
        let mut concurrent = Step { sql: format!("{} CONCURRENTLY", step.sql), ..step.clone() };
        for lock in &mut concurrent.locks {
            if lock.relation == partition.parent {
                lock.mode = LockMode::ShareUpdateExclusive;
            }
        }
        self.with_check(&step, vec![outside(concurrent)], ("bound", &condition, false), scene)
    }
}

#[cfg(test)]
mod tests {
    use super::condition;

    #[test]
    fn bounds_are_conditions_of_ranges_of_one_column() {
        assert_eq!(
            condition("RANGE (at)", "FOR VALUES FROM ('2025-01-01') TO (MAXVALUE)").as_deref(),
            Some("(at IS NOT NULL) AND (at >= '2025-01-01')")
        );
        assert_eq!(condition("RANGE (a, b)", "FOR VALUES FROM (1, 1) TO (2, 2)"), None);
        assert_eq!(condition("LIST (a)", "FOR VALUES IN (1)"), None);
        assert_eq!(condition("RANGE (a)", "DEFAULT"), None);
    }
}
