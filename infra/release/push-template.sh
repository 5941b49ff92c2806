#!/usr/bin/env bash
# Commits a template as azuredeploy.json to the branch `release` of a remote, and prints the commit.
# The branch has no other file and no history of the sources. A release that is already there is not committed again.
#   push-template.sh REMOTE FILE TAG
set -euo pipefail
remote=$1 file=$2 tag=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$file" "$work/azuredeploy.json"
cd "$work"
git init --quiet --initial-branch release .
if [ -n "$(git ls-remote "$remote" refs/heads/release)" ]; then
  git fetch --quiet "$remote" release
  git reset --quiet --soft FETCH_HEAD
fi
git add azuredeploy.json
if ! git diff --cached --quiet; then
  git -c user.name=github-actions -c user.email=github-actions@users.noreply.github.com \
    commit --quiet --message "$tag"
  git push --quiet "$remote" release
fi
git rev-parse HEAD
