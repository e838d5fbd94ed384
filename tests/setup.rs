//! `setup`: from an empty home to a sealed object without a key, an endpoint or a variable; and the rules' connections.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::harness::{Done, Lab, PROGRAM, Run, url};

/// The program in a home where the AWS files are where they usually are, and no variable names a store.
fn at_home<'a>(lab: &Lab, arguments: impl IntoIterator<Item = &'a str>) -> Run {
    let run = lab.run(arguments).without_env("AWS_ENDPOINT_URL").without_env("AWS_REGION");
    let run = run.without_env("AWS_CONFIG_FILE").without_env("AWS_SHARED_CREDENTIALS_FILE");
    run.without_env("AWS_ACCESS_KEY_ID").without_env("AWS_SECRET_ACCESS_KEY")
}

/// The same with the credentials of the server in the environment.
fn with_credentials<'a>(lab: &Lab, arguments: impl IntoIterator<Item = &'a str>) -> Run {
    let server = lab.server();
    at_home(lab, arguments)
        .env("AWS_ACCESS_KEY_ID", server.access_key())
        .env("AWS_SECRET_ACCESS_KEY", server.secret_key())
}

#[test]
fn one_command_sets_up_an_image() {
    let lab = Lab::new();
    lab.file("f", b"content");
    let endpoint = lab.server().endpoint();
    let setup = ["setup", "s3://demo", "--endpoint-url", endpoint, "--profile", "mine", "--yes"];
    let done = with_credentials(&lab, setup).exits(0);
    assert!(done.stdout.contains("pass"), "doctor has run: {}", done.stdout);
    let said = done.says(&["keep a copy of this file", "(not shown)", "now: s3seal put FILE"]);
    assert!(!said.stderr.contains(lab.server().secret_key()));

    at_home(&lab, ["put", "f", &url("x")]).succeeds();
    assert_eq!(at_home(&lab, ["cat", &url("x")]).succeeds().stdout, "content");
    let sealed = at_home(&lab, ["head", "--json", &url("x")]).succeeds().json();
    assert_eq!(sealed["SSECustomerAlgorithm"], "AES256");
    for private in [".aws/credentials", ".config/s3seal/demo.key", ".config/s3seal/config.toml"] {
        let mode = std::fs::metadata(lab.path(private)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{private}");
    }
    let config = String::from_utf8(lab.read(".aws/config")).unwrap();
    assert!(config.contains("[profile mine]\nregion = us-east-1\nendpoint_url = http"), "{config}");

    // Another bucket: the profile and the key are there already.
    let again = ["setup", "s3://demo/other/", "--endpoint-url", endpoint, "--profile", "mine"];
    let again = [&again[..], &["--yes", "--no-doctor"]].concat();
    at_home(&lab, again.clone()).succeeds();
    let text = String::from_utf8(lab.read(".config/s3seal/config.toml")).unwrap();
    assert_eq!((text.matches("[keys.").count(), text.matches("[[rules]]").count()), (1, 2));
    assert_eq!(String::from_utf8(lab.read(".aws/config")).unwrap(), config);
    at_home(&lab, again).fails(2).says(&["another rule has the same endpoint and prefix"]);
    assert_eq!(String::from_utf8(lab.read(".config/s3seal/config.toml")).unwrap(), text);
}

#[test]
fn what_is_missing_is_named_and_nothing_is_written() {
    let lab = Lab::new();
    let empty: [&str; 0] = [];
    for (arguments, says) in [
        (&["setup", "--yes"][..], "s3seal setup s3://BUCKET"),
        (&["setup", "s3://b", "--yes"], "--provider NAME, or --endpoint-url"),
        (&["setup", "s3://b", "--provider", "ovh", "--yes"], "--region NAME: gra"),
        (&["setup", "s3://b", "--provider", "own", "--yes"], "--endpoint-url URL"),
        (&["setup", "s3://b", "--provider", "nonsense", "--yes"], "hetzner"),
        (
            &[
                "setup",
                "s3://b",
                "--provider",
                "aws",
                "--region",
                "eu-west-1",
                "--profile",
                "p",
                "-y",
            ],
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for this command",
        ),
        (
            &["setup", "s3://b", "--endpoint-url", "https://h", "--key-name", "none", "-y"],
            "--key-name",
        ),
        (&["setup", "s3://b", "--endpoint-url", "https://h", "-k", "stdin", "-y"], "cmd:COMMAND"),
        (&["setup", "s3://b", "--endpoint-url", "nonsense", "-y"], "no http or https URL"),
        (&["setup", "s3://b", "--endpoint-url", "https://h", "--region", "a b", "-y"], "letters"),
        // Without a terminal nobody can confirm.
        (&["setup", "s3://b", "--endpoint-url", "https://h"], "add --yes"),
    ] {
        at_home(&lab, arguments.iter().copied()).fails(2).says(&[says]);
    }
    let key = lab.run(["keygen"]).succeeds().stdout;
    let inline = ["setup", "s3://b", "--endpoint-url", "https://h", "-k", key.trim(), "-y"];
    let said = at_home(&lab, inline).fails(2).stderr;
    assert!(!said.contains(key.trim()), "{said}");
    let shown = ["setup", "s3://b", "--provider", "hetzner", "--region", "fsn1", "--dry-run"];
    at_home(&lab, shown).succeeds().says(&["endpoint = \"https://fsn1.your-objectstorage.com\""]);
    assert_eq!(lab.tree(".aws").into_keys().collect::<Vec<_>>(), empty);
    assert_eq!(lab.tree(".config").into_keys().collect::<Vec<_>>(), empty);
}

#[test]
fn an_existing_key_is_named_and_not_copied() {
    let lab = Lab::new();
    let md5 = lab.key("old.key");
    let endpoint = lab.server().endpoint();
    let setup = ["setup", "s3://demo/p", "--endpoint-url", endpoint, "-k", "./old.key", "-y"];
    with_credentials(&lab, [&setup[..], &["--key-name", "old", "--no-doctor"]].concat()).succeeds();
    lab.file("f", b"content");
    let put = with_credentials(&lab, ["put", "--json", "f", &url("p/x")]).succeeds().json();
    assert_eq!(
        (put["keyMd5"].as_str(), put["keyName"].as_str()),
        (Some(md5.as_str()), Some("old"))
    );
    // A file of the key's name is not overwritten.
    std::fs::copy(lab.path("old.key"), lab.path(".config/s3seal/new.key")).unwrap();
    let new = ["setup", "s3://demo/q", "--endpoint-url", endpoint, "--key-name", "new", "-y"];
    with_credentials(&lab, new).fails(9).says(&["new.key exists", "--key-name"]);
}

/// Runs it on a terminal, and types these lines.
fn typed(lab: &Lab, arguments: &str, lines: &str) -> Done {
    let mut script = Command::new("script");
    script.args(["-qec", &format!("'{PROGRAM}' {arguments}"), "/dev/null"]);
    let mut script = lab.prepared(script);
    for name in [
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    ] {
        script.env_remove(name);
    }
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).env("TERM", "xterm");
    let mut child = script.spawn().expect("script runs");
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), lines.as_bytes()).unwrap();
    Done::from(child.wait_with_output().unwrap())
}

