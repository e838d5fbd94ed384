//! The calls of several lines: PowerShell, Python, and JavaScript for a page or Node.

use super::call::Call;
use super::quoting::{comment, javascript as js, powershell as ps, python as py};
use crate::store::presigned::Method;
use crate::store::{KEY_HEADER as KEY, KEY_MD5_HEADER as KEY_MD5};

pub(super) fn powershell(call: &Call<'_>) -> String {
    let mut lines = vec!["$headers = @{}".to_owned()];
    match call.headers_file {
        Some(path) => lines.push(format!(
            "Get-Content -LiteralPath {} | ForEach-Object {{ $name, $value = $_ -split ': ', 2; $headers[$name] = $value }}",
            ps(&path.display().to_string())
        )),
        None => lines.extend(
            call.inline().map(|(name, value)| format!("$headers[{}] = {}", ps(name), ps(value))),
        ),
    }
    let file = ps(&call.file());
    let (what, content_type) = match call.method {
        Method::Get => (format!("-OutFile {file}"), ""),
        // PowerShell 5.1 refuses this header among the others.
        Method::Put if call.signs("content-type") => {
            lines.push(
                "$type = $headers['content-type']; $headers.Remove('content-type')".to_owned(),
            );
            (format!("-Method Put -InFile {file}"), " -ContentType $type")
        }
        Method::Put => {
            (format!("-Method Put -InFile {file}"), " -ContentType 'application/octet-stream'")
        }
        Method::Head => ("-Method Head".to_owned(), ""),
    };
    // After a redirect, it would send the key to another host.
    let request = format!(
        "Invoke-WebRequest -UseBasicParsing -MaximumRedirection 0 -Headers $headers {what}{content_type} -Uri {}",
        ps(&call.signed.url)
    );
    let is_head = call.method == Method::Head;
    lines.push(if is_head { format!("({request}).Headers") } else { request });
    lines.join("\n")
}

pub(super) fn python(call: &Call<'_>) -> String {
    let headers = match call.headers_file {
        Some(path) => format!(
            "with open({}, encoding=\"utf-8\") as lines:\n    headers = dict(line.rstrip(\"\\n\").split(\": \", 1) for line in lines)",
            py(&path.display().to_string())
        ),
        None => {
            let items = call.inline().map(|(name, value)| format!("{}: {}", py(name), py(value)));
            format!("headers = {{{}}}", items.collect::<Vec<_>>().join(", "))
        }
    };
    let (url, file) = (py(&call.signed.url), py(call.at.name()));
    let proof = if call.signs(KEY_MD5) {
        format!(
            "    if answer.headers.get(\"{KEY_MD5}\") != headers[\"{KEY_MD5}\"]:\n        sys.exit(\"the store has not said that it used the key\")\n"
        )
    } else {
        String::new()
    };
    let request = match call.method {
        Method::Get => format!(
            "request = urllib.request.Request({url}, headers=headers)\n\
             with opener.open(request) as answer:\n{proof}    with open({file}, \"wb\") as file:\n        \
             shutil.copyfileobj(answer, file)\n        \
             if file.tell() != int(answer.headers[\"content-length\"]):\n            \
             sys.exit(\"the connection ended too early\")"
        ),
        Method::Put => format!(
            "with open({file}, \"rb\") as body:\n    \
             headers[\"content-length\"] = str(os.fstat(body.fileno()).st_size)\n    \
             headers.setdefault(\"content-type\", \"application/octet-stream\")\n    \
             request = urllib.request.Request({url}, data=body, headers=headers, method=\"PUT\")\n    \
             answer = opener.open(request)\nwith answer:\n{}",
            if proof.is_empty() { "    pass" } else { proof.trim_end() }
        ),
        Method::Head => format!(
            "request = urllib.request.Request({url}, headers=headers, method=\"HEAD\")\n\
             with opener.open(request) as answer:\n{proof}    print(answer.headers)"
        ),
    };
    let modules = match call.method {
        Method::Get => "import shutil\nimport sys\n",
        Method::Put => "import os\nimport sys\n",
        Method::Head => "import sys\n",
    };
    format!(
        "{modules}import urllib.request\n\n\n\
         class NoRedirect(urllib.request.HTTPRedirectHandler):\n    \
         # The headers are for this host alone.\n    \
         def redirect_request(self, *_):\n        return None\n\n\n\
         {headers}\nopener = urllib.request.build_opener(NoRedirect)\n{request}"
    )
}

