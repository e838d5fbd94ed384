//! Where rotated objects go.

use crate::failure::Failure;
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
    /// The copy of one object.
    pub(crate) fn object(from: &Location, to: Location) -> Result<Target, Failure> {
        let to = to.object()?;
        if *from == to {
            return Err(onto_itself(&to));
        }
        Ok(Target::Elsewhere { from: from.clone(), to })
    }

    /// Copies of all that is below a prefix.
    pub(crate) fn below(from: Location, to: Location) -> Result<Target, Failure> {
        let is_nested = to.key.starts_with(&from.key) || from.key.starts_with(&to.key);
        if from.bucket == to.bucket && is_nested {
            return Err(onto_itself(&to));
        }
        Ok(Target::Elsewhere { from, to })
    }

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

fn onto_itself(to: &Location) -> Failure {
    Failure::usage(format!("{to} and what is to be sealed anew lie within each other"))
        .hint("leave out --dest to seal objects anew where they are, or name another prefix")
}