#[test]
fn a_dialog_asks_for_what_is_missing() {
    let lab = Lab::new();
    let (id, secret) = (lab.server().access_key(), lab.server().secret_key());
    let endpoint = lab.server().endpoint();
    let answers = format!("demo\n9\n\n{endpoint}\nmine\n{id}\n{secret}\nbackup\ny\n");
    let seen = typed(&lab, "setup", &answers);
    assert_eq!(seen.code, Some(0), "{}", seen.stdout);
    for shown in ["Hetzner", "Secret access key (not shown):", "Write this?", "[keys.backup]"] {
        assert!(seen.stdout.contains(shown), "`{shown}` is not in {}", seen.stdout);
    }
    assert!(seen.stdout.contains("pass"), "doctor has run: {}", seen.stdout);
    lab.file("f", b"content");
    at_home(&lab, ["put", "f", &url("x")]).succeeds();

    let no = typed(&lab, "setup s3://other --provider scaleway", "nl-ams\nmine\n\nn\n");
    assert_eq!(no.code, Some(0), "{}", no.stdout);
    assert!(no.stdout.contains("nothing was written"), "{}", no.stdout);
    let config = String::from_utf8(lab.read(".config/s3seal/config.toml")).unwrap();
    assert!(!config.contains("nl-ams"), "{config}");
}

