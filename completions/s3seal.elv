
use builtin;
use str;

set edit:completion:arg-completer[s3seal] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 's3seal'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'s3seal'= {
            cand --progress 'How the progress of transfers is shown'
            cand --endpoint-url 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL'
            cand --profile 'The profile of the AWS configuration files to use. Also: AWS_PROFILE'
            cand --region 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION'
            cand --ca-bundle 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE'
            cand --request-payer 'Who pays for the request; the one value is `requester`'
            cand --expected-bucket-owner 'Refuse a bucket that belongs to another account'
            cand --json 'Print results as JSON lines on stdout, and errors as JSON on stderr'
            cand -q 'Say nothing on stderr but warnings and errors'
            cand --quiet 'Say nothing on stderr but warnings and errors'
            cand -v 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --verbose 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --no-progress 'The same as --progress none'
            cand --no-sign-request 'Send requests without credentials'
            cand --allow-http 'Send the key even over plain http to another machine, where everyone in between can read it'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand keygen 'Make a new 256-bit key from the operating system''s random source'
            cand key 'Inspect keys: where they come from, how they are written, and their MD5'
            cand put 'Seal a file with your key and store it'
            cand get 'Fetch an object, opened with the key it was sealed with'
            cand head 'Show an object''s metadata, opened with the key it was sealed with'
            cand rm 'Delete an object, or one version of it; needs no key'
            cand presign 'Make a URL with which somebody without credentials can read or write one object'
            cand mock 'Run an S3 server of your own, for trying and testing: it answers like Amazon''s, in memory'
            cand completions 'Print a completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'s3seal;keygen'= {
            cand -o 'Write the key to this new file (mode 0600, never overwritten); `-` is stdout'
            cand --output 'Write the key to this new file (mode 0600, never overwritten); `-` is stdout'
            cand --format 'How to write the key'
            cand --progress 'How the progress of transfers is shown'
            cand --endpoint-url 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL'
            cand --profile 'The profile of the AWS configuration files to use. Also: AWS_PROFILE'
            cand --region 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION'
            cand --ca-bundle 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE'
            cand --request-payer 'Who pays for the request; the one value is `requester`'
            cand --expected-bucket-owner 'Refuse a bucket that belongs to another account'
            cand --json 'Print results as JSON lines on stdout, and errors as JSON on stderr'
            cand -q 'Say nothing on stderr but warnings and errors'
            cand --quiet 'Say nothing on stderr but warnings and errors'
            cand -v 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --verbose 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --no-progress 'The same as --progress none'
            cand --no-sign-request 'Send requests without credentials'
            cand --allow-http 'Send the key even over plain http to another machine, where everyone in between can read it'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'s3seal;key'= {
            cand --progress 'How the progress of transfers is shown'
            cand --endpoint-url 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL'
            cand --profile 'The profile of the AWS configuration files to use. Also: AWS_PROFILE'
            cand --region 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION'
            cand --ca-bundle 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE'
            cand --request-payer 'Who pays for the request; the one value is `requester`'
            cand --expected-bucket-owner 'Refuse a bucket that belongs to another account'
            cand --json 'Print results as JSON lines on stdout, and errors as JSON on stderr'
            cand -q 'Say nothing on stderr but warnings and errors'
            cand --quiet 'Say nothing on stderr but warnings and errors'
            cand -v 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --verbose 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --no-progress 'The same as --progress none'
            cand --no-sign-request 'Send requests without credentials'
            cand --allow-http 'Send the key even over plain http to another machine, where everyone in between can read it'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand show 'Show what a key is: source, format seen, length, key-MD5 and warnings'
            cand md5 'Print the key-MD5 alone, a line a key'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'s3seal;key;show'= {
            cand -k 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, or a path with a `/` in it; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself'
            cand --key 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, or a path with a `/` in it; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself'
            cand --key-format 'How to read the key text'
            cand --progress 'How the progress of transfers is shown'
            cand --endpoint-url 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL'
            cand --profile 'The profile of the AWS configuration files to use. Also: AWS_PROFILE'
            cand --region 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION'
            cand --ca-bundle 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE'
            cand --request-payer 'Who pays for the request; the one value is `requester`'
            cand --expected-bucket-owner 'Refuse a bucket that belongs to another account'
            cand --reveal 'Show the key itself as well, in base64'
            cand --json 'Print results as JSON lines on stdout, and errors as JSON on stderr'
            cand -q 'Say nothing on stderr but warnings and errors'
            cand --quiet 'Say nothing on stderr but warnings and errors'
            cand -v 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --verbose 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --no-progress 'The same as --progress none'
            cand --no-sign-request 'Send requests without credentials'
            cand --allow-http 'Send the key even over plain http to another machine, where everyone in between can read it'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'s3seal;key;md5'= {
            cand -k 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, or a path with a `/` in it; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself'
            cand --key 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, or a path with a `/` in it; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself'
            cand --key-format 'How to read the key text'
            cand --progress 'How the progress of transfers is shown'
            cand --endpoint-url 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL'
            cand --profile 'The profile of the AWS configuration files to use. Also: AWS_PROFILE'
            cand --region 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION'
            cand --ca-bundle 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE'
            cand --request-payer 'Who pays for the request; the one value is `requester`'
            cand --expected-bucket-owner 'Refuse a bucket that belongs to another account'
            cand --json 'Print results as JSON lines on stdout, and errors as JSON on stderr'
            cand -q 'Say nothing on stderr but warnings and errors'
            cand --quiet 'Say nothing on stderr but warnings and errors'
            cand -v 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --verbose 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --no-progress 'The same as --progress none'
            cand --no-sign-request 'Send requests without credentials'
            cand --allow-http 'Send the key even over plain http to another machine, where everyone in between can read it'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'s3seal;key;help'= {
            cand show 'Show what a key is: source, format seen, length, key-MD5 and warnings'
            cand md5 'Print the key-MD5 alone, a line a key'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'s3seal;key;help;show'= {
        }
        &'s3seal;key;help;md5'= {
        }
        &'s3seal;key;help;help'= {
        }
        &'s3seal;put'= {
            cand -k 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, or a path with a `/` in it; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself'
            cand --key 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, or a path with a `/` in it; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself'
            cand --key-format 'How to read the key text'
            cand --sse 'Let the store encrypt it with a key that the store manages'
            cand --sse-kms-key-id 'The KMS key for `--sse aws:kms`: its id, ARN or alias'
            cand --if-match 'Write only if the object that is there has this ETag'
            cand --if-none-match 'Write only if there is no such object yet; the one value is `*`'
            cand --content-type 'The media type; guessed from the file''s name where not given'
            cand --cache-control 'Cache-Control'
            cand --content-encoding 'Content-Encoding'
            cand --content-disposition 'Content-Disposition'
            cand --content-language 'Content-Language'
            cand --metadata 'User metadata; repeatable, or with commas: a=1,b=2 (a comma in a value is written `\\,`)'
            cand --tagging 'Tags, URL-encoded: a=1&b=2'
            cand --acl 'A canned ACL, such as bucket-owner-full-control'
            cand --storage-class 'A storage class, such as STANDARD_IA'
            cand --part-size 'The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]'
            cand --concurrency 'How many requests are under way at once [default: 4, more where answers take long]'
            cand --progress 'How the progress of transfers is shown'
            cand --endpoint-url 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL'
            cand --profile 'The profile of the AWS configuration files to use. Also: AWS_PROFILE'
            cand --region 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION'
            cand --ca-bundle 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE'
            cand --request-payer 'Who pays for the request; the one value is `requester`'
            cand --expected-bucket-owner 'Refuse a bucket that belongs to another account'
            cand --no-key 'Store it without a key of yours, as the bucket does by default'
            cand --json 'Print results as JSON lines on stdout, and errors as JSON on stderr'
            cand -q 'Say nothing on stderr but warnings and errors'
            cand --quiet 'Say nothing on stderr but warnings and errors'
            cand -v 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --verbose 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --no-progress 'The same as --progress none'
            cand --no-sign-request 'Send requests without credentials'
            cand --allow-http 'Send the key even over plain http to another machine, where everyone in between can read it'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'s3seal;get'= {
            cand -k 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, or a path with a `/` in it; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself'
            cand --key 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, or a path with a `/` in it; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself'
            cand --key-format 'How to read the key text'
            cand --range 'Only these bytes of the object, such as bytes=0-99, bytes=100- or bytes=-100'
            cand --version-id 'Read this version instead of the newest'
            cand --if-match 'Read it only if its ETag is this one'
            cand --if-none-match 'Read it only if its ETag is not this one'
            cand --part-size 'The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]'
            cand --concurrency 'How many requests are under way at once [default: 4, more where answers take long]'
            cand --progress 'How the progress of transfers is shown'
            cand --endpoint-url 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL'
            cand --profile 'The profile of the AWS configuration files to use. Also: AWS_PROFILE'
            cand --region 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION'
            cand --ca-bundle 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE'
            cand --request-payer 'Who pays for the request; the one value is `requester`'
            cand --expected-bucket-owner 'Refuse a bucket that belongs to another account'
            cand --allow-plain 'Accept an object that is not sealed although a key is given'
            cand --json 'Print results as JSON lines on stdout, and errors as JSON on stderr'
            cand -q 'Say nothing on stderr but warnings and errors'
            cand --quiet 'Say nothing on stderr but warnings and errors'
            cand -v 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --verbose 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --no-progress 'The same as --progress none'
            cand --no-sign-request 'Send requests without credentials'
            cand --allow-http 'Send the key even over plain http to another machine, where everyone in between can read it'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'s3seal;head'= {
            cand -k 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, or a path with a `/` in it; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself'
            cand --key 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, or a path with a `/` in it; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself'
            cand --key-format 'How to read the key text'
            cand --version-id 'Read this version instead of the newest'
            cand --if-match 'Read it only if its ETag is this one'
            cand --if-none-match 'Read it only if its ETag is not this one'
            cand --progress 'How the progress of transfers is shown'
            cand --endpoint-url 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL'
            cand --profile 'The profile of the AWS configuration files to use. Also: AWS_PROFILE'
            cand --region 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION'
            cand --ca-bundle 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE'
            cand --request-payer 'Who pays for the request; the one value is `requester`'
            cand --expected-bucket-owner 'Refuse a bucket that belongs to another account'
            cand --allow-plain 'Accept an object that is not sealed although a key is given'
            cand --json 'Print results as JSON lines on stdout, and errors as JSON on stderr'
            cand -q 'Say nothing on stderr but warnings and errors'
            cand --quiet 'Say nothing on stderr but warnings and errors'
            cand -v 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --verbose 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --no-progress 'The same as --progress none'
            cand --no-sign-request 'Send requests without credentials'
            cand --allow-http 'Send the key even over plain http to another machine, where everyone in between can read it'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'s3seal;rm'= {
            cand --version-id 'Delete this version for good'
            cand --progress 'How the progress of transfers is shown'
            cand --endpoint-url 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL'
            cand --profile 'The profile of the AWS configuration files to use. Also: AWS_PROFILE'
            cand --region 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION'
            cand --ca-bundle 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE'
            cand --request-payer 'Who pays for the request; the one value is `requester`'
            cand --expected-bucket-owner 'Refuse a bucket that belongs to another account'
            cand --dry-run 'Say what would be deleted, and delete nothing'
            cand --json 'Print results as JSON lines on stdout, and errors as JSON on stderr'
            cand -q 'Say nothing on stderr but warnings and errors'
            cand --quiet 'Say nothing on stderr but warnings and errors'
            cand -v 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --verbose 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --no-progress 'The same as --progress none'
            cand --no-sign-request 'Send requests without credentials'
            cand --allow-http 'Send the key even over plain http to another machine, where everyone in between can read it'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'s3seal;presign'= {
            cand --method 'What the URL allows'
            cand --expires-in 'For how long: seconds, or with a unit: 15m, 1h, 7d (the most)'
            cand -k 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, or a path with a `/` in it; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself'
            cand --key 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, or a path with a `/` in it; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself'
            cand --key-format 'How to read the key text'
            cand --headers-file 'Write the headers to this file (mode 0600, replaced if it exists), for curl -H @FILE'
            cand --version-id 'Read this version instead of the newest'
            cand --content-type 'The media type; guessed from the file''s name where not given'
            cand --cache-control 'Cache-Control'
            cand --content-encoding 'Content-Encoding'
            cand --content-disposition 'Content-Disposition'
            cand --content-language 'Content-Language'
            cand --metadata 'User metadata; repeatable, or with commas: a=1,b=2 (a comma in a value is written `\\,`)'
            cand --tagging 'Tags, URL-encoded: a=1&b=2'
            cand --acl 'A canned ACL, such as bucket-owner-full-control'
            cand --storage-class 'A storage class, such as STANDARD_IA'
            cand --progress 'How the progress of transfers is shown'
            cand --endpoint-url 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL'
            cand --profile 'The profile of the AWS configuration files to use. Also: AWS_PROFILE'
            cand --region 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION'
            cand --ca-bundle 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE'
            cand --request-payer 'Who pays for the request; the one value is `requester`'
            cand --expected-bucket-owner 'Refuse a bucket that belongs to another account'
            cand --no-key 'The object is not sealed with a key of yours'
            cand --curl 'Print the whole curl command instead of the URL alone'
            cand --json 'Print results as JSON lines on stdout, and errors as JSON on stderr'
            cand -q 'Say nothing on stderr but warnings and errors'
            cand --quiet 'Say nothing on stderr but warnings and errors'
            cand -v 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --verbose 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --no-progress 'The same as --progress none'
            cand --no-sign-request 'Send requests without credentials'
            cand --allow-http 'Send the key even over plain http to another machine, where everyone in between can read it'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'s3seal;mock'= {
            cand --addr 'The address to listen on; port 0 is a free one'
            cand --bucket 'Create this bucket; repeatable'
            cand --behave 'Whose manners to take on'
            cand --user 'Let this identity in (repeatable; the first is the one in the environment); one made at random by default'
            cand --fault 'Make trouble (repeatable): `slow-down`, `internal-error`, `reset` and `lost-answer` (connection dropped before or after the effect), `cut`, `corrupt`, `wrong-range`, `delay` (up to a second). PROBABILITY is 0 to 1, OPERATION a name of the S3 API such as UploadPart'
            cand --seed 'What the faults are drawn from: the same seed and the same requests give the same faults'
            cand --latency 'Let every request wait, such as `50ms`'
            cand --bandwidth 'Bytes a second in each direction, shared by all connections, such as `500K` or `10M` (powers of 1024)'
            cand --log 'Append a JSON line for every request to this file; keys, signatures and session tokens are left out'
            cand --dir 'Keep everything in this folder, for the next time; without it, in memory'
            cand --env-file 'Once ready, write the environment to this file as `export` lines'
            cand --progress 'How the progress of transfers is shown'
            cand --endpoint-url 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL'
            cand --profile 'The profile of the AWS configuration files to use. Also: AWS_PROFILE'
            cand --region 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION'
            cand --ca-bundle 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE'
            cand --request-payer 'Who pays for the request; the one value is `requester`'
            cand --expected-bucket-owner 'Refuse a bucket that belongs to another account'
            cand --tls 'Serve https, with a certificate authority of its own'
            cand --require-tls 'Refuse keys over plain http, as Amazon does'
            cand --json 'Print results as JSON lines on stdout, and errors as JSON on stderr'
            cand -q 'Say nothing on stderr but warnings and errors'
            cand --quiet 'Say nothing on stderr but warnings and errors'
            cand -v 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --verbose 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --no-progress 'The same as --progress none'
            cand --no-sign-request 'Send requests without credentials'
            cand --allow-http 'Send the key even over plain http to another machine, where everyone in between can read it'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'s3seal;completions'= {
            cand --progress 'How the progress of transfers is shown'
            cand --endpoint-url 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL'
            cand --profile 'The profile of the AWS configuration files to use. Also: AWS_PROFILE'
            cand --region 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION'
            cand --ca-bundle 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE'
            cand --request-payer 'Who pays for the request; the one value is `requester`'
            cand --expected-bucket-owner 'Refuse a bucket that belongs to another account'
            cand --json 'Print results as JSON lines on stdout, and errors as JSON on stderr'
            cand -q 'Say nothing on stderr but warnings and errors'
            cand --quiet 'Say nothing on stderr but warnings and errors'
            cand -v 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --verbose 'Log requests to stderr, never a key; more with -vv and -vvv'
            cand --no-progress 'The same as --progress none'
            cand --no-sign-request 'Send requests without credentials'
            cand --allow-http 'Send the key even over plain http to another machine, where everyone in between can read it'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'s3seal;help'= {
            cand keygen 'Make a new 256-bit key from the operating system''s random source'
            cand key 'Inspect keys: where they come from, how they are written, and their MD5'
            cand put 'Seal a file with your key and store it'
            cand get 'Fetch an object, opened with the key it was sealed with'
            cand head 'Show an object''s metadata, opened with the key it was sealed with'
            cand rm 'Delete an object, or one version of it; needs no key'
            cand presign 'Make a URL with which somebody without credentials can read or write one object'
            cand mock 'Run an S3 server of your own, for trying and testing: it answers like Amazon''s, in memory'
            cand completions 'Print a completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'s3seal;help;keygen'= {
        }
        &'s3seal;help;key'= {
            cand show 'Show what a key is: source, format seen, length, key-MD5 and warnings'
            cand md5 'Print the key-MD5 alone, a line a key'
        }
        &'s3seal;help;key;show'= {
        }
        &'s3seal;help;key;md5'= {
        }
        &'s3seal;help;put'= {
        }
        &'s3seal;help;get'= {
        }
        &'s3seal;help;head'= {
        }
        &'s3seal;help;rm'= {
        }
        &'s3seal;help;presign'= {
        }
        &'s3seal;help;mock'= {
        }
        &'s3seal;help;completions'= {
        }
        &'s3seal;help;help'= {
        }
    ]
    $completions[$command]
}
