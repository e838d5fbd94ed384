//! Operations on buckets, and the documents that configure them.
//!
//! [`Configuration`] serves the documents of buckets and the locks of versions beside the S3 layer, and refuses subresources
//! that are not served.

mod acls;
mod buckets;
mod configuration;
mod documents;
mod encryption;
mod stored;
mod versioning;

pub(crate) use buckets::{
    create_bucket, delete_bucket, get_bucket_location, get_bucket_ownership_controls, head_bucket,
    list_buckets,
};
pub(crate) use configuration::Configuration;
pub(crate) use versioning::{get_bucket_versioning, put_bucket_versioning};