#[test]
fn a_rule_names_the_store_unless_the_user_does() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("f", b"content");
    let endpoint = lab.server().endpoint();
    let rule = format!(
        "[keys.k]\nsource = \"./k\"\n[[rules]]\nendpoint = \"{endpoint}\"\nregion = \"us-east-1\"\nprofile = \"p\"\nprefix = \"s3://demo/mine\"\nkey = \"k\"\n"
    );
    lab.private_file("config.toml", rule.as_bytes());
    std::fs::create_dir(lab.path(".aws")).unwrap();
    let (id, secret) = (lab.server().access_key(), lab.server().secret_key());
    let credentials = format!("[p]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    lab.file(".aws/credentials", credentials.as_bytes());
    let run = |arguments: &[&str]| {
        at_home(&lab, arguments.iter().copied()).env("S3SEAL_CONFIG", lab.path("config.toml"))
    };
    run(&["put", "f", &url("mine/x")]).succeeds();
    let last = lab.server().requests().pop().unwrap();
    assert!(last.has_key());
    run(&["ls", "-r", "s3://demo"]).succeeds();
    run(&["rm", "-r", &url("mine/")]).succeeds();
    // What the user names counts, and the key stays at home.
    let elsewhere = ["put", "--endpoint-url", "http://127.0.0.1:9", "--max-attempts", "1", "f"];
    run(&[&elsewhere[..], &[&url("mine/x")]].concat()).env("AWS_ACCESS_KEY_ID", "a").fails(2);
    let variable = run(&["ls", &url("mine/")]).env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    variable
        .env("AWS_ACCESS_KEY_ID", id)
        .env("AWS_SECRET_ACCESS_KEY", secret)
        .env("AWS_MAX_ATTEMPTS", "1")
        .fails(8);
    run(&["ls", "--profile", "q", &url("mine/")]).fails(2).says(&["no profile `q`", "there are p"]);
    // Two stores are not one.
    let other = format!(
        "{rule}[[rules]]\nendpoint = \"https://h\"\nprefix = \"s3://there\"\nkey = \"k\"\n"
    );
    lab.private_file("config.toml", other.as_bytes());
    run(&["cp", &url("mine/x"), "s3://there/x"])
        .fails(2)
        .says(&["different stores", "--source-endpoint-url"]);
    lab.private_file("config.toml", rule.as_bytes());
    // No rule is for this bucket.
    run(&["ls", "s3://other"]).fails(5).says(&["no AWS credentials", "s3seal setup"]);
    lab.private_file("config.toml", rule.replace("us-east-1", "").as_bytes());
    run(&["ls", &url("mine/")]).fails(2).says(&["`region` should be a text"]);
}

#[test]
fn a_source_is_written_as_it_was_given() {
    let lab = Lab::new();
    lab.key("k");
    let endpoint = lab.server().endpoint();
    let setup = |name: &str, spec: &str| {
        let at = format!("s3://demo/{name}");
        let arguments = [
            "setup",
            &at,
            "--endpoint-url",
            endpoint,
            "--key-name",
            name,
            "-k",
            spec,
            "-y",
            "--no-doctor",
        ];
        with_credentials(&lab, arguments)
            .env("MYK", lab.read("k").iter().map(|b| *b as char).collect::<String>())
    };
    setup("command", "cmd:cat './k' | grep -v '#'").succeeds();
    setup("variable", "env:MYK").succeeds();
    let config = String::from_utf8(lab.read(".config/s3seal/config.toml")).unwrap();
    assert!(config.contains("source = \"cmd:cat './k' | grep -v '#'\""), "{config}");
    assert!(config.contains("source = \"env:MYK\""), "{config}");
    lab.file("f", b"content");
    with_credentials(&lab, ["put", "f", &url("command/x")]).succeeds();
    // What holds no key is none.
    lab.file("nokey", b"nothing");
    setup("wrong", "./nokey").fails(4);
    setup("absent", "./absent").fails(4);
    setup("unset", "env:NOT_SET").fails(4);
}

