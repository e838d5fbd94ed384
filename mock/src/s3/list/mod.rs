//! The list operations, a page at a time.

mod objects;
mod page;
mod parts;
mod uploads;
mod versions;

pub(crate) use objects::{list_objects, list_objects_v2};
pub(crate) use parts::list_parts;
pub(crate) use uploads::list_multipart_uploads;
pub(crate) use versions::list_object_versions;