pub(super) fn javascript(call: &Call<'_>) -> String {
    let is_sealed = call.signs(KEY);
    let headers: String = call
        .signed
        .headers
        .iter()
        // The one secret among them is the argument.
        .filter(|(name, _)| !name.eq_ignore_ascii_case(KEY))
        .map(|(name, value)| format!("  {}: {},\n", js(name), js(value)))
        .collect();
    let (name, method, does) = match call.method {
        Method::Get => ("download", "GET", "reads"),
        Method::Put => ("upload", "PUT", "writes"),
        Method::Head => ("head", "HEAD", "asks for"),
    };
    let mut parameters = Vec::new();
    parameters.extend(is_sealed.then_some("key"));
    parameters.extend((call.method == Method::Put).then_some("body"));
    let (with_key, proof) = if is_sealed {
        (
            format!("{{ ...headers, \"{KEY}\": await encoded(key) }}"),
            format!(
                "  if (answer.headers.get(\"{KEY_MD5}\") !== headers[\"{KEY_MD5}\"]) {{\n    \
                 throw new Error(\"no proof that the store used the key: does the bucket's CORS rule expose {KEY_MD5}?\");\n  }}\n"
            ),
        )
    } else {
        ("headers".to_owned(), String::new())
    };
    let body = if call.method == Method::Put { "\n    body," } else { "" };
    let encoding = if is_sealed { ENCODED } else { "" };
    let answer = match call.method {
        Method::Get => "The answer has `blob()`, `text()` and `body`.",
        Method::Put => {
            "The answer's headers have the ETag and the version. `body` is a File, a Blob or bytes."
        }
        Method::Head => "The answer's headers describe the object.",
    };
    format!(
        "// This {does} {} until {}. {answer}\n\
         const url = {};\nconst headers = {{\n{headers}}};\n{encoding}\n\
         export async function {name}({}) {{\n  \
         const answer = await fetch(url, {{\n    method: \"{method}\",\n    headers: {with_key},{body}\n    \
         // The headers are for this host alone.\n    redirect: \"error\",\n    credentials: \"omit\",\n    cache: \"no-store\",\n  }});\n  \
         if (!answer.ok) {{\n    throw new Error(`${{answer.status}}: ${{await answer.text()}}`);\n  }}\n{proof}  \
         return answer;\n}}",
        comment(&call.at.to_string()),
        call.expires,
        js(&call.signed.url),
        parameters.join(", "),
    )
}

/// Takes what a user has: a key file from `<input type=\"file\">`, its text, or bytes.
const ENCODED: &str = r##"
// `key`: a key file (File or Blob), its text in base64 or hex, or 32 bytes. It is sent to the store, and kept nowhere.
async function encoded(key) {
  let bytes = key instanceof Blob ? new Uint8Array(await key.arrayBuffer()) : key;
  if (typeof bytes !== "string" && bytes.length !== 32) bytes = new TextDecoder().decode(bytes);
  if (typeof bytes === "string") {
    const line = bytes.split("\n").map((it) => it.trim()).find((it) => it !== "" && !it.startsWith("#")) ?? "";
    bytes = /^[0-9a-f]{64}$/i.test(line)
      ? Uint8Array.from(line.match(/../g), (pair) => parseInt(pair, 16))
      : Uint8Array.from(atob(line.replaceAll("-", "+").replaceAll("_", "/")), (it) => it.charCodeAt(0));
  }
  if (bytes.length !== 32) throw new TypeError("this is no key of 32 bytes");
  return btoa(String.fromCharCode(...bytes));
}
"##;