#[test]
fn files_of_aws_that_are_not_safe_to_add_to_stay_as_they_are() {
    let lab = Lab::new();
    let endpoint = lab.server().endpoint();
    let setup = || {
        let arguments = [
            "setup",
            "s3://demo",
            "--endpoint-url",
            endpoint,
            "--profile",
            "prod",
            "-y",
            "--no-doctor",
        ];
        with_credentials(&lab, arguments)
    };
    std::fs::create_dir(lab.path(".aws")).unwrap();
    let before = b"[other]\naws_access_key_id = a\n";
    lab.file(".aws/credentials", before);
    setup().fails(2).says(&["others can read", "chmod 600"]);
    assert_eq!(lab.read(".aws/credentials"), before);
    lab.private_file(".aws/credentials", b"[other]\n# caf\xe9\n");
    setup().fails(2).says(&["cannot be read"]);
    let temporary = setup().env("AWS_SESSION_TOKEN", "t");
    lab.private_file(".aws/credentials", before);
    temporary.fails(2).says(&["temporary"]);
    // An existing profile is found however its section is written.
    let prod = b"[prod] # main\naws_access_key_id = a\naws_secret_access_key = b\n";
    lab.private_file(".aws/credentials", prod);
    setup().succeeds();
    assert_eq!(lab.read(".aws/credentials"), prod);
    assert!(lab.tree(".config").keys().any(|name| name.ends_with("demo.key")));
}

#[test]
fn the_environment_names_the_store_and_the_file() {
    let lab = Lab::new();
    let arguments = ["setup", "s3://demo", "-y", "--no-doctor"];
    let run = lab.run(arguments).env("S3SEAL_CONFIG", lab.path("new/config.toml"));
    run.succeeds();
    let config = String::from_utf8(lab.read("new/config.toml")).unwrap();
    assert!(config.contains(lab.server().endpoint()), "{config}");
    lab.run(["setup", "s3://demo", "--endpoint-url", "h", "-y"])
        .fails(2)
        .says(&["no http or https URL"]);
    // Two stores with a bucket of that name: nothing is guessed.
    let other = [
        "setup",
        "s3://demo",
        "--endpoint-url",
        "https://h",
        "--key-name",
        "two",
        "-y",
        "--no-doctor",
    ];
    let run = lab.run(other).env("S3SEAL_CONFIG", lab.path("new/config.toml"));
    run.succeeds().says(&["a rule for this bucket at"]);
    let list = at_home(&lab, ["ls", "s3://demo"]).env("S3SEAL_CONFIG", lab.path("new/config.toml"));
    list.fails(2).says(&["do not agree", "--endpoint-url"]);
}

#[test]
fn a_url_in_an_option_is_no_place() {
    let lab = Lab::new();
    lab.key("k");
    let rule = "[keys.k]\nsource = \"./k\"\n[[rules]]\nendpoint = \"http://127.0.0.1:9\"\nprefix = \"s3://prod\"\nkey = \"k\"\n";
    lab.private_file("config.toml", rule.as_bytes());
    lab.file("f", b"content");
    let put = ["put", "-k", "./k", "--derive-as", "s3://prod", "f", &url("x")];
    let run = lab.run(put).without_env("AWS_REGION").env("S3SEAL_CONFIG", lab.path("config.toml"));
    run.succeeds();
}
