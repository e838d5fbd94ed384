//! Providers of S3 stores that seal with SSE-C: their endpoints and regions, from their own documentation (2026-11).

/// A provider, or a kind of store.
#[derive(Debug)]
pub(super) struct Provider {
    /// The value of `--provider`.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// `aws`, or the URL with `{region}` where the region goes. None where every store has its own.
    pub(super) endpoint: Option<&'static str>,
    /// The regions that are offered; others are accepted.
    pub(super) regions: &'static [&'static str],
}

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        name: "aws",
        title: "Amazon S3",
        endpoint: Some("aws"),
        regions: &["eu-central-1", "eu-west-1", "us-east-1", "us-west-2", "ap-southeast-1"],
    },
    Provider {
        name: "ovh",
        title: "OVHcloud",
        endpoint: Some("https://s3.{region}.io.cloud.ovh.net"),
        regions: &["gra", "rbx", "sbg", "eu-west-par", "de", "waw", "uk", "bhs", "sgp"],
    },
    Provider {
        name: "hetzner",
        title: "Hetzner",
        endpoint: Some("https://{region}.your-objectstorage.com"),
        regions: &["fsn1", "nbg1", "hel1"],
    },
    Provider {
        name: "scaleway",
        title: "Scaleway",
        endpoint: Some("https://s3.{region}.scw.cloud"),
        regions: &["fr-par", "nl-ams", "pl-waw", "it-mil"],
    },
    Provider {
        name: "exoscale",
        title: "Exoscale",
        endpoint: Some("https://sos-{region}.exo.io"),
        regions: &["ch-gva-2", "ch-dk-2", "de-fra-1", "de-muc-1", "at-vie-1", "bg-sof-1"],
    },
    Provider {
        name: "b2",
        title: "Backblaze B2",
        endpoint: Some("https://s3.{region}.backblazeb2.com"),
        regions: &["eu-central-003", "us-west-004", "us-east-005", "ca-east-006"],
    },
    Provider {
        name: "wasabi",
        title: "Wasabi",
        endpoint: Some("https://s3.{region}.wasabisys.com"),
        regions: &["eu-central-1", "eu-central-2", "eu-west-1", "us-east-1", "us-west-1"],
    },
    Provider {
        name: "ionos",
        title: "IONOS",
        endpoint: Some("https://s3.{region}.ionoscloud.com"),
        regions: &["eu-central-1", "eu-central-2", "eu-central-3", "eu-south-2", "us-central-1"],
    },
    Provider {
        name: "own",
        title: "a store of your own: Ceph, MinIO, SeaweedFS, Garage",
        endpoint: None,
        regions: &["us-east-1"],
    },
    Provider { name: "other", title: "another provider", endpoint: None, regions: &["us-east-1"] },
];

impl Provider {
    /// The provider of this name.
    pub(super) fn find(name: &str) -> Option<&'static Provider> {
        PROVIDERS.iter().find(|provider| provider.name == name)
    }

    /// The endpoint in this region, if the provider decides it.
    pub(super) fn endpoint_in(&self, region: &str) -> Option<String> {
        self.endpoint.map(|endpoint| endpoint.replace("{region}", region))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_is_a_url() {
        for provider in PROVIDERS.iter().filter(|it| it.endpoint.is_some_and(|it| it != "aws")) {
            for region in provider.regions {
                let endpoint = provider.endpoint_in(region).unwrap();
                let url: http::Uri = endpoint.parse().unwrap();
                assert_eq!(url.scheme_str(), Some("https"), "{endpoint}");
                assert!(url.host().unwrap().contains(region), "{endpoint}");
            }
        }
    }
}
