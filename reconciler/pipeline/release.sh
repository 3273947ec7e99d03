python3 -m venv "$RUNNER_TEMP/reconciler"
# What pip reads is what this understood of requirements.txt and requirements.lock: hashes, or the tool's commit.
"$RUNNER_TEMP/reconciler/bin/python" -I @up@.github/reconciler/check_requirements.py "$RUNNER_TEMP/reconciler"
"$RUNNER_TEMP/reconciler/bin/pip" install --quiet --require-hashes --only-binary :all: --requirement "$RUNNER_TEMP/reconciler/locked.txt"
"$RUNNER_TEMP/reconciler/bin/pip" install --quiet --no-deps --no-build-isolation --requirement "$RUNNER_TEMP/reconciler/tool.txt"
"$RUNNER_TEMP/reconciler/bin/pip" check # what the lock lacks is not fetched from anywhere
echo "$RUNNER_TEMP/reconciler/bin" >> "$GITHUB_PATH"
