//! Two published models, as the library states them, and what their programs share.

pub mod battle_royale;
pub mod online_shop;
pub mod rows;
