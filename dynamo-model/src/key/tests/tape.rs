//! Random data as a tape of words that a test reads its decisions from.
//!
//! What a key may hold depends on the template drawn before it. Reading both from one tape keeps the
//! generators plain functions, and shrinking still works: a shorter tape with smaller words is a simpler case,
//! and behind its end there are only zeros.

use proptest::prelude::Rng as _;
use proptest::prelude::*;
use proptest::strategy::{NewTree, ValueTree};
use proptest::test_runner::TestRunner;

pub(crate) struct Tape<'t> {
    words: &'t [u32],
    at: usize,
}

pub(crate) fn cases() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(10_000)
    }
}

pub(crate) fn words(len: usize) -> Words {
    Words(len)
}

/// A tape of so many words. The same as a vector of `any::<u32>()`, at a tenth of the time where nothing is optimized.
#[derive(Debug)]
pub(crate) struct Words(usize);

impl Strategy for Words {
    type Tree = Recorded;
    type Value = Vec<u32>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let words: Vec<u32> = (0..self.0).map(|_| runner.rng().next_u32()).collect();
        Ok(Recorded {
            at: words.len(),
            words,
            before: None,
        })
    }
}

/// Shrinks word by word, from the end, to zero.
pub(crate) struct Recorded {
    words: Vec<u32>,
    at: usize,
    before: Option<u32>,
}

impl ValueTree for Recorded {
    type Value = Vec<u32>;

    fn current(&self) -> Vec<u32> {
        self.words.clone()
    }

    fn simplify(&mut self) -> bool {
        while self.at > 0 {
            self.at -= 1;
            if self.words[self.at] != 0 {
                self.before = Some(std::mem::take(&mut self.words[self.at]));
                return true;
            }
        }
        false
    }

    fn complicate(&mut self) -> bool {
        let Some(before) = self.before.take() else {
            return false;
        };
        self.words[self.at] = before;
        true
    }
}

impl<'t> Tape<'t> {
    pub(crate) fn new(words: &'t [u32]) -> Self {
        Self { words, at: 0 }
    }

    pub(crate) fn word(&mut self) -> u32 {
        let word = self.words.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        word
    }

    /// From 0 to `n` - 1.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.word() as usize % n
    }

    /// `true` once in `n` times.
    pub(crate) fn chance(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Small numbers, numbers around the powers of two, and any others.
    pub(crate) fn integer(&mut self) -> u128 {
        let small = u128::from(self.word() % 20);
        match self.below(5) {
            0 => small,
            1 => (1_u128 << self.below(128))
                .wrapping_add(small)
                .wrapping_sub(10),
            2 => u128::MAX - small,
            3 => u128::from(self.word()) << self.below(97),
            _ => (0..4).fold(0, |n, _| n << 32 | u128::from(self.word())),
        }
    }
}
