//! Where settings come from, and that no secret is told.

use super::{check, doctor, ends};
use crate::harness::{Lab, Run};

fn without_credentials(run: Run) -> Run {
    run.without_env("AWS_ACCESS_KEY_ID").without_env("AWS_SECRET_ACCESS_KEY")
}

#[test]
fn the_config_file_is_described_without_a_key() {
    let lab = Lab::new();
    ends(&doctor(&lab).succeeds(), "config", "pass", "no config.toml", "");
    lab.key("k");
    let rule = "[[rules]]\nendpoint = \"aws\"\nprefix = \"s3://b\"\nkey = \"a\"\n";
    lab.deep_file(
        ".config/s3seal/config.toml",
        format!("[keys.a]\nsource = \"~/k\"\n{rule}").as_bytes(),
    );
    let one = doctor(&lab).succeeds();
    ends(&one, "config", "pass", ".config/s3seal/config.toml: 1 key (a), 1 rule", "");
    lab.file("other.toml", b"[keys.a]\nsource = \"cmd:false\"\n[keys.b]\nsource = \"env:B\"\n");
    let two = doctor(&lab).env("S3SEAL_CONFIG", "other.toml").succeeds();
    ends(&two, "config", "pass", "other.toml: 2 keys (a, b), 0 rules", "");
    let absent = doctor(&lab).env("S3SEAL_CONFIG", "absent.toml").exits(2);
    ends(&absent, "config", "fail", "absent.toml is not there", "S3SEAL_CONFIG");
}

#[test]
fn whoever_signs_is_named_and_where_it_says_so() {
    let id = "AKIAIOSFODNN7EXAMPLE";
    let lab = Lab::with(|server| server.user(id, "secret/of/the/user"));
    let keys = format!("aws_access_key_id = {id}\naws_secret_access_key = secret/of/the/user\n");
    let process = format!(
        r#"echo '{{"Version": 1, "AccessKeyId": "{id}", "SecretAccessKey": "secret/of/the/user"}}'"#
    );
    lab.file("credentials", format!("[default]\n{keys}[work]\n{keys}").as_bytes());
    lab.file("config", format!("[profile own]\n{keys}").as_bytes());
    lab.file("process", format!("[default]\ncredential_process = {process}\n").as_bytes());
    let told = |arguments: &[&str], file: Option<(&str, &str)>| {
        let run = lab.run([&["doctor", "--json"][..], arguments].concat());
        let run = match file {
            Some((variable, file)) => without_credentials(run).env(variable, lab.path(file)),
            None => run,
        };
        let done = run.succeeds();
        assert!(!done.stdout.contains(id) && !done.stdout.contains("secret/of"), "{}", done.stdout);
        check(&done, "credentials")["message"].as_str().unwrap().to_owned()
    };
    let (credentials, config) = (lab.path("credentials"), lab.path("config"));
    assert_eq!(told(&[], None), "access key …MPLE, from AWS_ACCESS_KEY_ID");
    let found = told(&[], Some(("AWS_SHARED_CREDENTIALS_FILE", "credentials")));
    assert_eq!(
        found,
        format!("access key …MPLE, from profile default of {}", credentials.display())
    );
    let found = told(&["--profile", "work"], Some(("AWS_SHARED_CREDENTIALS_FILE", "credentials")));
    assert_eq!(found, format!("access key …MPLE, from profile work of {}", credentials.display()));
    let found = told(&["--profile", "own"], Some(("AWS_CONFIG_FILE", "config")));
    assert_eq!(found, format!("access key …MPLE, from profile own of {}", config.display()));
    let found = told(&[], Some(("AWS_CONFIG_FILE", "process")));
    assert_eq!(found, "access key …MPLE, from credential_process, profile default");
}

#[test]
fn the_setting_that_has_decided_is_named() {
    let lab = Lab::with(|server| server.region("eu-west-9"));
    let endpoint = lab.server().endpoint().to_owned();
    let config = lab.file(
        "config",
        format!("[default]\nregion = eu-west-9\nendpoint_url = {endpoint}\n").as_bytes(),
    );
    let told = |run: Run| {
        let message = check(&run.succeeds(), "endpoint")["message"].clone();
        message.as_str().unwrap().to_owned()
    };
    let run = |arguments: &[&str]| {
        let run = lab.run([&["doctor", "--json"][..], arguments].concat());
        run.without_env("AWS_REGION").without_env("AWS_ENDPOINT_URL")
    };
    let both = told(run(&[]).env("AWS_CONFIG_FILE", &config));
    assert_eq!(both, format!("{endpoint} (profile default), region eu-west-9 (profile default)"));
    let both = told(
        run(&[])
            .env("AWS_CONFIG_FILE", &config)
            .env("AWS_DEFAULT_REGION", "eu-west-9")
            .env("AWS_ENDPOINT_URL", &endpoint),
    );
    assert_eq!(
        both,
        format!("{endpoint} (AWS_ENDPOINT_URL), region eu-west-9 (AWS_DEFAULT_REGION)")
    );
    let both = told(
        run(&["--region", "eu-west-9", "--endpoint-url", &endpoint])
            .env("AWS_REGION", "us-west-2")
            .env("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1"),
    );
    assert_eq!(both, format!("{endpoint} (--endpoint-url), region eu-west-9 (--region)"));

    let lab = Lab::new();
    let default = lab.run(["doctor", "--json"]).without_env("AWS_REGION");
    assert!(told(default).ends_with("region us-east-1 (the default)"));
}
