python3 -m venv "$RUNNER_TEMP/reconciler"
"$RUNNER_TEMP/reconciler/bin/pip" install --quiet --require-hashes --requirement requirements-dev.lock
"$RUNNER_TEMP/reconciler/bin/pip" install --quiet --no-deps --no-build-isolation --editable .
echo "$RUNNER_TEMP/reconciler/bin" >> "$GITHUB_PATH"
