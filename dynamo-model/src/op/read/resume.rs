//! Going on where a cursor stands.

use sha2::{Digest as _, Sha256};

use super::Read;
use super::cursor::{Binding, Cursor, Place, Position};
use super::lane::Lane;
use super::request::Request;
use crate::CursorErrorKind::{Malformed, OtherQuery};
use crate::key::{KeyValue, SortCondition};
use crate::op::request::Body;
use crate::op::view::{RequestView, Requests};
use crate::schema::AttributeDef;
use crate::{CursorError, Error};

impl<T: 'static> Read<T> {
    /// What a cursor of this read is bound to.
    pub(super) fn binding(&self) -> Result<Binding, Error> {
        let mut hash = Sha256::new();
        hash.update(self.operation.name());
        hash.update([u8::from(self.descending), u8::from(self.merge.is_some())]);
        for request in self.requests.iter().flatten() {
            let body = request.render(None, None)?.finish();
            hash.update(body.len().to_be_bytes());
            hash.update(body);
        }
        let hash: [u8; 32] = hash.finalize().into();
        let mut binding = Binding::default();
        binding.copy_from_slice(&hash[..16]);
        Ok(binding)
    }

    /// The lanes of the read, each where it begins.
    pub(super) fn lanes(&mut self) -> Result<Vec<Lane>, Error> {
        let begun = self.begin()?;
        let lanes = self.lanes_from(begun.as_ref());
        self.begun = begun;
        lanes
    }

    /// The requests that the read begins with.
    pub(in crate::op) fn views(&self) -> Result<Requests, Error> {
        let lanes = self.lanes_from(self.begin()?.as_ref())?;
        let asks = lanes.iter().filter_map(|lane| lane.first(self));
        let view = |ask| RequestView::new(self.operation, self.source.table, self.body(ask));
        Ok(Requests::new(asks.map(view)))
    }

    /// The position that the read begins at, if a cursor says one.
    fn begin(&self) -> Result<Option<Position>, Error> {
        self.requests.as_ref().map_err(Error::again)?;
        if let Some(error) = &self.unreadable
            && self.complete.is_none()
            && !self.passing
        {
            return Err(error.again());
        }
        match &self.start {
            None => Ok(None),
            Some(cursor) if cursor.binding == self.binding()? => self.starts(cursor).map(Some),
            Some(_) => Err(CursorError::new(OtherQuery).into()),
        }
    }

    fn lanes_from(&self, starts: Option<&Position>) -> Result<Vec<Lane>, Error> {
        let requests = self.requests.as_deref().unwrap_or_default();
        let lane = |(number, request): (usize, &Request)| match starts {
            None => Ok(Lane::new(self.rendered(request)?, None, None)),
            Some(starts) => self.lane_at(request, number, starts),
        };
        let numbered = |(number, request)| Ok(lane((number, request))?.numbered(number));
        requests.iter().enumerate().map(numbered).collect()
    }

    /// The body of a request, but for what differs from page to page.
    fn rendered(&self, request: &Request) -> Result<Body, Error> {
        // Of items that are only counted DynamoDB takes no attributes.
        let attributes = self.attributes.as_deref().filter(|_| !self.counting);
        let both;
        let filter = match (&self.own, &self.filter) {
            (Some(own), Some(filter)) => {
                both = own.clone().and(filter.clone());
                Some(&both)
            }
            (own, filter) => own.as_ref().or(filter.as_ref()),
        };
        request.render(filter, attributes)
    }

    /// The cursor's position, checked: it may have come from anywhere.
    fn starts(&self, cursor: &Cursor) -> Result<Position, Error> {
        let requests = self.requests.as_deref().unwrap_or_default();
        let lanes = requests.len();
        let fits = match &cursor.position {
            Position::At(Place::Start) => true,
            Position::At(place) => lanes == 1 && self.fits(place, requests),
            Position::Merged(lane, count, key) => {
                let (lane, count) = (usize::from(*lane), usize::from(*count));
                self.merge.is_some()
                    && lanes == count
                    && requests
                        .get(lane..=lane)
                        .is_some_and(|request| self.fits_key(key, request))
            }
            Position::Segments(places) => {
                self.merge.is_none()
                    && lanes == places.len()
                    && places.iter().all(|place| self.fits(place, requests))
            }
        };
        if fits {
            Ok(cursor.position.clone())
        } else {
            Err(CursorError::new(Malformed).into())
        }
    }

    fn fits(&self, place: &Place, requests: &[Request]) -> bool {
        match place {
            Place::After(key) => self.fits_key(key, requests),
            Place::Start | Place::End => true,
        }
    }

    /// Whether this is a key of the partition, which the service would say otherwise.
    fn fits_key(&self, key: &[KeyValue], requests: &[Request]) -> bool {
        let partition = requests.iter().flat_map(|request| &request.partition);
        let sort = requests.iter().flat_map(|request| &request.sort);
        let value = |name| self.names.position(name).and_then(|at| key.get(at));
        self.names.fits(key)
            && partition
                .into_iter()
                .all(|(attribute, own)| value(attribute.name) == Some(own))
            && sort.into_iter().all(|(attribute, condition)| {
                value(attribute.name).is_some_and(|value| condition.holds(value))
            })
    }

    fn lane_at(&self, request: &Request, number: usize, starts: &Position) -> Result<Lane, Error> {
        let place = match starts {
            Position::At(place) => place,
            Position::Segments(places) => places.get(number).unwrap_or(&Place::End),
            Position::Merged(lane, _, key) if usize::from(*lane) == number => {
                return self.lane_behind(request, key);
            }
            Position::Merged(lane, _, key) => {
                return self.lane_beside(request, number, usize::from(*lane), key);
            }
        };
        match place {
            Place::End => Ok(Lane::ended()),
            // There is nothing before the start.
            Place::Start if self.backwards => Ok(Lane::ended()),
            Place::Start => Ok(Lane::new(self.rendered(request)?, None, None)),
            Place::After(key) => self.lane_behind(request, key),
        }
    }

    /// The partition of the last item, behind it.
    fn lane_behind(&self, request: &Request, key: &[KeyValue]) -> Result<Lane, Error> {
        let reversed = self.is_reversed();
        let ends = |(attribute, condition): &(AttributeDef, SortCondition)| {
            let value = self
                .names
                .position(attribute.name)
                .and_then(|at| key.get(at));
            value.is_some_and(|value| condition.ends_at(value, reversed))
        };
        // DynamoDB refuses a start at the end of the condition: in the table nothing has the same sort key. In an index others
        // may have it.
        if self.source.index.is_none() && request.sort.iter().any(ends) {
            return Ok(Lane::ended());
        }
        let start = self.names.write(key);
        Ok(Lane::new(self.rendered(request)?, Some(start), None))
    }

    /// A partition from which the last item was not, with what it has behind that item: its condition is narrowed to sort
    /// keys from the item's on, and of those that are equal the ones that were handed out are passed over.
    fn lane_beside(
        &self,
        request: &Request,
        number: usize,
        last: usize,
        key: &[KeyValue],
    ) -> Result<Lane, Error> {
        let reversed = self.is_reversed();
        let order = self.order();
        let sort = self.merge.iter().flatten().copied();
        let sort = sort.zip(order.iter().filter_map(|at| key.get(*at)));
        let conditions = request.sort.iter();
        // The first attribute that is not equated: what follows it is not bounded by it.
        let open = sort.clone().find(|(name, _)| {
            !conditions.clone().any(|(attribute, condition)| {
                attribute.name == *name && matches!(condition, SortCondition::Eq(_))
            })
        });
        // Items of equal sort keys are in the order of their partitions.
        let ties_are_behind = (number > last) != self.backwards;
        if open.is_none() && !ties_are_behind {
            // All items have the same sort key, or none.
            return Ok(Lane::ended());
        }
        let mut narrowed = Request {
            body: request.body.open(),
            partition: request.partition.clone(),
            sort: request.sort.clone(),
        };
        if let Some((name, from)) = open {
            let known = narrowed
                .sort
                .iter()
                .position(|(attribute, _)| attribute.name == name);
            let whole = known.map(|at| narrowed.sort.remove(at).1);
            let Some(condition) = SortCondition::narrowed(whole.as_ref(), from, reversed) else {
                return Ok(Lane::ended());
            };
            if let Some(attribute) = self.names.get(name) {
                narrowed.sort.push((attribute, condition));
            }
        }
        let skip = Skip {
            conditions: request
                .sort
                .iter()
                .filter_map(|(attribute, condition)| {
                    Some((self.names.position(attribute.name)?, condition.clone()))
                })
                .collect(),
            last: key.to_vec(),
            order,
            reversed,
            ties_are_behind,
        };
        Ok(Lane::new(self.rendered(&narrowed)?, None, Some(skip)))
    }

    /// Where in a key the sort key attributes are that items are merged by.
    pub(super) fn order(&self) -> Vec<usize> {
        let names = self.merge.iter().flatten();
        names.filter_map(|name| self.names.position(name)).collect()
    }
}

/// What a lane passes over after a cursor.
pub(super) struct Skip {
    /// The conditions that the request had before it was narrowed, with the places of their attributes in a key.
    conditions: Vec<(usize, SortCondition)>,
    /// The key of the last item that was handed out.
    last: Vec<KeyValue>,
    order: Vec<usize>,
    reversed: bool,
    ties_are_behind: bool,
}

impl Skip {
    pub(super) fn passes_over(&self, key: &[KeyValue]) -> bool {
        let holds = |(at, condition): &(usize, SortCondition)| {
            key.get(*at).is_some_and(|value| condition.holds(value))
        };
        if !self.conditions.iter().all(holds) {
            return true;
        }
        let ordering = compare(&self.order, key, &self.last, self.reversed);
        ordering.is_lt() || (ordering.is_eq() && !self.ties_are_behind)
    }
}

/// The order of two items by their sort keys.
pub(super) fn compare(
    order: &[usize],
    a: &[KeyValue],
    b: &[KeyValue],
    reversed: bool,
) -> std::cmp::Ordering {
    let of_a = order.iter().map(|at| a.get(*at));
    let ordering = of_a.cmp(order.iter().map(|at| b.get(*at)));
    if reversed {
        ordering.reverse()
    } else {
        ordering
    }
}
