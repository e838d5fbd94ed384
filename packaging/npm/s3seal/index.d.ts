/** The options of {@link startServer}; `s3seal mock --help` says more about each. */
export interface ServerOptions {
  /** The buckets that are there at the start. By default: `demo`. */
  buckets?: string[];
  /** Buckets that keep versions. */
  versionedBuckets?: string[];
  /** Behave like this store: `aws` (the default), `aws-blocked`, `ceph`, `garage`, `minio`, `seaweedfs`, … */
  behave?: string;
  /** Serve https, with an authority of the server's own: {@link Server.environment} names its certificate. */
  tls?: boolean;
  /** Refuse keys over plain http, as Amazon does. */
  requireTls?: boolean;
  /** Faults to inject, as `slow-down=0.1@UploadPart`. */
  faults?: string[];
  /** The random seed of the faults. */
  seed?: number;
  /** Delay every request, as `50ms`. */
  latency?: string;
  /** Keep everything in this folder instead of in memory. */
  dir?: string;
  /** Start with the content of this folder. */
  init?: string;
  /** `HOST:PORT`. By default a free port on 127.0.0.1. */
  addr?: string;
  /** Let this machine use `/-/reset`, `/-/requests`, `/-/faults` and `/-/clock`. */
  control?: boolean;
  /** Append a JSON line for every request to this file. */
  log?: string;
  /** More arguments of `s3seal mock`. */
  args?: string[];
  /** The program to run. By default that of the package for this system, or what S3SEAL_BINARY names. */
  program?: string;
  /** Ends the start, or the server. */
  signal?: AbortSignal;
}

/** A server that answers. */
export interface Server {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The environment for programs that use the server. */
  readonly environment: Readonly<Record<string, string>>;
  /** For `new S3Client(…)`. */
  readonly clientConfig: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    forcePathStyle: true;
  };
  readonly pid: number;
  /** Ends the server; resolves once it has ended. Can be called again. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts `s3seal mock`, and resolves once it answers. */
export function startServer(options?: ServerOptions): Promise<Server>;

/** The path of the program for this system. */
export function binaryPath(): string;
