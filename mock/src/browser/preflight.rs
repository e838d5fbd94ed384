//! The preflight of browsers before a request from another origin.

use http::HeaderMap;

use crate::refusal::Refusal;
use crate::settings::{CORS_METHODS, CorsRules};

/// Answers OPTIONS, which browsers send without a signature.
pub(crate) fn preflight(
    rules: Option<&CorsRules>,
    headers: &HeaderMap,
) -> Result<HeaderMap, Refusal> {
    let get = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let insufficient = |message: String| Err(Refusal::new(400, "BadRequest", message));
    let Some(origin) = get("origin") else {
        return insufficient("Insufficient information. Origin request header needed.".to_owned());
    };
    let method = get("access-control-request-method").unwrap_or("null");
    if !CORS_METHODS.contains(&method) {
        return insufficient(format!("Invalid Access-Control-Request-Method: {method}"));
    }
    let forbidden = |message: &'static str| {
        Refusal::new(403, "AccessForbidden", message)
            .detail("Method", method)
            .detail("ResourceType", "OBJECT")
    };
    let rules =
        rules.ok_or_else(|| forbidden("CORSResponse: CORS is not enabled for this bucket."))?;
    let asked: Vec<_> = get("access-control-request-headers")
        .unwrap_or_default()
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect();
    rules.preflight(origin, method, &asked).ok_or_else(|| {
        forbidden("CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.")
    })
}
