import { S3Client } from "@aws-sdk/client-s3";
import { binaryPath, startServer, type Server, type ServerOptions } from "s3seal";

const options: ServerOptions = { buckets: ["demo"], behave: "ceph", tls: true, faults: ["cut=0.1"], seed: 7 };
const server: Server = await startServer(options);
const s3 = new S3Client(server.clientConfig);
const program: string = binaryPath();
// @ts-expect-error: an option that is not there
await startServer({ bucket: "demo" });
await server.stop();
console.log(s3, program);
