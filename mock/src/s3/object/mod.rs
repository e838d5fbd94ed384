//! Operations on one object.

mod acl;
mod attributes;
mod condition;
mod copy;
mod delete;
mod found;
mod get;
mod lock;
mod put;
mod tagging;

pub(crate) use acl::get_object_acl;
pub(crate) use attributes::get_object_attributes;
pub(crate) use condition::{ReadConditions, WriteConditions, source_conditions};
pub(crate) use copy::{check_source_size, copy_object, source};
pub(crate) use delete::{delete_object, delete_objects};
pub(crate) use found::ObjectReader;
pub(crate) use get::{check_part_number, get_object, head_object};
pub(crate) use lock::{LockRequest, bypasses, requested_lock};
pub(crate) use put::{announce_creation, put_object};
pub(crate) use tagging::{
    delete_object_tagging, get_object_tagging, parse_tagging_header, put_object_tagging,
};
