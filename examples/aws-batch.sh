#!/bin/sh
# Sixteen children of an AWS Batch array job share the work on all objects of a prefix:
#
#   export QUEUE=spot ROLE=arn:aws:iam::123456789012:role/s3seal OLD_KEY=arn:aws:secretsmanager:… NEW_KEY=arn:… \
#     IMAGE=123456789012.dkr.ecr.eu-central-1.amazonaws.com/s3seal:0.1.0
#   sh aws-batch.sh rotate s3://backups/2026/ --from=env:OLD_KEY --to=env:NEW_KEY
#   sh aws-batch.sh cp -r s3://inbox/2026/ s3://backups/2026/ --source-key=none --key=env:NEW_KEY
#
# OLD_KEY and NEW_KEY are the ARNs of secrets, which hold the keys in base64; a key itself never passes
# through here. ROLE may read both secrets, and read, write and list the buckets.
set -eu

: "${1:?what to do? such as rotate s3://backups/2026/ --from=env:OLD_KEY --to=env:NEW_KEY}"
: "${QUEUE:?the job queue}" "${IMAGE:?the image that holds s3seal}" "${ROLE:?the ARN of the role}"
: "${OLD_KEY:?the ARN of the secret with the old key}" "${NEW_KEY:?the ARN of the one with the new key}"

words=
for word; do
  case $word in *[\\\"]*) echo "no quotes and no backslashes, please: $word" >&2 && exit 2 ;; esac
  words="$words\"$word\", "
done

# `auto` reads AWS_BATCH_JOB_ARRAY_INDEX and AWS_BATCH_JOB_ARRAY_SIZE, which Batch sets in each child.
# A retry goes over its share again: rotate skips what is done, cp copies it once more.
definition=$(aws batch register-job-definition --query jobDefinitionArn --output text --cli-input-json "
{
  \"jobDefinitionName\": \"s3seal-$1\",
  \"type\": \"container\",
  \"platformCapabilities\": [\"FARGATE\"],
  \"retryStrategy\": { \"attempts\": 3 },
  \"containerProperties\": {
    \"image\": \"$IMAGE\",
    \"command\": [\"s3seal\", $words\"--shard=auto\", \"--json\"],
    \"secrets\": [
      { \"name\": \"OLD_KEY\", \"valueFrom\": \"$OLD_KEY\" },
      { \"name\": \"NEW_KEY\", \"valueFrom\": \"$NEW_KEY\" }
    ],
    \"executionRoleArn\": \"$ROLE\",
    \"jobRoleArn\": \"$ROLE\",
    \"resourceRequirements\": [
      { \"type\": \"VCPU\", \"value\": \"0.25\" },
      { \"type\": \"MEMORY\", \"value\": \"512\" }
    ]
  }
}")

aws batch submit-job --job-name "s3seal-$1" --job-queue "$QUEUE" \
  --job-definition "$definition" --array-properties size=16
