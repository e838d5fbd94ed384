//! S3 as this program sees it: one store, reached with the user's configuration, whose every write
//! with a key is proven and whose every refusal is explained.
//!
//! | file | holds |
//! |---|---|
//! | `connect` | options and AWS configuration in, a client out |
//! | `endpoint` | where requests go; the rule about plain http |
//! | `loopback` | which names are this machine |
//! | `region` | which partition a region belongs to |
//! | `documents` | how long documents and errors may be |
//! | `trust` | the certificates to trust and the connection to the store |
//! | `settings` | which option, variable or file has decided how the store is reached |
//! | `contact` | the first request: who answers, what time it is there |
//! | `handshake`, `certificate` | a look at an https endpoint's certificate |
//! | `retry` | what is sent again, how often, after which pause |
//! | `stall` | connections on which nothing moves are given up |
//! | `rate` | so many bytes a second, both ways |
//! | `pace` | how often the store asked for fewer requests |
//! | `request_log` | what `-v` says of each request |
//! | `key_tag` | the MD5 of an object's key as one of its tags |
//! | `latency` | how long the store takes to answer |
//! | `checksums` | whether checksums are sent and asked for |
//! | `refusal` | what the SDK reports, boiled down; nothing above sees an SDK error |
//! | `content_md5` | the checksum of documents |
//! | `diagnosis` | a refusal and its circumstances in, one cause and one fix out |
//! | `seal` | the three headers out, the proof in |
//! | `acl` | who else may read an object, by a list of its own |
//! | `attributes` | what is stored with an object besides its bytes |
//! | `metadata` | what a store says of an object |
//! | `audit` | what an object is encrypted with, whoever holds the key |
//! | `extent` | which bytes of an object an answer holds |
//! | `answer_head` | status and echo of an answer, where the SDK drops them |
//! | `read` | HEAD and GET, trying keys without sending more of them than needed |
//! | `recheck` | a second look before the last other copy is deleted |
//! | `write` | PUT and multipart uploads, each proven |
//! | `attempts` | how often a write was sent |
//! | `unsupported` | what a store does not implement, and which option to leave out |
//! | `uploads` | multipart uploads that are not finished, and their parts |
//! | `pages` | whether the pages of a listing advance |
//! | `list` | what lies below a prefix, a page at a time |
//! | `inventory` | what an S3 Inventory lists; pure |
//! | `bucket` | the switch that blocks SSE-C |
//! | `copy` | from one object to another within the store, or onto itself |
//! | `copy_parts` | the same for what one request cannot copy |
//! | `copy_proof` | whether a copy is sealed as it should be, and holds what its source holds |
//! | `same_bytes` | whether two looks show the same bytes; pure |
//! | `copy_trial` | whether the store can be trusted with a copy, tried out on throw-away objects |
//! | `throw_away` | throw-away objects: their names, their folder, and what killed runs have left of them |
//! | `percent` | percent-encoding |
//! | `remove` | deletes; taking back what was not sealed |
//! | `remove_many` | deletes, a thousand in one request |
//! | `presign` | URLs with the seal signed into them |
//! | `signature` | presigned URLs signed anew, with one header more |
//! | `url` | a presigned URL as its receiver sees it |
//! | `through` | reading and writing through a presigned URL instead of with credentials |
//! | `url_check` | what is plain before anything is sent through a presigned URL |
//! | `url_refusal` | what a refusal means to somebody who has but a URL |
//! | `proven` | which buckets have proven that they seal |

mod acl;
mod answer_head;
mod attempts;
mod attributes;
mod audit;
mod bucket;
mod certificate;
mod circumstances;
mod classify;
mod connect;
mod contact;
mod content_md5;
mod copy;
mod copy_parts;
mod copy_proof;
mod copy_trial;
mod diagnosis;
mod documents;
mod endpoint;
mod extent;
mod handshake;
mod inventory;
mod key_tag;
mod latency;
mod learned;
mod list;
mod loopback;
mod metadata;
mod pace;
mod pages;
mod percent;
mod presign;
mod presigned;
mod rate;
mod read;
mod read_options;
mod recheck;
mod refusal;
mod region;
mod remove;
mod remove_many;
mod request_log;
mod retry;
mod same_bytes;
mod seal;
mod settings;
mod signature;
mod stall;
mod through;
mod throw_away;
mod trust;
mod unsupported;
mod uploads;
mod url;
mod url_check;
mod url_refusal;
mod write;

pub(crate) use attributes::parse_header;
pub use attributes::{Attributes, Condition, Metadata};
pub use audit::{Audited, State};
pub use aws_sdk_s3::primitives::SdkBody as RequestBody;
pub use bucket::{BucketEncryption, SseC};
pub use certificate::Certificate;
pub use connect::{Connect, Store};
pub use contact::{Contact, Outcome};
pub use copy::{Copy, CopySource, MOST_BYTES_OF_ONE_COPY};
pub use copy_parts::CopiedPart;
pub use copy_proof::{Compared, Copied};
pub use extent::Extent;
pub use handshake::{Handshake, is_proxied};
pub use inventory::{Columns, DataFile, EncryptionStatus, Inventoried, Manifest};
pub use learned::{Guard, Way};
pub use list::{Kind, Listed, Listing};
pub use metadata::ObjectMetadata;
pub use pace::Pace;
pub use presign::{LONGEST_EXPIRY, Method, Presign, PresignedUrl};
pub use read::{Body, Opened, Reading};
pub use read_options::ReadOptions;
pub use remove::Removed;
pub use remove_many::Doomed;
pub use retry::{Backoff, Retry};
pub use seal::Encryption;
pub use settings::{Identity, Setting, Settings};
pub use through::Sums;
pub use throw_away::{ThrowAways, is_throw_away};
pub use uploads::{ListedPart, UnfinishedUpload, UnfinishedUploads};
pub use url::SignedUrl;
pub use write::{Part, Stored, Write, Written};
