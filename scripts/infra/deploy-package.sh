#!/usr/bin/env bash
# deploy-package.sh RESOURCE_GROUP APP ZIP: checks the zip against the checksum beside it and deploys it.
# A role that was assigned minutes ago may not work yet, so a refusal is tried again for ten minutes.
set -euo pipefail

group=$1 app=$2 zip=$3
(cd "$(dirname "$zip")" && sha256sum --check --quiet "$(basename "$zip").sha256")

for attempt in 1 2 3 4 5 6 7 8 9 10; do
	if az functionapp deployment source config-zip --resource-group "$group" --name "$app" --src "$zip" --output none; then exit 0; fi
	[ "$attempt" = 10 ] || { echo "Attempt $attempt failed; roles can take some minutes. Trying again." >&2; sleep "${RETRY_SECONDS:-60}"; }
done
echo "The package was not deployed. Check that the identity named ...-package has Storage Blob Data Contributor on the container app-package." >&2
exit 1
