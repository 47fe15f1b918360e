//! What is written says what was meant, read back by a small parser of DynamoDB's grammar.

mod condition;
mod parser;
mod update;
