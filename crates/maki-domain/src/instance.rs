//! What an instance of the register says about itself.

use serde::{Deserialize, Serialize};

/// Whether the entries of an instance are real. Anything but production carries a banner on every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstanceKind {
    Demo,
    Test,
    #[default]
    Production,
}
