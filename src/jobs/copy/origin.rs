//! Where the sources of copies are: in the store that is written to, in another region of it, or in another store.

use std::sync::Arc;

use crate::failure::Failure;
use crate::jobs::job::Job;
use crate::output::Output;
use crate::store::copy::Holder;
use crate::store::wire::{Connect, Store};
use crate::transfer::{Engine, TransferOptions};

/// How to reach the sources, as far as it differs from how the destination is reached.
#[derive(Debug, Clone, Default)]
pub(crate) struct SourceAccess {
    pub(crate) endpoint_url: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) no_sign_request: bool,
}

/// The source's side of a run.
pub(crate) struct Origin {
    /// Lists and opens the sources.
    pub(crate) engine: Engine,
    pub(crate) holder: Holder,
}

impl SourceAccess {
    pub(crate) fn is_given(&self) -> bool {
        self.names_store() || self.region.is_some()
    }

    /// Whether the sources are in another store, or in another account of the same one.
    pub(crate) fn names_store(&self) -> bool {
        self.endpoint_url.is_some() || self.profile.is_some() || self.no_sign_request
    }

    /// Connects to the store that is written to, and to the one that holds the sources. `are_apart`: the buckets of both
    /// differ, so they may be in two regions.
    /// Errors: `Kind::Usage` if the endpoint of the sources is the one that is written to.
    pub(super) async fn connect(
        &self,
        connect: &Connect,
        are_apart: bool,
        out: &Output,
    ) -> Result<(Job, Holder), Failure> {
        if !self.names_store() {
            let (job, again) = Job::connect_twice(connect, self.region.as_deref(), out).await?;
            // Amazon's regions are found by trial; a store with an endpoint has one address for all.
            let has_regions = job.store.endpoint().is_none();
            let is_region = self.region.is_some() || (are_apart && has_regions);
            let holder = if is_region { Holder::Region(again) } else { Holder::Destination };
            return Ok((job, holder));
        }
        let job = Job::connect(connect, out).await?;
        let to_source = self.to_source(connect, &job.store);
        let source = job.interrupt.race(Store::connect(&to_source)).await?;
        if self.endpoint_url.is_some() && source.has_endpoint_of(&job.store) {
            return Err(Failure::usage("--source-endpoint-url is the endpoint that is written to")
                .hint("leave it out: copies within one store need no bytes of this machine"));
        }
        Ok((job, Holder::Other(Arc::new(source))))
    }

    fn to_source(&self, connect: &Connect, destination: &Store) -> Connect {
        let is_elsewhere = self.endpoint_url.is_some() || self.profile.is_some();
        Connect {
            endpoint_url: self
                .endpoint_url
                .clone()
                .or_else(|| connect.endpoint_url.clone().filter(|_| !is_elsewhere)),
            default_endpoint_url: destination.endpoint().map(str::to_owned),
            profile: self.profile.clone().or_else(|| connect.profile.clone()),
            region: self
                .region
                .clone()
                .or_else(|| connect.region.clone().filter(|_| !is_elsewhere)),
            no_sign_request: self.no_sign_request || connect.no_sign_request,
            // Another store's accounts have numbers of their own.
            expected_bucket_owner: None,
            ..connect.clone()
        }
    }
}

impl Origin {
    pub(super) fn new(
        job: &Job,
        engine: &Engine,
        holder: Holder,
        options: &TransferOptions,
    ) -> Origin {
        let engine = match &holder {
            Holder::Destination => engine.clone(),
            Holder::Region(store) | Holder::Other(store) => job.engine_of(store, options),
        };
        Origin { engine, holder }
    }

    /// Whether names on both sides may mean the same object.
    pub(crate) fn is_destination(&self) -> bool {
        self.holder.is_destination()
    }
}
