//! Where rotated objects go.

use crate::location::Location;

pub(crate) enum Target {
    InPlace,
    /// From one object, or from below one prefix, to another.
    Elsewhere {
        from: Location,
        to: Location,
    },
}

impl Target {
    pub(super) fn of(&self, at: &Location) -> Location {
        match self {
            Target::InPlace => at.clone(),
            Target::Elsewhere { from, to } => {
                let rest = at.key.strip_prefix(&from.key).unwrap_or_default();
                Location { bucket: to.bucket.clone(), key: format!("{}{rest}", to.key) }
            }
        }
    }

    pub(super) fn is_in_place(&self) -> bool {
        matches!(self, Target::InPlace)
    }
}
