if ! grep -Eq '^reconciler( @ .*(@[0-9a-f]{40}|#sha256=[0-9a-f]{64})|==.*(--hash=sha256:|\\$))' requirements.txt; then
  echo "::error file=requirements.txt::requirements.txt pins no release of reconciler by commit or hash; expected a line like: reconciler @ git+https://HOST/OWNER/reconciler@COMMIT"
  exit 1
fi
python3 -m venv "$RUNNER_TEMP/reconciler"
"$RUNNER_TEMP/reconciler/bin/pip" install --quiet --requirement requirements.txt
echo "$RUNNER_TEMP/reconciler/bin" >> "$GITHUB_PATH"
