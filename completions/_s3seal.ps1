
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 's3seal' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        's3seal'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        's3seal' {
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('keygen', 'keygen', [CompletionResultType]::ParameterValue, 'Make a new 256-bit key from the operating system''s random source')
            [CompletionResult]::new('key', 'key', [CompletionResultType]::ParameterValue, 'Inspect keys, hand them to other tools, and check that they still open what they sealed')
            [CompletionResult]::new('put', 'put', [CompletionResultType]::ParameterValue, 'Seal files with your key and store them')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Fetch objects, opened with the key they were sealed with')
            [CompletionResult]::new('head', 'head', [CompletionResultType]::ParameterValue, 'Show an object''s metadata, opened with the key it was sealed with')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Copy what changed between a folder and a prefix, in either direction')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List objects')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Delete objects, or versions of them; needs no key')
            [CompletionResult]::new('presign', 'presign', [CompletionResultType]::ParameterValue, 'Make a URL with which somebody without credentials can read or write one object')
            [CompletionResult]::new('bucket', 'bucket', [CompletionResultType]::ParameterValue, 'See, allow or block SSE-C in a bucket')
            [CompletionResult]::new('mock', 'mock', [CompletionResultType]::ParameterValue, 'Run an S3 server of your own, for trying and testing: it answers like Amazon''s, in memory')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        's3seal;keygen' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the key to this new file (mode 0600, never overwritten); `-` is stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the key to this new file (mode 0600, never overwritten); `-` is stdout')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write the key')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;key' {
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what a key is: source, format seen, length, key-MD5 and warnings')
            [CompletionResult]::new('md5', 'md5', [CompletionResultType]::ParameterValue, 'Print the key-MD5 alone, a line a key')
            [CompletionResult]::new('convert', 'convert', [CompletionResultType]::ParameterValue, 'Write the same key as another tool wants it')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that your keys still open these objects')
            [CompletionResult]::new('recover', 'recover', [CompletionResultType]::ParameterValue, 'Find the key that opens an object, from a text that was once used as one')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys of config.toml: names, sources, key-MD5s and rules; no secret')
            [CompletionResult]::new('derive', 'derive', [CompletionResultType]::ParameterValue, 'Derive the key of one object from a master key, to share that object alone')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        's3seal;key;show' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key-format', '--key-format', [CompletionResultType]::ParameterName, 'How to read the key text')
            [CompletionResult]::new('--derive-as', '--derive-as', [CompletionResultType]::ParameterName, 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there')
            [CompletionResult]::new('--sse-customer-algorithm', '--sse-customer-algorithm', [CompletionResultType]::ParameterName, 'As with `aws s3api`: AES256')
            [CompletionResult]::new('--sse-customer-key', '--sse-customer-key', [CompletionResultType]::ParameterName, 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given')
            [CompletionResult]::new('--sse-customer-key-md5', '--sse-customer-key-md5', [CompletionResultType]::ParameterName, 'As with `aws s3api`: base64 of the MD5 of the 32 bytes')
            [CompletionResult]::new('--sse-c', '--sse-c', [CompletionResultType]::ParameterName, 'As with `aws s3`: AES256, which may be left out')
            [CompletionResult]::new('--sse-c-key', '--sse-c-key', [CompletionResultType]::ParameterName, 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE')
            [CompletionResult]::new('--key-timeout', '--key-timeout', [CompletionResultType]::ParameterName, 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Show a page to be printed instead, the key on it')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--reveal', '--reveal', [CompletionResultType]::ParameterName, 'Show the key itself as well, in base64')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;key;md5' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key-format', '--key-format', [CompletionResultType]::ParameterName, 'How to read the key text')
            [CompletionResult]::new('--derive-as', '--derive-as', [CompletionResultType]::ParameterName, 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there')
            [CompletionResult]::new('--sse-customer-algorithm', '--sse-customer-algorithm', [CompletionResultType]::ParameterName, 'As with `aws s3api`: AES256')
            [CompletionResult]::new('--sse-customer-key', '--sse-customer-key', [CompletionResultType]::ParameterName, 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given')
            [CompletionResult]::new('--sse-customer-key-md5', '--sse-customer-key-md5', [CompletionResultType]::ParameterName, 'As with `aws s3api`: base64 of the MD5 of the 32 bytes')
            [CompletionResult]::new('--sse-c', '--sse-c', [CompletionResultType]::ParameterName, 'As with `aws s3`: AES256, which may be left out')
            [CompletionResult]::new('--sse-c-key', '--sse-c-key', [CompletionResultType]::ParameterName, 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE')
            [CompletionResult]::new('--key-timeout', '--key-timeout', [CompletionResultType]::ParameterName, 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;key;convert' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key-format', '--key-format', [CompletionResultType]::ParameterName, 'How to read the key text')
            [CompletionResult]::new('--derive-as', '--derive-as', [CompletionResultType]::ParameterName, 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there')
            [CompletionResult]::new('--sse-customer-algorithm', '--sse-customer-algorithm', [CompletionResultType]::ParameterName, 'As with `aws s3api`: AES256')
            [CompletionResult]::new('--sse-customer-key', '--sse-customer-key', [CompletionResultType]::ParameterName, 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given')
            [CompletionResult]::new('--sse-customer-key-md5', '--sse-customer-key-md5', [CompletionResultType]::ParameterName, 'As with `aws s3api`: base64 of the MD5 of the 32 bytes')
            [CompletionResult]::new('--sse-c', '--sse-c', [CompletionResultType]::ParameterName, 'As with `aws s3`: AES256, which may be left out')
            [CompletionResult]::new('--sse-c-key', '--sse-c-key', [CompletionResultType]::ParameterName, 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE')
            [CompletionResult]::new('--key-timeout', '--key-timeout', [CompletionResultType]::ParameterName, 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'The tool')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to this new file (mode 0600, never overwritten); `-` is stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to this new file (mode 0600, never overwritten); `-` is stdout')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;key;verify' {
            [CompletionResult]::new('--files-from', '--files-from', [CompletionResultType]::ParameterName, 'The URLs that this file names as well, one a line, lines that begin with `#` left out; `-` is standard input')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key-format', '--key-format', [CompletionResultType]::ParameterName, 'How to read the key text')
            [CompletionResult]::new('--derive-as', '--derive-as', [CompletionResultType]::ParameterName, 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there')
            [CompletionResult]::new('--sse-customer-algorithm', '--sse-customer-algorithm', [CompletionResultType]::ParameterName, 'As with `aws s3api`: AES256')
            [CompletionResult]::new('--sse-customer-key', '--sse-customer-key', [CompletionResultType]::ParameterName, 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given')
            [CompletionResult]::new('--sse-customer-key-md5', '--sse-customer-key-md5', [CompletionResultType]::ParameterName, 'As with `aws s3api`: base64 of the MD5 of the 32 bytes')
            [CompletionResult]::new('--sse-c', '--sse-c', [CompletionResultType]::ParameterName, 'As with `aws s3`: AES256, which may be left out')
            [CompletionResult]::new('--sse-c-key', '--sse-c-key', [CompletionResultType]::ParameterName, 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE')
            [CompletionResult]::new('--key-timeout', '--key-timeout', [CompletionResultType]::ParameterName, 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;key;recover' {
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'The file that holds the text, as it stands; `-` is standard input')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the key to this new file (mode 0600, never overwritten), for `-k`')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the key to this new file (mode 0600, never overwritten), for `-k`')
            [CompletionResult]::new('--version-id', '--version-id', [CompletionResultType]::ParameterName, 'Try this version instead of the newest')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--reveal', '--reveal', [CompletionResultType]::ParameterName, 'Show the key itself as well, in base64')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;key;list' {
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;key;derive' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key-format', '--key-format', [CompletionResultType]::ParameterName, 'How to read the key text')
            [CompletionResult]::new('--derive-as', '--derive-as', [CompletionResultType]::ParameterName, 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there')
            [CompletionResult]::new('--sse-customer-algorithm', '--sse-customer-algorithm', [CompletionResultType]::ParameterName, 'As with `aws s3api`: AES256')
            [CompletionResult]::new('--sse-customer-key', '--sse-customer-key', [CompletionResultType]::ParameterName, 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given')
            [CompletionResult]::new('--sse-customer-key-md5', '--sse-customer-key-md5', [CompletionResultType]::ParameterName, 'As with `aws s3api`: base64 of the MD5 of the 32 bytes')
            [CompletionResult]::new('--sse-c', '--sse-c', [CompletionResultType]::ParameterName, 'As with `aws s3`: AES256, which may be left out')
            [CompletionResult]::new('--sse-c-key', '--sse-c-key', [CompletionResultType]::ParameterName, 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE')
            [CompletionResult]::new('--key-timeout', '--key-timeout', [CompletionResultType]::ParameterName, 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the key to this new file (mode 0600, never overwritten); `-` is stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the key to this new file (mode 0600, never overwritten); `-` is stdout')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;key;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what a key is: source, format seen, length, key-MD5 and warnings')
            [CompletionResult]::new('md5', 'md5', [CompletionResultType]::ParameterValue, 'Print the key-MD5 alone, a line a key')
            [CompletionResult]::new('convert', 'convert', [CompletionResultType]::ParameterValue, 'Write the same key as another tool wants it')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that your keys still open these objects')
            [CompletionResult]::new('recover', 'recover', [CompletionResultType]::ParameterValue, 'Find the key that opens an object, from a text that was once used as one')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys of config.toml: names, sources, key-MD5s and rules; no secret')
            [CompletionResult]::new('derive', 'derive', [CompletionResultType]::ParameterValue, 'Derive the key of one object from a master key, to share that object alone')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        's3seal;key;help;show' {
            break
        }
        's3seal;key;help;md5' {
            break
        }
        's3seal;key;help;convert' {
            break
        }
        's3seal;key;help;verify' {
            break
        }
        's3seal;key;help;recover' {
            break
        }
        's3seal;key;help;list' {
            break
        }
        's3seal;key;help;derive' {
            break
        }
        's3seal;key;help;help' {
            break
        }
        's3seal;put' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key-format', '--key-format', [CompletionResultType]::ParameterName, 'How to read the key text')
            [CompletionResult]::new('--derive-as', '--derive-as', [CompletionResultType]::ParameterName, 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there')
            [CompletionResult]::new('--sse-customer-algorithm', '--sse-customer-algorithm', [CompletionResultType]::ParameterName, 'As with `aws s3api`: AES256')
            [CompletionResult]::new('--sse-customer-key', '--sse-customer-key', [CompletionResultType]::ParameterName, 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given')
            [CompletionResult]::new('--sse-customer-key-md5', '--sse-customer-key-md5', [CompletionResultType]::ParameterName, 'As with `aws s3api`: base64 of the MD5 of the 32 bytes')
            [CompletionResult]::new('--sse-c', '--sse-c', [CompletionResultType]::ParameterName, 'As with `aws s3`: AES256, which may be left out')
            [CompletionResult]::new('--sse-c-key', '--sse-c-key', [CompletionResultType]::ParameterName, 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE')
            [CompletionResult]::new('--key-timeout', '--key-timeout', [CompletionResultType]::ParameterName, 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever')
            [CompletionResult]::new('--sse', '--sse', [CompletionResultType]::ParameterName, 'Let the store encrypt it with a key that the store manages')
            [CompletionResult]::new('--sse-kms-key-id', '--sse-kms-key-id', [CompletionResultType]::ParameterName, 'The KMS key for `--sse aws:kms`: its id, ARN or alias')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Do include what matches; all is included at first, and the last pattern decides')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out what matches; `*` matches `/` as well, names are relative to the source')
            [CompletionResult]::new('--files-from', '--files-from', [CompletionResultType]::ParameterName, 'Take only what this file names, one a line, relative to the source folder; `-` is standard input')
            [CompletionResult]::new('--if-match', '--if-match', [CompletionResultType]::ParameterName, 'Write only if the object that is there has this ETag')
            [CompletionResult]::new('--if-none-match', '--if-none-match', [CompletionResultType]::ParameterName, 'Write only if there is no such object yet; the one value is `*`')
            [CompletionResult]::new('--content-type', '--content-type', [CompletionResultType]::ParameterName, 'The media type; guessed from the file''s name where not given')
            [CompletionResult]::new('--cache-control', '--cache-control', [CompletionResultType]::ParameterName, 'Cache-Control')
            [CompletionResult]::new('--content-encoding', '--content-encoding', [CompletionResultType]::ParameterName, 'Content-Encoding')
            [CompletionResult]::new('--content-disposition', '--content-disposition', [CompletionResultType]::ParameterName, 'Content-Disposition')
            [CompletionResult]::new('--content-language', '--content-language', [CompletionResultType]::ParameterName, 'Content-Language')
            [CompletionResult]::new('--metadata', '--metadata', [CompletionResultType]::ParameterName, 'User metadata; repeatable, or with commas: a=1,b=2 (a comma in a value is written `\\,`)')
            [CompletionResult]::new('--tagging', '--tagging', [CompletionResultType]::ParameterName, 'Tags, URL-encoded: a=1&b=2')
            [CompletionResult]::new('--acl', '--acl', [CompletionResultType]::ParameterName, 'A canned ACL, such as bucket-owner-full-control')
            [CompletionResult]::new('--storage-class', '--storage-class', [CompletionResultType]::ParameterName, 'A storage class, such as STANDARD_IA')
            [CompletionResult]::new('--part-size', '--part-size', [CompletionResultType]::ParameterName, 'The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]')
            [CompletionResult]::new('--expected-size', '--expected-size', [CompletionResultType]::ParameterName, 'About how many bytes come through a pipe: parts become large enough for all of it')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'How many requests are under way at once [default: 4, more where answers take long]')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--no-key', '--no-key', [CompletionResultType]::ParameterName, 'Store it without a key of yours, as the bucket does by default')
            [CompletionResult]::new('--tag-key', '--tag-key', [CompletionResultType]::ParameterName, 'Tag each object with the MD5 of its key, so that a reader with many keys need not try them all; not where the object has a key derived for it alone')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Take folders, and all that is in them')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Take folders, and all that is in them')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('--follow-symlinks', '--follow-symlinks', [CompletionResultType]::ParameterName, 'Follow symbolic links below a folder; those named as a source are followed anyway')
            [CompletionResult]::new('--preserve', '--preserve', [CompletionResultType]::ParameterName, 'Keep files'' modification times, in the metadata where rclone keeps them')
            [CompletionResult]::new('--no-resume', '--no-resume', [CompletionResultType]::ParameterName, 'Neither go on with an interrupted transfer, nor leave one that could be gone on with')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;get' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key-format', '--key-format', [CompletionResultType]::ParameterName, 'How to read the key text')
            [CompletionResult]::new('--derive-as', '--derive-as', [CompletionResultType]::ParameterName, 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there')
            [CompletionResult]::new('--sse-customer-algorithm', '--sse-customer-algorithm', [CompletionResultType]::ParameterName, 'As with `aws s3api`: AES256')
            [CompletionResult]::new('--sse-customer-key', '--sse-customer-key', [CompletionResultType]::ParameterName, 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given')
            [CompletionResult]::new('--sse-customer-key-md5', '--sse-customer-key-md5', [CompletionResultType]::ParameterName, 'As with `aws s3api`: base64 of the MD5 of the 32 bytes')
            [CompletionResult]::new('--sse-c', '--sse-c', [CompletionResultType]::ParameterName, 'As with `aws s3`: AES256, which may be left out')
            [CompletionResult]::new('--sse-c-key', '--sse-c-key', [CompletionResultType]::ParameterName, 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE')
            [CompletionResult]::new('--key-timeout', '--key-timeout', [CompletionResultType]::ParameterName, 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever')
            [CompletionResult]::new('--range', '--range', [CompletionResultType]::ParameterName, 'Only these bytes of the object, such as bytes=0-99, bytes=100- or bytes=-100')
            [CompletionResult]::new('--version-id', '--version-id', [CompletionResultType]::ParameterName, 'Read this version instead of the newest')
            [CompletionResult]::new('--if-match', '--if-match', [CompletionResultType]::ParameterName, 'Read it only if its ETag is this one')
            [CompletionResult]::new('--if-none-match', '--if-none-match', [CompletionResultType]::ParameterName, 'Read it only if its ETag is not this one')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Do include what matches; all is included at first, and the last pattern decides')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out what matches; `*` matches `/` as well, names are relative to the source')
            [CompletionResult]::new('--files-from', '--files-from', [CompletionResultType]::ParameterName, 'Take only what this file names, one a line, relative to the source folder; `-` is standard input')
            [CompletionResult]::new('--part-size', '--part-size', [CompletionResultType]::ParameterName, 'The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]')
            [CompletionResult]::new('--expected-size', '--expected-size', [CompletionResultType]::ParameterName, 'About how many bytes come through a pipe: parts become large enough for all of it')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'How many requests are under way at once [default: 4, more where answers take long]')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--allow-plain', '--allow-plain', [CompletionResultType]::ParameterName, 'Accept an object that is not sealed although a key is given')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Take folders, and all that is in them')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Take folders, and all that is in them')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('--preserve', '--preserve', [CompletionResultType]::ParameterName, 'Give files the modification times that `put --preserve`, or rclone, has kept')
            [CompletionResult]::new('--no-resume', '--no-resume', [CompletionResultType]::ParameterName, 'Neither go on with an interrupted transfer, nor leave one that could be gone on with')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;head' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key-format', '--key-format', [CompletionResultType]::ParameterName, 'How to read the key text')
            [CompletionResult]::new('--derive-as', '--derive-as', [CompletionResultType]::ParameterName, 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there')
            [CompletionResult]::new('--sse-customer-algorithm', '--sse-customer-algorithm', [CompletionResultType]::ParameterName, 'As with `aws s3api`: AES256')
            [CompletionResult]::new('--sse-customer-key', '--sse-customer-key', [CompletionResultType]::ParameterName, 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given')
            [CompletionResult]::new('--sse-customer-key-md5', '--sse-customer-key-md5', [CompletionResultType]::ParameterName, 'As with `aws s3api`: base64 of the MD5 of the 32 bytes')
            [CompletionResult]::new('--sse-c', '--sse-c', [CompletionResultType]::ParameterName, 'As with `aws s3`: AES256, which may be left out')
            [CompletionResult]::new('--sse-c-key', '--sse-c-key', [CompletionResultType]::ParameterName, 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE')
            [CompletionResult]::new('--key-timeout', '--key-timeout', [CompletionResultType]::ParameterName, 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever')
            [CompletionResult]::new('--version-id', '--version-id', [CompletionResultType]::ParameterName, 'Read this version instead of the newest')
            [CompletionResult]::new('--if-match', '--if-match', [CompletionResultType]::ParameterName, 'Read it only if its ETag is this one')
            [CompletionResult]::new('--if-none-match', '--if-none-match', [CompletionResultType]::ParameterName, 'Read it only if its ETag is not this one')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--allow-plain', '--allow-plain', [CompletionResultType]::ParameterName, 'Accept an object that is not sealed although a key is given')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;sync' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key-format', '--key-format', [CompletionResultType]::ParameterName, 'How to read the key text')
            [CompletionResult]::new('--derive-as', '--derive-as', [CompletionResultType]::ParameterName, 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there')
            [CompletionResult]::new('--sse-customer-algorithm', '--sse-customer-algorithm', [CompletionResultType]::ParameterName, 'As with `aws s3api`: AES256')
            [CompletionResult]::new('--sse-customer-key', '--sse-customer-key', [CompletionResultType]::ParameterName, 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given')
            [CompletionResult]::new('--sse-customer-key-md5', '--sse-customer-key-md5', [CompletionResultType]::ParameterName, 'As with `aws s3api`: base64 of the MD5 of the 32 bytes')
            [CompletionResult]::new('--sse-c', '--sse-c', [CompletionResultType]::ParameterName, 'As with `aws s3`: AES256, which may be left out')
            [CompletionResult]::new('--sse-c-key', '--sse-c-key', [CompletionResultType]::ParameterName, 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE')
            [CompletionResult]::new('--key-timeout', '--key-timeout', [CompletionResultType]::ParameterName, 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever')
            [CompletionResult]::new('--sse', '--sse', [CompletionResultType]::ParameterName, 'Let the store encrypt it with a key that the store manages')
            [CompletionResult]::new('--sse-kms-key-id', '--sse-kms-key-id', [CompletionResultType]::ParameterName, 'The KMS key for `--sse aws:kms`: its id, ARN or alias')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Do include what matches; all is included at first, and the last pattern decides')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out what matches; `*` matches `/` as well, names are relative to the source')
            [CompletionResult]::new('--content-type', '--content-type', [CompletionResultType]::ParameterName, 'The media type; guessed from the file''s name where not given')
            [CompletionResult]::new('--cache-control', '--cache-control', [CompletionResultType]::ParameterName, 'Cache-Control')
            [CompletionResult]::new('--content-encoding', '--content-encoding', [CompletionResultType]::ParameterName, 'Content-Encoding')
            [CompletionResult]::new('--content-disposition', '--content-disposition', [CompletionResultType]::ParameterName, 'Content-Disposition')
            [CompletionResult]::new('--content-language', '--content-language', [CompletionResultType]::ParameterName, 'Content-Language')
            [CompletionResult]::new('--metadata', '--metadata', [CompletionResultType]::ParameterName, 'User metadata; repeatable, or with commas: a=1,b=2 (a comma in a value is written `\\,`)')
            [CompletionResult]::new('--tagging', '--tagging', [CompletionResultType]::ParameterName, 'Tags, URL-encoded: a=1&b=2')
            [CompletionResult]::new('--acl', '--acl', [CompletionResultType]::ParameterName, 'A canned ACL, such as bucket-owner-full-control')
            [CompletionResult]::new('--storage-class', '--storage-class', [CompletionResultType]::ParameterName, 'A storage class, such as STANDARD_IA')
            [CompletionResult]::new('--part-size', '--part-size', [CompletionResultType]::ParameterName, 'The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]')
            [CompletionResult]::new('--expected-size', '--expected-size', [CompletionResultType]::ParameterName, 'About how many bytes come through a pipe: parts become large enough for all of it')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'How many requests are under way at once [default: 4, more where answers take long]')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--no-key', '--no-key', [CompletionResultType]::ParameterName, 'Store it without a key of yours, as the bucket does by default')
            [CompletionResult]::new('--tag-key', '--tag-key', [CompletionResultType]::ParameterName, 'Tag each object with the MD5 of its key, so that a reader with many keys need not try them all; not where the object has a key derived for it alone')
            [CompletionResult]::new('--allow-plain', '--allow-plain', [CompletionResultType]::ParameterName, 'Accept objects that are not sealed although a key is given')
            [CompletionResult]::new('--delete', '--delete', [CompletionResultType]::ParameterName, 'Delete at the destination what the source has not, and no filter leaves out')
            [CompletionResult]::new('--size-only', '--size-only', [CompletionResultType]::ParameterName, 'Compare sizes only, not times')
            [CompletionResult]::new('--follow-symlinks', '--follow-symlinks', [CompletionResultType]::ParameterName, 'Follow symbolic links below the source folder')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('--no-resume', '--no-resume', [CompletionResultType]::ParameterName, 'Neither go on with an interrupted transfer, nor leave one that could be gone on with')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;ls' {
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Do include what matches; all is included at first, and the last pattern decides')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out what matches; `*` matches `/` as well, names are relative to the source')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'List all that is below, not one level')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'List all that is below, not one level')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Show time (UTC), size in bytes and storage class as well')
            [CompletionResult]::new('--long', '--long', [CompletionResultType]::ParameterName, 'Show time (UTC), size in bytes and storage class as well')
            [CompletionResult]::new('--versions', '--versions', [CompletionResultType]::ParameterName, 'List every version, delete markers among them, with the ids of the versions')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;rm' {
            [CompletionResult]::new('--version-id', '--version-id', [CompletionResultType]::ParameterName, 'Delete this version for good')
            [CompletionResult]::new('--older-than', '--older-than', [CompletionResultType]::ParameterName, 'Abort only those begun longer ago than this, such as 24h or 7d')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Do include what matches; all is included at first, and the last pattern decides')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out what matches; `*` matches `/` as well, names are relative to the source')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--all-versions', '--all-versions', [CompletionResultType]::ParameterName, 'Delete all versions for good, delete markers too')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'With -r: yes, the whole bucket')
            [CompletionResult]::new('--incomplete', '--incomplete', [CompletionResultType]::ParameterName, 'Abort unfinished uploads instead of deleting objects: of the object, or of all below a URL that ends in `/`, with -r below the prefix, or in the whole bucket')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Take folders, and all that is in them')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Take folders, and all that is in them')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;presign' {
            [CompletionResult]::new('--method', '--method', [CompletionResultType]::ParameterName, 'What the URL allows')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'For how long: seconds, or with a unit: 15m, 1h, 7d (the most)')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that, the rules of config.toml')
            [CompletionResult]::new('--key-format', '--key-format', [CompletionResultType]::ParameterName, 'How to read the key text')
            [CompletionResult]::new('--derive-as', '--derive-as', [CompletionResultType]::ParameterName, 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there')
            [CompletionResult]::new('--sse-customer-algorithm', '--sse-customer-algorithm', [CompletionResultType]::ParameterName, 'As with `aws s3api`: AES256')
            [CompletionResult]::new('--sse-customer-key', '--sse-customer-key', [CompletionResultType]::ParameterName, 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given')
            [CompletionResult]::new('--sse-customer-key-md5', '--sse-customer-key-md5', [CompletionResultType]::ParameterName, 'As with `aws s3api`: base64 of the MD5 of the 32 bytes')
            [CompletionResult]::new('--sse-c', '--sse-c', [CompletionResultType]::ParameterName, 'As with `aws s3`: AES256, which may be left out')
            [CompletionResult]::new('--sse-c-key', '--sse-c-key', [CompletionResultType]::ParameterName, 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE')
            [CompletionResult]::new('--key-timeout', '--key-timeout', [CompletionResultType]::ParameterName, 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever')
            [CompletionResult]::new('--headers-file', '--headers-file', [CompletionResultType]::ParameterName, 'Write the headers to this file (mode 0600, replaced if it exists), for curl -H @FILE')
            [CompletionResult]::new('--version-id', '--version-id', [CompletionResultType]::ParameterName, 'Read this version instead of the newest')
            [CompletionResult]::new('--content-type', '--content-type', [CompletionResultType]::ParameterName, 'The media type; guessed from the file''s name where not given')
            [CompletionResult]::new('--cache-control', '--cache-control', [CompletionResultType]::ParameterName, 'Cache-Control')
            [CompletionResult]::new('--content-encoding', '--content-encoding', [CompletionResultType]::ParameterName, 'Content-Encoding')
            [CompletionResult]::new('--content-disposition', '--content-disposition', [CompletionResultType]::ParameterName, 'Content-Disposition')
            [CompletionResult]::new('--content-language', '--content-language', [CompletionResultType]::ParameterName, 'Content-Language')
            [CompletionResult]::new('--metadata', '--metadata', [CompletionResultType]::ParameterName, 'User metadata; repeatable, or with commas: a=1,b=2 (a comma in a value is written `\\,`)')
            [CompletionResult]::new('--tagging', '--tagging', [CompletionResultType]::ParameterName, 'Tags, URL-encoded: a=1&b=2')
            [CompletionResult]::new('--acl', '--acl', [CompletionResultType]::ParameterName, 'A canned ACL, such as bucket-owner-full-control')
            [CompletionResult]::new('--storage-class', '--storage-class', [CompletionResultType]::ParameterName, 'A storage class, such as STANDARD_IA')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--no-key', '--no-key', [CompletionResultType]::ParameterName, 'The object is not sealed with a key of yours')
            [CompletionResult]::new('--curl', '--curl', [CompletionResultType]::ParameterName, 'Print the whole curl command instead of the URL alone')
            [CompletionResult]::new('--checksum', '--checksum', [CompletionResultType]::ParameterName, 'Sign the question for the object''s checksum as well, so that `s3seal get URL` can verify the bytes')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;bucket' {
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show whether SSE-C is blocked, and the default encryption')
            [CompletionResult]::new('allow', 'allow', [CompletionResultType]::ParameterValue, 'Let objects be written with SSE-C')
            [CompletionResult]::new('block', 'block', [CompletionResultType]::ParameterValue, 'Refuse objects that are written with SSE-C')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        's3seal;bucket;status' {
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;bucket;allow' {
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;bucket;block' {
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;bucket;help' {
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show whether SSE-C is blocked, and the default encryption')
            [CompletionResult]::new('allow', 'allow', [CompletionResultType]::ParameterValue, 'Let objects be written with SSE-C')
            [CompletionResult]::new('block', 'block', [CompletionResultType]::ParameterValue, 'Refuse objects that are written with SSE-C')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        's3seal;bucket;help;status' {
            break
        }
        's3seal;bucket;help;allow' {
            break
        }
        's3seal;bucket;help;block' {
            break
        }
        's3seal;bucket;help;help' {
            break
        }
        's3seal;mock' {
            [CompletionResult]::new('--addr', '--addr', [CompletionResultType]::ParameterName, 'The address to listen on; port 0 is a free one')
            [CompletionResult]::new('--bucket', '--bucket', [CompletionResultType]::ParameterName, 'Create this bucket; repeatable')
            [CompletionResult]::new('--behave', '--behave', [CompletionResultType]::ParameterName, 'Whose manners to take on')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Let this identity in (repeatable; the first is the one in the environment); one made at random by default')
            [CompletionResult]::new('--fault', '--fault', [CompletionResultType]::ParameterName, 'Make trouble (repeatable): `slow-down`, `internal-error`, `reset` and `lost-answer` (connection dropped before or after the effect), `cut`, `corrupt`, `wrong-range`, `delay` (up to a second). PROBABILITY is 0 to 1, OPERATION a name of the S3 API such as UploadPart')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'What the faults are drawn from: the same seed and the same requests give the same faults')
            [CompletionResult]::new('--latency', '--latency', [CompletionResultType]::ParameterName, 'Let every request wait, such as `50ms`')
            [CompletionResult]::new('--bandwidth', '--bandwidth', [CompletionResultType]::ParameterName, 'Bytes a second in each direction, shared by all connections, such as `500K` or `10M` (powers of 1024)')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Append a JSON line for every request to this file; keys, signatures and session tokens are left out')
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Keep everything in this folder, for the next time; without it, in memory')
            [CompletionResult]::new('--env-file', '--env-file', [CompletionResultType]::ParameterName, 'Once ready, write the environment to this file as `export` lines')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--tls', '--tls', [CompletionResultType]::ParameterName, 'Serve https, with a certificate authority of its own')
            [CompletionResult]::new('--require-tls', '--require-tls', [CompletionResultType]::ParameterName, 'Refuse keys over plain http, as Amazon does')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;completions' {
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How the progress of transfers is shown on stderr')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'The store''s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to use. Also: AWS_PROFILE')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The bucket''s region. Also: AWS_REGION, AWS_DEFAULT_REGION')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE')
            [CompletionResult]::new('--request-payer', '--request-payer', [CompletionResultType]::ParameterName, 'Who pays for the request; the one value is `requester`')
            [CompletionResult]::new('--expected-bucket-owner', '--expected-bucket-owner', [CompletionResultType]::ParameterName, 'Refuse a bucket that belongs to another account')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up an attempt at a connection after this time; 0: never')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Give up a connection on which nothing has moved for this time; 0: never')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON lines on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but warnings and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests to stderr, never a key; more with -vv and -vvv')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'The same as --progress none')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Send requests without credentials')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the key even over plain http to another machine, where everyone in between can read it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        's3seal;help' {
            [CompletionResult]::new('keygen', 'keygen', [CompletionResultType]::ParameterValue, 'Make a new 256-bit key from the operating system''s random source')
            [CompletionResult]::new('key', 'key', [CompletionResultType]::ParameterValue, 'Inspect keys, hand them to other tools, and check that they still open what they sealed')
            [CompletionResult]::new('put', 'put', [CompletionResultType]::ParameterValue, 'Seal files with your key and store them')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Fetch objects, opened with the key they were sealed with')
            [CompletionResult]::new('head', 'head', [CompletionResultType]::ParameterValue, 'Show an object''s metadata, opened with the key it was sealed with')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Copy what changed between a folder and a prefix, in either direction')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List objects')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Delete objects, or versions of them; needs no key')
            [CompletionResult]::new('presign', 'presign', [CompletionResultType]::ParameterValue, 'Make a URL with which somebody without credentials can read or write one object')
            [CompletionResult]::new('bucket', 'bucket', [CompletionResultType]::ParameterValue, 'See, allow or block SSE-C in a bucket')
            [CompletionResult]::new('mock', 'mock', [CompletionResultType]::ParameterValue, 'Run an S3 server of your own, for trying and testing: it answers like Amazon''s, in memory')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        's3seal;help;keygen' {
            break
        }
        's3seal;help;key' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what a key is: source, format seen, length, key-MD5 and warnings')
            [CompletionResult]::new('md5', 'md5', [CompletionResultType]::ParameterValue, 'Print the key-MD5 alone, a line a key')
            [CompletionResult]::new('convert', 'convert', [CompletionResultType]::ParameterValue, 'Write the same key as another tool wants it')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that your keys still open these objects')
            [CompletionResult]::new('recover', 'recover', [CompletionResultType]::ParameterValue, 'Find the key that opens an object, from a text that was once used as one')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys of config.toml: names, sources, key-MD5s and rules; no secret')
            [CompletionResult]::new('derive', 'derive', [CompletionResultType]::ParameterValue, 'Derive the key of one object from a master key, to share that object alone')
            break
        }
        's3seal;help;key;show' {
            break
        }
        's3seal;help;key;md5' {
            break
        }
        's3seal;help;key;convert' {
            break
        }
        's3seal;help;key;verify' {
            break
        }
        's3seal;help;key;recover' {
            break
        }
        's3seal;help;key;list' {
            break
        }
        's3seal;help;key;derive' {
            break
        }
        's3seal;help;put' {
            break
        }
        's3seal;help;get' {
            break
        }
        's3seal;help;head' {
            break
        }
        's3seal;help;sync' {
            break
        }
        's3seal;help;ls' {
            break
        }
        's3seal;help;rm' {
            break
        }
        's3seal;help;presign' {
            break
        }
        's3seal;help;bucket' {
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show whether SSE-C is blocked, and the default encryption')
            [CompletionResult]::new('allow', 'allow', [CompletionResultType]::ParameterValue, 'Let objects be written with SSE-C')
            [CompletionResult]::new('block', 'block', [CompletionResultType]::ParameterValue, 'Refuse objects that are written with SSE-C')
            break
        }
        's3seal;help;bucket;status' {
            break
        }
        's3seal;help;bucket;allow' {
            break
        }
        's3seal;help;bucket;block' {
            break
        }
        's3seal;help;mock' {
            break
        }
        's3seal;help;completions' {
            break
        }
        's3seal;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
