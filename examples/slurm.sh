#!/bin/sh
# Sixteen tasks of a Slurm array share the work on all files of a folder, or all objects of a prefix:
#
#   sbatch slurm.sh put -r -k ~/keys/backup.key /scratch/results s3://backups/results/
#   sbatch slurm.sh get -r -k ~/keys/backup.key s3://backups/results/ /scratch/restored
#   sbatch slurm.sh sync -k ~/keys/backup.key --delete /scratch/results s3://backups/results
#   sbatch slurm.sh rotate s3://backups/2026/ --from ~/keys/old.key --to ~/keys/new.key
#   sbatch --wait slurm.sh audit --fail-on locked,plain,sse-s3,sse-kms s3://backups/
#
# More tasks: sbatch --array=1-64 …. Number them without gaps: with --array=1,2,10 nobody would take the
# shares in between, so `--shard auto` refuses.
#
# A folder must be on a file system that all nodes share. A file is in the same share as its object.
#
# Name keys by files that only you can read: Slurm keeps a copy of the environment, S3SEAL_KEY included.
#
#SBATCH --job-name=s3seal
#SBATCH --array=1-16
#SBATCH --ntasks=1
#SBATCH --mem=256M
#SBATCH --output=s3seal-%A_%a.log
# On a node that fails: `rotate` and `sync` skip what is done, `put` and `get` do their share again.
#SBATCH --requeue

# One task alone again, after it failed: sbatch --array=3 would be an array of one, which does everything.
# Run its share by its name instead: s3seal put -r … --shard 3/16
exec s3seal "$@" --shard auto --json
