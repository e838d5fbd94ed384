# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_s3seal_global_optspecs
    string join \n json q/quiet v/verbose list progress= no-progress color= endpoint-url= profile= region= ca-bundle= no-sign-request allow-http request-payer= expected-bucket-owner= max-attempts= connect-timeout= read-timeout= limit-rate= h/help V/version
end

function __fish_s3seal_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_s3seal_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_s3seal_using_subcommand
    set -l cmd (__fish_s3seal_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c s3seal -n "__fish_s3seal_needs_command" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_needs_command" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_needs_command" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_needs_command" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_needs_command" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_needs_command" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_needs_command" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_needs_command" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_needs_command" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_needs_command" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_needs_command" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_needs_command" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_needs_command" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_needs_command" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_needs_command" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_needs_command" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_needs_command" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_needs_command" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_needs_command" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_needs_command" -s V -l version -d 'Print version'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "keygen" -d 'Make a new 256-bit key from the operating system\'s random source'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "key" -d 'Inspect keys, hand them to other tools, and check that they still open what they sealed'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "put" -d 'Seal files with your key and store them'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "get" -d 'Fetch objects, opened with the key they were sealed with'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "cat" -d 'Write an object to standard output: `get URL -`'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "head" -d 'Show an object\'s metadata, opened with the key it was sealed with'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "stat" -d 'Show an object\'s metadata, opened with the key it was sealed with'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "cp" -d 'Copy objects, from one key to another, or between sealed and not'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "mv" -d 'Move objects: each is deleted once its copy is proven'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "sync" -d 'Copy what changed between a folder and a prefix, in either direction, or from prefix to prefix'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "ls" -d 'List buckets and objects'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "audit" -d 'Show which objects are sealed, and with which of your keys'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "rotate" -d 'Seal objects with another key, where they are'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "rm" -d 'Delete objects, or versions of them; needs no key'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "delete" -d 'Delete objects, or versions of them; needs no key'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "presign" -d 'Make a URL to read or write one object without credentials'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "bucket" -d 'Make or delete a bucket; see, allow or block SSE-C in it'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "setup" -d 'Set up a bucket: store, credentials, key and rule'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "doctor" -d 'Check settings, connection and bucket, and that the store really seals'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "mock" -d 'Run a local S3 server for tests'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "proxy" -d 'Seal what other S3 tools write: a local endpoint that adds your key'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c s3seal -n "__fish_s3seal_needs_command" -f -a "help" -d 'Show the help of a command, or a page on a topic'
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -s o -l output -d 'Write the key to this new file (mode 0600, never overwritten); `-` is stdout. Pipes and devices are written to' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l format -d 'How to write the key' -r -f -a "base64\t'Base64 with padding (RFC 4648, section 4): 44 characters, as S3\'s header wants it'
hex\t'64 lower-case hexadecimal digits'
raw\t'The 32 bytes as they are'"
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand keygen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -f -a "show" -d 'Show what a key is: source, format seen, length, key-MD5 and warnings'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -f -a "md5" -d 'Print the key-MD5 alone, a line a key'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -f -a "convert" -d 'Write the same key as another tool wants it'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -f -a "verify" -d 'Check that your keys still open these objects'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -f -a "recover" -d 'Find the key that opens an object, from a text that was once used as one'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -f -a "list" -d 'List the keys of config.toml: names, sources, key-MD5s and rules; no secret'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and not __fish_seen_subcommand_from show md5 convert verify recover list derive" -f -a "derive" -d 'Derive the key of one object from a master key, to share that object alone'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l as -d 'Show a page to be printed instead, the key on it' -r -f -a "sheet\t'A page of text for each key'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l reveal -d 'Show the key itself as well, in base64'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from md5" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l as -d 'The tool' -r -f -a "aws\t'aws-cli: the 32 raw bytes, for `--sse-c-key fileb://FILE` and `--sse-customer-key fileb://FILE`'
s3api\t'aws-cli: JSON with key and MD5, for `aws s3api … --cli-input-json file://FILE`, which get-object lacks'
rclone\t'rclone: lines for the remote\'s section of rclone.conf'
mc\t'MinIO Client: base64 without padding, for `--enc-c ALIAS/BUCKET/=…`'
s3fs\t's3fs: a key file for `-o use_sse=custom:FILE`, with all keys: the first writes'
curl\t'curl: the three headers, for `-H @FILE`'
env\t'Env files of docker, systemd and CI: `S3SEAL_KEY=…`'
velero\t'Velero: the 32 raw bytes, for `customerKeyEncryptionFile`'
thanos\t'Thanos: the 32 raw bytes, for `encryption_key` of `sse_config`'
terraform\t'Terraform and OpenTofu: `AWS_SSE_CUSTOMER_KEY=…` for the s3 backend with `encrypt = true`'
object-store\t'obstore, polars, delta-rs and others on Rust\'s object_store: its options as variables'
clickhouse\t'ClickHouse: the element of an S3 disk or endpoint'
nextcloud\t'Nextcloud: the line of `objectstore` in config.php'
pgbackrest\t'pgBackRest: the option of pgbackrest.conf'
litestream\t'Litestream: the lines of a replica in litestream.yml'
tempo\t'Grafana Tempo: the lines of `storage.trace.s3.sse`'
duckdb\t'DuckDB: the option of CREATE SECRET, for an httpfs that knows SSE_C_KEY'
k8s-secret\t'Kubernetes: the manifest of a Secret with a key file; only into a file'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -s o -l output -d 'Write to this new file (mode 0600, never overwritten); `-` is stdout' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from convert" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l for -d 'The object to open; the operands are then sources of keys, as with -k. Repeatable' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l files-from -d 'The URLs that this file names as well, one a line, lines that begin with `#` left out; `-` is standard input' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l text -d 'The file that holds the text, as it stands; `-` is standard input' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -s o -l output -d 'Write the key to this new file (mode 0600, never overwritten), for `-k`' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l version-id -d 'Try this version instead of the newest' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l reveal -d 'Show the key itself as well, in base64'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from recover" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -s o -l output -d 'Write the key to this new file (mode 0600, never overwritten); `-` is stdout' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand key; and __fish_seen_subcommand_from derive" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l sse -d 'Let the store encrypt it with a key that the store manages' -r -f -a "AES256\t''
aws:kms\t''
aws:kms:dsse\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l sse-kms-key-id -d 'The KMS key for `--sse aws:kms`: its id, ARN or alias' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l include -d 'Do include what matches; all is included at first, and the last pattern decides' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l exclude -d 'Leave out what matches; `*` matches `/` as well, names are relative to the source' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l shard -d 'Take one share of N of a folder: I/N, such as 3/16; in a job array `auto`, or auto/N where its scheduler tells no N' -r -f -a "auto\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l files-from -d 'Take only what this file names, one a line, relative to the source folder; `-` is standard input' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l if-match -d 'Write only if the existing object has this ETag' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l if-none-match -d 'Write only if the object does not exist yet; the only value is `*`' -r -f -a "*\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l content-type -d 'The media type; guessed from the file\'s name where not given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l cache-control -d 'Cache-Control' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l content-encoding -d 'Content-Encoding' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l content-disposition -d 'Content-Disposition' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l content-language -d 'Content-Language' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l metadata -d 'User metadata; repeatable, or with commas: a=1,b=2 (a comma in a value is written `\\,`)' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l tagging -d 'Tags, URL-encoded: a=1&b=2' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l acl -d 'A canned ACL, such as bucket-owner-full-control' -r -f -a "private\t''
public-read\t''
public-read-write\t''
aws-exec-read\t''
authenticated-read\t''
bucket-owner-read\t''
bucket-owner-full-control\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l storage-class -d 'A storage class, such as STANDARD_IA' -r -f -a "STANDARD\t''
STANDARD_IA\t''
ONEZONE_IA\t''
INTELLIGENT_TIERING\t''
GLACIER_IR\t''
GLACIER\t''
DEEP_ARCHIVE\t''
REDUCED_REDUNDANCY\t''
OUTPOSTS\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l part-size -d 'The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l expected-size -d 'The approximate number of bytes from a pipe: parts become large enough for all of it' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l concurrency -d 'How many requests are under way at once [default: as many as raise the throughput, up to 16 for parts]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l no-key -d 'Store it without a key of yours, as the bucket does by default'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l tag-key -d 'Tag each object with the MD5 of its key, so that a reader with many keys need not try them all; not where the object has a key derived for it alone'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -s r -l recursive -d 'Take folders, and all that is in them'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l dry-run -d 'Say what would be done, and do nothing'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l follow-symlinks -d 'Follow symbolic links below a folder; those named as a source are followed anyway'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l include-keys -d 'Store the key files of this run and config.toml, too: without it they are left out with a warning, since a key beside its data protects nothing'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l preserve -d 'Keep files\' modification times, in the metadata where rclone keeps them'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l no-resume -d 'Do not resume an interrupted transfer, and keep nothing to resume this one'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand put" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l range -d 'Only these bytes of the object, such as bytes=0-99, bytes=100- or bytes=-100' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l version-id -d 'Read this version instead of the newest' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l if-match -d 'Read it only if its ETag is this one' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l if-none-match -d 'Read it only if its ETag is not this one' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l include -d 'Do include what matches; all is included at first, and the last pattern decides' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l exclude -d 'Leave out what matches; `*` matches `/` as well, names are relative to the source' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l shard -d 'Take one share of N of a folder: I/N, such as 3/16; in a job array `auto`, or auto/N where its scheduler tells no N' -r -f -a "auto\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l files-from -d 'Take only what this file names, one a line, relative to the source folder; `-` is standard input' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l part-size -d 'The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l expected-size -d 'The approximate number of bytes from a pipe: parts become large enough for all of it' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l concurrency -d 'How many requests are under way at once [default: as many as raise the throughput, up to 16 for parts]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l allow-plain -d 'Accept an object that is not sealed although a key is given'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -s r -l recursive -d 'Take folders, and all that is in them'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l dry-run -d 'Say what would be done, and do nothing'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l preserve -d 'Give files the modification times that `put --preserve`, or rclone, has kept'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l no-clobber -d 'Keep files that are there already, also one that appears meanwhile: its object is skipped, with exit code 0'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l fsync -d 'Wait until files are written to the disk, so that they are whole even after a power failure; `mv` always does'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l no-resume -d 'Do not resume an interrupted transfer, and keep nothing to resume this one'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l range -d 'Only these bytes of the object, such as bytes=0-99, bytes=100- or bytes=-100' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l version-id -d 'Read this version instead of the newest' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l if-match -d 'Read it only if its ETag is this one' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l if-none-match -d 'Read it only if its ETag is not this one' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l allow-plain -d 'Accept an object that is not sealed although a key is given'
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand cat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l version-id -d 'Read this version instead of the newest' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l if-match -d 'Read it only if its ETag is this one' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l if-none-match -d 'Read it only if its ETag is not this one' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l allow-plain -d 'Accept an object that is not sealed although a key is given'
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand head" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l version-id -d 'Read this version instead of the newest' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l if-match -d 'Read it only if its ETag is this one' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l if-none-match -d 'Read it only if its ETag is not this one' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l allow-plain -d 'Accept an object that is not sealed although a key is given'
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand stat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l sse -d 'Let the store encrypt it with a key that the store manages' -r -f -a "AES256\t''
aws:kms\t''
aws:kms:dsse\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l sse-kms-key-id -d 'The KMS key for `--sse aws:kms`: its id, ARN or alias' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l source-key -d 'Where the key is that opens the source, as with -k; repeatable; `none` where it is not sealed' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l source-derive-as -d 'Open the source with a key derived from the given one for this name, as --derive-as has it: where the source is named through an access point, or in a replica' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l copy-source-sse-customer-algorithm -d 'As with `aws s3api copy-object`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l copy-source-sse-customer-key -d 'As with `aws s3api copy-object`: the source\'s key, as --sse-customer-key has it' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l copy-source-sse-customer-key-md5 -d 'As with `aws s3api copy-object`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l sse-c-copy-source -d 'As with `aws s3 cp`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l sse-c-copy-source-key -d 'As with `aws s3 cp`: the source\'s key, as --sse-c-key has it' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l source-endpoint-url -d 'The URL of the store that holds the source, if it is another one: the bytes pass through this machine' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l source-profile -d 'The profile to read the source with, if it is another one: the bytes pass through this machine' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l source-region -d 'The region of the source\'s bucket, if it is another one; Amazon\'s is found without it' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l version-id -d 'Copy this version instead of the newest' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l include -d 'Do include what matches; all is included at first, and the last pattern decides' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l exclude -d 'Leave out what matches; `*` matches `/` as well, names are relative to the source' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l shard -d 'Take one share of N of a folder: I/N, such as 3/16; in a job array `auto`, or auto/N where its scheduler tells no N' -r -f -a "auto\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l if-match -d 'Write only if the existing object has this ETag' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l if-none-match -d 'Write only if the object does not exist yet; the only value is `*`' -r -f -a "*\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l content-type -d 'The media type; guessed from the file\'s name where not given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l cache-control -d 'Cache-Control' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l content-encoding -d 'Content-Encoding' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l content-disposition -d 'Content-Disposition' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l content-language -d 'Content-Language' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l metadata -d 'User metadata; repeatable, or with commas: a=1,b=2 (a comma in a value is written `\\,`)' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l tagging -d 'Tags, URL-encoded: a=1&b=2' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l acl -d 'A canned ACL, such as bucket-owner-full-control' -r -f -a "private\t''
public-read\t''
public-read-write\t''
aws-exec-read\t''
authenticated-read\t''
bucket-owner-read\t''
bucket-owner-full-control\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l storage-class -d 'A storage class, such as STANDARD_IA' -r -f -a "STANDARD\t''
STANDARD_IA\t''
ONEZONE_IA\t''
INTELLIGENT_TIERING\t''
GLACIER_IR\t''
GLACIER\t''
DEEP_ARCHIVE\t''
REDUCED_REDUNDANCY\t''
OUTPOSTS\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l part-size -d 'The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l expected-size -d 'The approximate number of bytes from a pipe: parts become large enough for all of it' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l concurrency -d 'How many requests are under way at once [default: as many as raise the throughput, up to 16 for parts]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l no-key -d 'Store it without a key of yours, as the bucket does by default'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l tag-key -d 'Tag each object with the MD5 of its key, so that a reader with many keys need not try them all; not where the object has a key derived for it alone'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l source-no-sign-request -d 'Read the source without credentials: the bytes pass through this machine'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l allow-plain -d 'Accept a source that is not sealed although a key is given'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -s r -l recursive -d 'Take folders, and all that is in them'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l dry-run -d 'Say what would be done, and do nothing'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l include-keys -d 'Store the key files of this run and config.toml, too: without it they are left out with a warning, since a key beside its data protects nothing'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l no-clobber -d 'Where the destination is a file or folder: keep files that are there already, and leave their sources as they are'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l fsync -d 'Wait until files are written to the disk, so that they are whole even after a power failure; `mv` always does'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l no-resume -d 'Do not resume an interrupted transfer, and keep nothing to resume this one'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand cp" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l sse -d 'Let the store encrypt it with a key that the store manages' -r -f -a "AES256\t''
aws:kms\t''
aws:kms:dsse\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l sse-kms-key-id -d 'The KMS key for `--sse aws:kms`: its id, ARN or alias' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l source-key -d 'Where the key is that opens the source, as with -k; repeatable; `none` where it is not sealed' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l source-derive-as -d 'Open the source with a key derived from the given one for this name, as --derive-as has it: where the source is named through an access point, or in a replica' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l copy-source-sse-customer-algorithm -d 'As with `aws s3api copy-object`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l copy-source-sse-customer-key -d 'As with `aws s3api copy-object`: the source\'s key, as --sse-customer-key has it' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l copy-source-sse-customer-key-md5 -d 'As with `aws s3api copy-object`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l sse-c-copy-source -d 'As with `aws s3 cp`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l sse-c-copy-source-key -d 'As with `aws s3 cp`: the source\'s key, as --sse-c-key has it' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l source-endpoint-url -d 'The URL of the store that holds the source, if it is another one: the bytes pass through this machine' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l source-profile -d 'The profile to read the source with, if it is another one: the bytes pass through this machine' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l source-region -d 'The region of the source\'s bucket, if it is another one; Amazon\'s is found without it' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l version-id -d 'Copy this version instead of the newest' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l include -d 'Do include what matches; all is included at first, and the last pattern decides' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l exclude -d 'Leave out what matches; `*` matches `/` as well, names are relative to the source' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l shard -d 'Take one share of N of a folder: I/N, such as 3/16; in a job array `auto`, or auto/N where its scheduler tells no N' -r -f -a "auto\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l if-match -d 'Write only if the existing object has this ETag' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l if-none-match -d 'Write only if the object does not exist yet; the only value is `*`' -r -f -a "*\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l content-type -d 'The media type; guessed from the file\'s name where not given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l cache-control -d 'Cache-Control' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l content-encoding -d 'Content-Encoding' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l content-disposition -d 'Content-Disposition' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l content-language -d 'Content-Language' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l metadata -d 'User metadata; repeatable, or with commas: a=1,b=2 (a comma in a value is written `\\,`)' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l tagging -d 'Tags, URL-encoded: a=1&b=2' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l acl -d 'A canned ACL, such as bucket-owner-full-control' -r -f -a "private\t''
public-read\t''
public-read-write\t''
aws-exec-read\t''
authenticated-read\t''
bucket-owner-read\t''
bucket-owner-full-control\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l storage-class -d 'A storage class, such as STANDARD_IA' -r -f -a "STANDARD\t''
STANDARD_IA\t''
ONEZONE_IA\t''
INTELLIGENT_TIERING\t''
GLACIER_IR\t''
GLACIER\t''
DEEP_ARCHIVE\t''
REDUCED_REDUNDANCY\t''
OUTPOSTS\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l part-size -d 'The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l expected-size -d 'The approximate number of bytes from a pipe: parts become large enough for all of it' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l concurrency -d 'How many requests are under way at once [default: as many as raise the throughput, up to 16 for parts]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l no-key -d 'Store it without a key of yours, as the bucket does by default'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l tag-key -d 'Tag each object with the MD5 of its key, so that a reader with many keys need not try them all; not where the object has a key derived for it alone'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l source-no-sign-request -d 'Read the source without credentials: the bytes pass through this machine'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l allow-plain -d 'Accept a source that is not sealed although a key is given'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -s r -l recursive -d 'Take folders, and all that is in them'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l dry-run -d 'Say what would be done, and do nothing'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l include-keys -d 'Store the key files of this run and config.toml, too: without it they are left out with a warning, since a key beside its data protects nothing'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l no-clobber -d 'Where the destination is a file or folder: keep files that are there already, and leave their sources as they are'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l fsync -d 'Wait until files are written to the disk, so that they are whole even after a power failure; `mv` always does'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l no-resume -d 'Do not resume an interrupted transfer, and keep nothing to resume this one'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand mv" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l sse -d 'Let the store encrypt it with a key that the store manages' -r -f -a "AES256\t''
aws:kms\t''
aws:kms:dsse\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l sse-kms-key-id -d 'The KMS key for `--sse aws:kms`: its id, ARN or alias' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l max-delete -d 'With --delete: delete nothing at all where it would be more than N, or more than N% of what is compared at the destination [default: no limit]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l source-key -d 'Where the key is that opens the source, as with -k; repeatable; `none` where it is not sealed' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l source-derive-as -d 'Open the source with a key derived from the given one for this name, as --derive-as has it: where the source is named through an access point, or in a replica' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l copy-source-sse-customer-algorithm -d 'As with `aws s3api copy-object`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l copy-source-sse-customer-key -d 'As with `aws s3api copy-object`: the source\'s key, as --sse-customer-key has it' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l copy-source-sse-customer-key-md5 -d 'As with `aws s3api copy-object`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l sse-c-copy-source -d 'As with `aws s3 cp`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l sse-c-copy-source-key -d 'As with `aws s3 cp`: the source\'s key, as --sse-c-key has it' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l source-endpoint-url -d 'The URL of the store that holds the source, if it is another one: the bytes pass through this machine' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l source-profile -d 'The profile to read the source with, if it is another one: the bytes pass through this machine' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l source-region -d 'The region of the source\'s bucket, if it is another one; Amazon\'s is found without it' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l include -d 'Do include what matches; all is included at first, and the last pattern decides' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l exclude -d 'Leave out what matches; `*` matches `/` as well, names are relative to the source' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l shard -d 'Take one share of N of a folder: I/N, such as 3/16; in a job array `auto`, or auto/N where its scheduler tells no N' -r -f -a "auto\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l content-type -d 'The media type; guessed from the file\'s name where not given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l cache-control -d 'Cache-Control' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l content-encoding -d 'Content-Encoding' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l content-disposition -d 'Content-Disposition' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l content-language -d 'Content-Language' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l metadata -d 'User metadata; repeatable, or with commas: a=1,b=2 (a comma in a value is written `\\,`)' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l tagging -d 'Tags, URL-encoded: a=1&b=2' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l acl -d 'A canned ACL, such as bucket-owner-full-control' -r -f -a "private\t''
public-read\t''
public-read-write\t''
aws-exec-read\t''
authenticated-read\t''
bucket-owner-read\t''
bucket-owner-full-control\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l storage-class -d 'A storage class, such as STANDARD_IA' -r -f -a "STANDARD\t''
STANDARD_IA\t''
ONEZONE_IA\t''
INTELLIGENT_TIERING\t''
GLACIER_IR\t''
GLACIER\t''
DEEP_ARCHIVE\t''
REDUCED_REDUNDANCY\t''
OUTPOSTS\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l part-size -d 'The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l expected-size -d 'The approximate number of bytes from a pipe: parts become large enough for all of it' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l concurrency -d 'How many requests are under way at once [default: as many as raise the throughput, up to 16 for parts]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l no-key -d 'Store it without a key of yours, as the bucket does by default'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l tag-key -d 'Tag each object with the MD5 of its key, so that a reader with many keys need not try them all; not where the object has a key derived for it alone'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l allow-plain -d 'Accept objects that are not sealed although a key is given'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l delete -d 'Delete at the destination what the source has not, and no filter leaves out'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l allow-empty -d 'With --delete: yes, also where nothing is found in the source'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l size-only -d 'Compare sizes only, not times'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l checksum -d 'From prefix to prefix: compare sizes and checksums, not times; it takes a request to each side for each object'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l no-clobber -d 'Fetch only what is missing: files that are there stay, also one that appears meanwhile'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l fsync -d 'Wait until files are written to the disk, so that they are whole even after a power failure; `mv` always does'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l source-no-sign-request -d 'Read the source without credentials: the bytes pass through this machine'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l follow-symlinks -d 'Follow symbolic links below the source folder'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l include-keys -d 'Store the key files of this run and config.toml, too: without it they are left out with a warning, since a key beside its data protects nothing'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l dry-run -d 'Say what would be done, and do nothing'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l no-resume -d 'Do not resume an interrupted transfer, and keep nothing to resume this one'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l include -d 'Do include what matches; all is included at first, and the last pattern decides' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l exclude -d 'Leave out what matches; `*` matches `/` as well, names are relative to the source' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -s r -l recursive -d 'List all that is below, not one level'
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -s l -l long -d 'Show time (UTC), size in bytes and storage class as well'
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l human-readable -d 'Show sizes for people, such as 1.5 MiB; with time and storage class, as --long'
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l summarize -d 'Show the number of objects and their size at the end'
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l versions -d 'List every version, delete markers among them, with the ids of the versions'
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l since -d 'Only at what was written since: a duration back from now, such as 24h or 7d, or a time, such as 2026-11-22T05:26:21Z' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l only -d 'List only objects in these states [default: all but sealed; with --list or --json all]' -r -f -a "sealed\t''
locked\t''
sse-s3\t''
sse-kms\t''
plain\t''
denied\t''
archived\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l fail-on -d 'End with an exit code that says so if anything is in one of these states' -r -f -a "locked\t''
sse-s3\t''
sse-kms\t''
plain\t''
denied\t''
archived\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l include -d 'Do include what matches; all is included at first, and the last pattern decides' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l exclude -d 'Leave out what matches; `*` matches `/` as well, names are relative to the source' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l files-from -d 'Take only what this file names, one a line, relative to the URL\'s folder; `-` is standard input' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l inventory -d 'Take what an S3 Inventory lists instead of asking the store for a listing: the s3:// URL or the path of its manifest.json' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l shard -d 'Take one share of N: I/N, such as 3/16; in a job array `auto`, or auto/N where its scheduler tells no N' -r -f -a "auto\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l concurrency -d 'How many requests are under way at once [default: as many as raise the throughput, up to 16 for parts]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l versions -d 'Look at every version'
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l summary -d 'Print only how many objects, of how many bytes, each state and key has'
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -s r -l recursive -d 'What lies below each URL, whether or not it ends in `/`'
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l dest -d 'Put what is sealed anew below this prefix, and leave the originals as they are' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l from -d 'Where the key is that the objects are sealed with: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml; `none` for objects that are not sealed. Repeatable. Without it, the environment variable S3SEAL_KEY counts, and without that the rules of config.toml' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l to -d 'Where the key is that they get, in the same way; `none` to unseal them' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l include -d 'Do include what matches; all is included at first, and the last pattern decides' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l exclude -d 'Leave out what matches; `*` matches `/` as well, names are relative to the source' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l files-from -d 'Take only what this file names, one a line, relative to the URL\'s folder; `-` is standard input' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l inventory -d 'Take what an S3 Inventory lists instead of asking the store for a listing: the s3:// URL or the path of its manifest.json' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l shard -d 'Take one share of N: I/N, such as 3/16; in a job array `auto`, or auto/N where its scheduler tells no N' -r -f -a "auto\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l part-size -d 'The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l expected-size -d 'The approximate number of bytes from a pipe: parts become large enough for all of it' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l concurrency -d 'How many requests are under way at once [default: as many as raise the throughput, up to 16 for parts]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -s r -l recursive -d 'Take what lies below each URL, whether or not it ends in `/`'
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l all-versions -d 'Tell which former versions are still as --from says; they are never sealed anew'
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l delete-old-versions -d 'Delete former versions that --from means, where the newest one is proven to be as --to says'
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l dry-run -d 'Say what would be done, and do nothing'
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l no-resume -d 'Do not resume an interrupted transfer, and keep nothing to resume this one'
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l version-id -d 'Delete this version for good' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l older-than -d 'Abort and delete only those begun longer ago than this, such as 24h or 7d' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l include -d 'Do include what matches; all is included at first, and the last pattern decides' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l exclude -d 'Leave out what matches; `*` matches `/` as well, names are relative to the source' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l shard -d 'Take one share of N of a folder: I/N, such as 3/16; in a job array `auto`, or auto/N where its scheduler tells no N' -r -f -a "auto\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l concurrency -d 'How many requests are under way at once [default: as many as raise the throughput, up to 16 for parts]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l all-versions -d 'Delete all versions for good, delete markers too'
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l all -d 'With -r: yes, the whole bucket'
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l incomplete -d 'Abort unfinished uploads instead of deleting objects: of the object, or of all below a URL that ends in `/`, with -r below the prefix, or in the whole bucket; and delete there, in `.s3seal/`, what killed runs have tried the store out with'
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -s r -l recursive -d 'Take folders, and all that is in them'
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l dry-run -d 'Say what would be done, and do nothing'
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l version-id -d 'Delete this version for good' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l older-than -d 'Abort and delete only those begun longer ago than this, such as 24h or 7d' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l include -d 'Do include what matches; all is included at first, and the last pattern decides' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l exclude -d 'Leave out what matches; `*` matches `/` as well, names are relative to the source' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l shard -d 'Take one share of N of a folder: I/N, such as 3/16; in a job array `auto`, or auto/N where its scheduler tells no N' -r -f -a "auto\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l concurrency -d 'How many requests are under way at once [default: as many as raise the throughput, up to 16 for parts]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l all-versions -d 'Delete all versions for good, delete markers too'
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l all -d 'With -r: yes, the whole bucket'
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l incomplete -d 'Abort unfinished uploads instead of deleting objects: of the object, or of all below a URL that ends in `/`, with -r below the prefix, or in the whole bucket; and delete there, in `.s3seal/`, what killed runs have tried the store out with'
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -s r -l recursive -d 'Take folders, and all that is in them'
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l dry-run -d 'Say what would be done, and do nothing'
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l method -d 'What the URL allows' -r -f -a "GET\t'To download the object'
PUT\t'To upload it'
HEAD\t'To ask for its metadata'"
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l expires-in -d 'For how long: seconds, or with a unit: 15m, 1h, 7d (the most)' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l headers-file -d 'Write the headers to this file (mode 0600, replaced if it exists), for curl -H @FILE; for wget, with --as wget, as a configuration. Pipes and devices are written to' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l as -d 'Print the whole call for this tool instead of the URL alone' -r -f -a "curl\t'A shell\'s line for curl'
wget\t'A shell\'s line for GNU Wget; the headers\' file is its configuration'
powershell\t'Lines for PowerShell 5.1 and 7'
python\t'A program of Python\'s standard library alone'
fetch\t'JavaScript: a module for a page, or Node. The key is an argument'"
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l origin -d 'With --as fetch: the page\'s origin, for the bucket\'s CORS rule, such as https://app.example.org' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l version-id -d 'Read this version instead of the newest' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l content-type -d 'The media type; guessed from the file\'s name where not given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l cache-control -d 'Cache-Control' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l content-encoding -d 'Content-Encoding' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l content-disposition -d 'Content-Disposition' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l content-language -d 'Content-Language' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l metadata -d 'User metadata; repeatable, or with commas: a=1,b=2 (a comma in a value is written `\\,`)' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l tagging -d 'Tags, URL-encoded: a=1&b=2' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l acl -d 'A canned ACL, such as bucket-owner-full-control' -r -f -a "private\t''
public-read\t''
public-read-write\t''
aws-exec-read\t''
authenticated-read\t''
bucket-owner-read\t''
bucket-owner-full-control\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l storage-class -d 'A storage class, such as STANDARD_IA' -r -f -a "STANDARD\t''
STANDARD_IA\t''
ONEZONE_IA\t''
INTELLIGENT_TIERING\t''
GLACIER_IR\t''
GLACIER\t''
DEEP_ARCHIVE\t''
REDUCED_REDUNDANCY\t''
OUTPOSTS\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l no-key -d 'The object is not sealed with a key of yours'
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l curl -d 'The same as --as curl'
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l checksum -d 'Sign the question for the object\'s checksum as well, so that `s3seal get URL` can verify the bytes'
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand presign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -f -a "create" -d 'Make a bucket that takes objects with SSE-C'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -f -a "delete" -d 'Delete a bucket that is empty'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -f -a "status" -d 'Show whether SSE-C is blocked, and the default encryption'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -f -a "allow" -d 'Let objects be written with SSE-C'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and not __fish_seen_subcommand_from create delete status allow block" -f -a "block" -d 'Refuse objects that are written with SSE-C'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from allow" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand bucket; and __fish_seen_subcommand_from block" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l provider -d 'The provider, which decides the endpoint' -r -f -a "aws\t''
ovh\t''
hetzner\t''
scaleway\t''
exoscale\t''
b2\t''
wasabi\t''
ionos\t''
own\t''
other\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l key-name -d 'The key\'s name in config.toml [default: the bucket\'s name]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -s k -l key -d 'Where an existing key is, as for -k of other commands [default: a new key in a file beside config.toml]' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -s y -l yes -d 'Ask nothing, and write'
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l dry-run -d 'Show what would be written, and write nothing'
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l no-doctor -d 'Do not run `doctor` at the end'
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand setup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l time-limit -d 'Give up a check after this time; six times that for credentials, for the upload of 5 MiB, and for the removal of the throw-away objects' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l preset -d 'Use these defaults; `ci`: 127.0.0.1:9000, access key and secret key `test`' -r -f -a "ci\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l addr -d 'The address to listen on; port 0 is a free one [default: 127.0.0.1:0]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l bucket -d 'Create these buckets; repeatable' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l versioned-bucket -d 'Create these buckets, which keep versions; repeatable' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l init -d 'Start with the content of this folder: each folder in it becomes a bucket, each file below an object' -r -f -a "(__fish_complete_directories)"
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l behave -d 'Behave like this store' -r -f -a "aws\t''
aws-blocked\t''
seaweedfs\t''
ceph\t''
garage\t''
minio\t''
ovh\t''
b2\t''
storagegrid\t''
ignores-sse-c\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l user -d 'Accept this access key (repeatable; the first is set in the environment) [default: a random one]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l fault -d 'Inject faults (repeatable): `slow-down`, `internal-error`, `reset` and `lost-answer` (connection dropped before or after the effect), `cut`, `corrupt`, `wrong-range`, `delay` (up to a second). PROBABILITY is 0 to 1, OPERATION a name of the S3 API such as UploadPart' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l seed -d 'The random seed of the faults: the same seed and the same requests give the same faults' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l now -d 'What time it is at the start, such as 2030-01-31T00:00:00Z, for objects, retention and expiration' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l latency -d 'Delay every request, such as `50ms`' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l bandwidth -d 'Bytes a second in each direction, shared by all connections, such as `500K` or `10M` (powers of 1024)' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l max-connections -d 'Serve so many connections at a time [default: 512]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l log -d 'Append a JSON line for every request to this file; keys, signatures and session tokens are left out' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l notify -d 'Deliver the event notifications that buckets ask for to this file, or by POST to http://127.0.0.1:PORT/…' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l dir -d 'Store everything in this folder instead of in memory' -r -f -a "(__fish_complete_directories)"
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l env-file -d 'Once ready, write the environment to this file as `export` lines' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l health -d 'Serve nothing, and ask the server at this URL whether it answers: exit 0, or 8 if it does not. Without a URL: the server with this --addr or --preset, and --tls. No certificate is checked' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l tls -d 'Serve https, with a certificate authority of its own'
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l require-tls -d 'Refuse keys over plain http, as Amazon does'
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l control -d 'Let programs on this machine use /-/reset, /-/requests, /-/faults and /-/clock (the book\'s page on the embedded server)'
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand mock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l listen -d 'The address to listen on; port 0 is a free one. Other machines\' are served over --tls only' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l user -d 'The access key and secret that clients sign with [default: random ones]' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l tls-cert -d 'Serve https with this certificate, in PEM, its issuers behind it' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l tls-key -d 'The private key of the certificate, in PEM' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l metrics -d 'Serve metrics in the format of Prometheus at http://HOST:PORT/-/metrics; only for this machine' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l log -d 'Append a line for each request to this file [default: stderr; with a command, refusals alone]' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l env-file -d 'Once ready, write the environment for clients to this file as `export` lines' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -s k -l key -d 'Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l key-format -d 'How to read the key text' -r -f -a "auto\t'Detected: 32 bytes, base64, hex, or 32 ASCII characters'
base64\t'Base64 of 32 bytes: padded, unpadded or url-safe'
hex\t'64 hexadecimal digits'
raw\t'Exactly 32 bytes'"
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l derive-as -d 'Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a bucket alone (s3://bucket), for each object of the same name there' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l sse-customer-algorithm -d 'As with `aws s3api`: AES256' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l sse-customer-key -d 'As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if --sse-customer-key-md5 is given' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l sse-customer-key-md5 -d 'As with `aws s3api`: base64 of the MD5 of the 32 bytes' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l sse-c -d 'As with `aws s3`: AES256, which may be left out' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l sse-c-key -d 'As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l key-timeout -d 'How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l tls -d 'Serve https, with a certificate authority of its own'
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l allow-plain -d 'Let clients read objects that are not sealed, where sealed ones are expected'
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand proxy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l live -d 'The script of live completion, which runs s3seal at each TAB'
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l candidates -d 'Print the candidates for the line on standard input; for the scripts of live completion'
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l progress -d 'How the progress of transfers is shown on stderr' -r -f -a "auto\t'Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds'
plain\t'A line of text every 30 seconds'
none\t'Nothing'"
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l color -d 'When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it'
always\t'Also in files and pipes'
never\t'Nowhere'"
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l endpoint-url -d 'The store\'s URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l profile -d 'The profile of the AWS configuration files to use. Also: AWS_PROFILE' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l region -d 'The bucket\'s region. Also: AWS_REGION, AWS_DEFAULT_REGION' -r -f -a "af-south-1\t''
ap-east-1\t''
ap-east-2\t''
ap-northeast-1\t''
ap-northeast-2\t''
ap-northeast-3\t''
ap-south-1\t''
ap-south-2\t''
ap-southeast-1\t''
ap-southeast-2\t''
ap-southeast-3\t''
ap-southeast-4\t''
ap-southeast-5\t''
ap-southeast-6\t''
ap-southeast-7\t''
ca-central-1\t''
ca-west-1\t''
cn-north-1\t''
cn-northwest-1\t''
eu-central-1\t''
eu-central-2\t''
eu-north-1\t''
eu-south-1\t''
eu-south-2\t''
eu-west-1\t''
eu-west-2\t''
eu-west-3\t''
eusc-de-east-1\t''
il-central-1\t''
me-central-1\t''
me-south-1\t''
mx-central-1\t''
sa-east-1\t''
us-east-1\t''
us-east-2\t''
us-gov-east-1\t''
us-gov-west-1\t''
us-west-1\t''
us-west-2\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l ca-bundle -d 'Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE' -r -F
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l request-payer -d 'Who pays for the request; the one value is `requester`' -r -f -a "requester\t''"
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l expected-bucket-owner -d 'Refuse a bucket that belongs to another account' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l max-attempts -d 'How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l connect-timeout -d 'Give up an attempt at a connection after this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l read-timeout -d 'Give up a connection on which nothing has moved for this time; 0: never' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l limit-rate -d 'Move at most this many bytes a second, up and down together: bytes, or with K, M, G' -r -f
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l json -d 'Print results as JSON lines on stdout, and errors as JSON on stderr'
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -s v -l verbose -d 'Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv'
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l list -d 'Print a line for each object of a run over many, and for each failure'
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l no-progress -d 'The same as --progress none'
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l no-sign-request -d 'Send requests without credentials'
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -l allow-http -d 'Send the key even over plain http to another machine, where everyone in between can read it'
complete -c s3seal -n "__fish_s3seal_using_subcommand help" -s h -l help -d 'Print help (see more with \'--help\')'
