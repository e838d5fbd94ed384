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
# One that says which process a task is.
cat >bin/s3seal <<SH
#!/bin/sh
echo \$\$ >"task-\${SLURM_ARRAY_TASK_ID:-0}.pid"
exec "$S3SEAL" "\$@"
SH
chmod +x bin/s3seal

# 240 objects sealed with the old key, on a server that outlives all tasks, and is slow enough to stop one.
start_mock --latency 20ms
s3seal keygen -q -o old.key
s3seal keygen -q -o new.key
s3seal keygen -q -o newest.key
mkdir objects
for number in {001..240}; do echo "$number" >"objects/$number"; done
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

# told LOG…: which objects the tasks have rotated, as they say.
told() { cat "$@" | grep '"result":"rotated"' | sed 's/.*"url":"\([^"]*\)".*/\1/' | sort; }
# sealed_with KEY: whether all are, and hold what they held.
sealed_with() {
  s3seal audit --json -k "$1" s3://demo/ | grep '"state":"sealed"' | sed 's/.*"url":"\([^"]*\)".*/\1/' | sort | diff all - &&
    rm -rf back && s3seal get -q -r -k "$1" s3://demo/ back && diff -r objects back
}
array_rotates() {
  submit --array=1-8 "$EXAMPLES/slurm.sh" rotate s3://demo/ --from ./old.key --to ./new.key || { cat s3seal-*.log; return 1; }
  wc -l s3seal-*.log
  [ "$(ls s3seal-*.log | wc -l)" = 8 ] && told s3seal-*.log | diff all - && sealed_with ./new.key
}
check "a Slurm array of 8 rotates each object once" array_rotates

again=(rotate s3://demo/ --from ./new.key --to ./newest.key --concurrency 1)
# The third task is killed once it has rotated something.
array_is_struck() {
  local deadline=$((SECONDS + 100)) job
  rm -f s3seal-*.log task-*.pid
  job=$(sbatch --parsable --array=1-8 "$EXAMPLES/slurm.sh" "${again[@]}")
  until grep -q '"rotated"' "s3seal-${job}_3.log"; do
    [ $SECONDS -lt $deadline ] || return
    sleep 0.05
  done 2>/dev/null
  kill -KILL "$(cat task-3.pid)" || return
  while squeue --noheader --job "$job" | grep -q .; do
    [ $SECONDS -lt $deadline ] || return
    sleep 0.1
  done
  wc -l s3seal-*.log
  told s3seal-*.log >before
  [ "$(wc -l <before)" -lt 240 ] && fails sealed_with ./newest.key
}
check "a task of an array is killed" array_is_struck
# What was killed on its way may be done, and not have been told.
share_is_done_again() {
  timeout 100 sbatch --wait --output=again.log --wrap "s3seal ${again[*]} --json --shard 3/8" || { cat again.log; return 1; }
  told again.log >after
  [ -s after ] && [ -z "$(sort before after | uniq -d)" ] && [ "$(cat before after | wc -l)" -ge 239 ] &&
    sealed_with ./newest.key
}
check "its share, submitted again, is completed, and nothing is rotated twice" share_is_done_again

parallel_audits() {
  rm -f s3seal-*.log
  seq 5 | parallel --will-cite 's3seal audit --json -k ./newest.key --shard auto/5 s3://demo/ >s3seal-{}.log' &&
    urls sealed | diff all -
}
check "GNU parallel audits each object once" parallel_audits

# A tree of files of several sizes, in folders, with names that are no words of a shell.
mkdir -p tree/a/b "tree/with space"
for number in {001..300}; do
  case $((10#$number % 4)) in
    0) name=tree/$number ;;
    1) name=tree/a/$number ;;
    2) name="tree/with space/ä$number" ;;
    *) name=tree/a/b/$number ;;
  esac
  head -c $((10#$number * 37)) /dev/urandom >"$name"
done
# Times of objects have whole seconds: a file of the same second would be newer than its object.
find tree -type f -exec touch -d '1 minute ago' {} +
(cd tree && find . -type f -printf 's3://demo/tree/%P\n' | sort) >files
# each OPERATION: each name was told once, and its URL is one of all.
each() {
  python - "$1" <<'PY'
import collections, glob, json, sys
told = collections.Counter()
for log in glob.glob("s3seal-*.log"):
    items = [json.loads(line) for line in open(log) if line.startswith("{")]
    assert len(items) > 10, f"{log}: {items}"
    told.update(item["url"] for item in items if item["op"] == sys.argv[1])
files = open("files").read().split("\n")[:-1]
assert set(told.values()) == {1}, [url for url, times in told.items() if times > 1]
assert sorted(told) == sorted(files), set(told) ^ set(files)
PY
}
array() {
  submit --array=1-8 "$EXAMPLES/slurm.sh" "$@" || { cat s3seal-*.log; return 1; }
  [ "$(ls s3seal-*.log | wc -l)" = 8 ]
}
array_stores() { array put -r -k ./new.key tree s3://demo/tree/ && each put; }
array_fetches() { array get -r -k ./new.key s3://demo/tree/ restored && each get && diff -r tree restored; }
array_syncs() {
  array sync -k ./new.key tree s3://demo/tree || return
  if cat s3seal-*.log | grep '"op":"put"'; then return 1; fi
  rm -r "tree/with space" && echo changed >tree/a/001 && touch -d '1 minute' tree/a/001
  array sync -k ./new.key --delete tree s3://demo/tree || return
  [ "$(cat s3seal-*.log | grep -c '"op":"rm"')" = 75 ] && [ "$(cat s3seal-*.log | grep -c '"op":"put"')" = 1 ] || return
  rm -rf restored && s3seal get -q -r -k ./new.key s3://demo/tree/ restored && diff -r tree restored
}
check "a Slurm array of 8 stores each file of a tree once" array_stores
check "another fetches each once, and the tree is the same" array_fetches
check "and one keeps them equal, and deletes what is gone" array_syncs

# The command that a container would get, with each index in turn as Kubernetes and Batch set it.
check "examples/kubernetes.yaml: as many shares as pods" python - "$EXAMPLES/kubernetes.yaml" <<'PY'
import sys, yaml
jobs = list(yaml.safe_load_all(open(sys.argv[1])))
for job in jobs:
    spec, pod = job["spec"], job["spec"]["template"]["spec"]
    container, = pod["containers"]
    assert (job["apiVersion"], job["kind"], spec["completionMode"]) == ("batch/v1", "Job", "Indexed")
    assert pod["restartPolicy"] == "Never" and spec["backoffLimitPerIndex"] > 0
    assert f"--shard=auto/{spec['completions']}" in container["command"], container["command"]
    given = {it["name"] for it in container["env"]}
    named = {word.split("env:")[1] for word in container["command"] if "env:" in word}
    assert named and named < given, (named, given)
    mounts = {it["name"] for it in container["volumeMounts"]}
    assert mounts == {it["name"] for it in pod["volumes"]}, mounts
assert [job["spec"]["template"]["spec"]["containers"][0]["command"][1] for job in jobs] == ["rotate", "sync"]
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
    sh "$EXAMPLES/aws-batch.sh" rotate s3://backups/2026/ --from=env:OLD_KEY --to=env:NEW_KEY || return
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
