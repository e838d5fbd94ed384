#!/usr/bin/env bash
# `kill -9` at random moments of put, get, sync, cp, mv and rotate at SeaweedFS: nothing is lost, no plaintext stays
# behind, and the next run completes the work.
#
#   S3SEAL=target/release/s3seal tests/stores/kills.sh
#
#   S3SEAL_KILLS   how many kills (default: 30)
#   S3SEAL_SEED    the moments of the kills (default: 1)

kills=${S3SEAL_KILLS:-30} seed=${S3SEAL_SEED:-1}
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
install_tools
isolate
cd "$scratch"

. "$stores/weed.sh"
start_seaweedfs
admin make lab
"$venv/bin/python" "$stores/kills.py" "$S3SEAL" "$kills" "$seed"
