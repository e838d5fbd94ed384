#!/usr/bin/env bash
# Job arrays: a Slurm of this machine's own runs examples/slurm.sh against `s3seal mock`, and so does GNU parallel;
# what Kubernetes and AWS Batch would be given is read as they read it.
#
#   S3SEAL=target/release/s3seal tests/stores/arrays.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for tool in slurmctld slurmd sbatch parallel; do
  command -v "$tool" >/dev/null || PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null ||
    { echo "$tool is missing (Debian: slurmctld, slurmd, slurm-client, parallel)"; exit 1; }
done
install_tools
isolate
export PATH=$scratch/bin:$venv/bin:$PATH:/usr/sbin EXAMPLES
EXAMPLES=$(realpath -e "$stores/../../examples")
cd "$scratch"
mkdir bin
ln -s "$S3SEAL" bin/s3seal

# 60 objects sealed with the old key, on a server that outlives all tasks.
start_mock
s3seal keygen -q -o old.key
mkdir objects
for number in {01..60}; do echo "$number" >"objects/$number"; done
s3seal put -q -r -k ./old.key objects s3://demo/
s3seal ls -r --json s3://demo/ | sed 's/.*"url":"\([^"]*\)".*/\1/' | sort >all

# Slurm on this machine alone: no munge, no cgroups, and no port but of the loopback.
read -r controller daemon < <(admin ports 2 | xargs)
mkdir slurm
user=$(id -un) host=$(hostname -s)
cat >slurm.conf <<CONF
ClusterName=checks
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
SlurmctldPort=$controller
SlurmdPort=$daemon
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/none
CredType=cred/none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
StateSaveLocation=$scratch/slurm
SlurmdSpoolDir=$scratch/slurm
SlurmctldPidFile=$scratch/slurm/slurmctld.pid
SlurmdPidFile=$scratch/slurm/slurmd.pid
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 RealMemory=4096 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
CONF
export SLURM_CONF=$scratch/slurm.conf
serve slurmctld.log slurmctld -D -f slurm.conf
answers "$controller" slurmctld.log
serve slurmd.log slurmd -D -f slurm.conf
answers "$daemon" slurmd.log

# urls STATE: what the tasks have told to be in this state.
urls() { cat s3seal-*.log | grep "\"state\":\"$1\"" | sed 's/.*"url":"\([^"]*\)".*/\1/' | sort; }
submit() { rm -f s3seal-*.log && timeout 120 sbatch --wait "$@"; }

array_audits() {
  submit --array="$1" "$EXAMPLES/slurm.sh" audit -k ./old.key s3://demo/ || return
  echo "$(ls s3seal-*.log | wc -l) tasks"
  [ "$(ls s3seal-*.log | wc -l)" = "$2" ] && urls sealed | diff all -
}
check "a Slurm array of 8 audits each object once" array_audits 1-8 8
check "and one that counts from 0, and one in steps" eval 'array_audits 0-3 4 && array_audits 10-30:10 3'
gaps_are_refused() {
  if submit --array=1,2,10 "$EXAMPLES/slurm.sh" audit -k ./old.key s3://demo/; then return 1; fi
  cat s3seal-*.log
  grep -q 'not numbered in even steps' s3seal-*.log
}
check "an array with gaps is refused" gaps_are_refused

parallel_audits() {
  rm -f s3seal-*.log
  seq 5 | parallel --will-cite 's3seal audit --json -k ./old.key --shard auto/5 s3://demo/ >s3seal-{}.log' &&
    urls sealed | diff all -
}
check "GNU parallel audits each object once" parallel_audits

# The command that a container would get, with each index in turn as Kubernetes and Batch set it.
check "examples/kubernetes.yaml: as many shares as pods" python - "$EXAMPLES/kubernetes.yaml" <<'PY'
import sys, yaml
job, = yaml.safe_load_all(open(sys.argv[1]))
spec, pod = job["spec"], job["spec"]["template"]["spec"]
container, = pod["containers"]
assert (job["apiVersion"], job["kind"], spec["completionMode"]) == ("batch/v1", "Job", "Indexed")
assert pod["restartPolicy"] == "Never" and spec["backoffLimitPerIndex"] > 0
assert f"--shard=auto/{spec['completions']}" in container["command"], container["command"]
given = {it["name"] for it in container["env"]}
assert {"OLD_KEY", "NEW_KEY"} < given, given
mounts = {it["name"] for it in container["volumeMounts"]}
assert mounts == {it["name"] for it in pod["volumes"]}, mounts
PY

# An aws that takes what it is given, and says what Batch would.
cat >bin/aws <<'SH'
#!/bin/sh
for argument; do printf '%s\0' "$argument"; done >>batch.asked
echo arn:aws:batch:eu-central-1:123456789012:job-definition/s3seal-rotate:1
SH
chmod +x bin/aws
batch_is_asked() {
  QUEUE=spot ROLE=arn:aws:iam::123456789012:role/s3seal IMAGE=s3seal:0.1.0 \
    OLD_KEY=arn:aws:secretsmanager:old NEW_KEY=arn:aws:secretsmanager:new \
    sh "$EXAMPLES/aws-batch.sh" s3://backups/2026/ || return
  python - <<'PY'
import json
asked = open("batch.asked").read().split("\0")
definition = json.loads(asked[asked.index("--cli-input-json") + 1])
container = definition["containerProperties"]
assert container["command"][:3] == ["s3seal", "rotate", "s3://backups/2026/"], container["command"]
assert "--shard=auto" in container["command"]
assert {it["name"]: it["valueFrom"] for it in container["secrets"]} == {
    "OLD_KEY": "arn:aws:secretsmanager:old", "NEW_KEY": "arn:aws:secretsmanager:new"}
assert asked[asked.index("--job-definition") + 1].endswith("s3seal-rotate:1")
assert "size=16" in asked
PY
}
check "examples/aws-batch.sh: a definition that is JSON, and an array" batch_is_asked

summary
