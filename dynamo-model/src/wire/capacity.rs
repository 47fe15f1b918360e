//! What an operation cost.

use std::collections::BTreeMap;

/// The capacity that one or more calls consumed, as DynamoDB reports it (`ConsumedCapacity`).
///
/// Units are DynamoDB's capacity units: one read unit is a strongly consistent read of up to 4 KB (an
/// eventually consistent one costs half), one write unit a write of up to 1 KB, and transactions cost twice
/// as much. Which members are filled depends on what was asked for: `TOTAL` gives the sums, `INDEXES` also
/// the table's and each index's part.
///
/// ```
/// use dynamo_model::ConsumedCapacity;
///
/// let mut page = ConsumedCapacity::default();
/// page.table_name = "shop".into();
/// page.capacity_units = 2.5;
///
/// let mut total = ConsumedCapacity::default();
/// total.add(&page);
/// total.add(&page);
/// assert_eq!(total.table_name, "shop");
/// assert_eq!(total.capacity_units, 5.0);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct ConsumedCapacity {
    /// The table the call went to; the first one, in a sum over several tables.
    pub table_name: String,
    /// All capacity units, of the table and its indexes.
    pub capacity_units: f64,
    /// The read units among them, where DynamoDB tells them apart (transactions).
    pub read_capacity_units: Option<f64>,
    /// The write units among them, where DynamoDB tells them apart (transactions).
    pub write_capacity_units: Option<f64>,
    /// The part of the table itself (`INDEXES` only).
    pub table: Option<Capacity>,
    /// The part of each local secondary index, by index name (`INDEXES` only).
    pub local_secondary_indexes: BTreeMap<String, Capacity>,
    /// The part of each global secondary index, by index name (`INDEXES` only).
    pub global_secondary_indexes: BTreeMap<String, Capacity>,
}

/// The capacity units of a table or of one index.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Capacity {
    /// All capacity units.
    pub capacity_units: f64,
    /// The read units among them, where DynamoDB tells them apart.
    pub read_capacity_units: Option<f64>,
    /// The write units among them, where DynamoDB tells them apart.
    pub write_capacity_units: Option<f64>,
}

impl ConsumedCapacity {
    /// Adds what another call or page consumed.
    pub fn add(&mut self, other: &Self) {
        if self.table_name.is_empty() {
            self.table_name.clone_from(&other.table_name);
        }
        self.capacity_units += other.capacity_units;
        add_known(&mut self.read_capacity_units, other.read_capacity_units);
        add_known(&mut self.write_capacity_units, other.write_capacity_units);
        if let Some(table) = &other.table {
            self.table.get_or_insert_default().add(table);
        }
        add_indexes(
            &mut self.local_secondary_indexes,
            &other.local_secondary_indexes,
        );
        add_indexes(
            &mut self.global_secondary_indexes,
            &other.global_secondary_indexes,
        );
    }
}

impl Capacity {
    /// Adds the units of the same table or index in another call.
    pub fn add(&mut self, other: &Self) {
        self.capacity_units += other.capacity_units;
        add_known(&mut self.read_capacity_units, other.read_capacity_units);
        add_known(&mut self.write_capacity_units, other.write_capacity_units);
    }
}

fn add_known(sum: &mut Option<f64>, more: Option<f64>) {
    if let Some(more) = more {
        *sum.get_or_insert(0.0) += more;
    }
}

fn add_indexes(sum: &mut BTreeMap<String, Capacity>, more: &BTreeMap<String, Capacity>) {
    for (name, capacity) in more {
        sum.entry(name.clone()).or_default().add(capacity);
    }
}
