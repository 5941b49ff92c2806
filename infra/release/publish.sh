#!/usr/bin/env bash
# Publishes the files that `make release-files` wrote: first the template, then the release, whose text names the template's
# commit. It can be repeated after an interruption.
#   publish.sh SERVER OWNER/NAME TAG FOLDER
set -euo pipefail
server=$1 repository=$2 tag=$3 folder=$(realpath "$4")
root=$(realpath "$(dirname "$0")/../..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The branch `release` has the template alone, and none of the sources' history.
branch() { git -C "$work/branch" -c user.name=github-actions -c user.email=github-actions@users.noreply.github.com "$@"; }
git init --quiet --initial-branch release "$work/branch"
if [ -n "$(git ls-remote "$server/$repository" refs/heads/release)" ]; then
  branch fetch --quiet "$server/$repository" release
  branch reset --quiet --soft FETCH_HEAD
fi
cp "$folder/azuredeploy.json" "$work/branch"
branch add azuredeploy.json
if ! branch diff --cached --quiet; then
  branch commit --quiet --message "$tag"
  branch push --quiet "$server/$repository" release
fi

cd "$root"
python3 -m infra.release --repository "$repository" --tag "$tag" text "$(branch rev-parse HEAD)" > "$work/text.md"
gh release create "$tag" "$folder"/* --repo "$repository" --verify-tag --title "$tag" --notes-file "$work/text.md"
