# Sourced by bin/check and by the stages of bin/test: what passed, what failed, what was skipped.
#
#   source "$(dirname "${BASH_SOURCE[0]}")/../counting.sh"      (from bin/stages)
#   gate "what must hold" command arguments...                   one count by the exit code
#   rust_tests NAME...                                           one count a test of these packages
#   rust_tests_except NAME...                                    one count a test of all other packages
#   skip "why it cannot run here"                                one count
#   finish NAME                                                  the last line, and the exit code
#
# Sourcing changes to the root of the tree.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

passed=0
failed=0
skipped=0

gate() {
    local name=$1
    shift
    echo "-- $name: $*"
    if "$@" </dev/null; then
        passed=$((passed + 1))
    else
        echo "-- $name: FAILED"
        failed=$((failed + 1))
    fi
}

skip() {
    echo "skipped: $*"
    skipped=$((skipped + 1))
}

rust_tests() {
    local name filter="none()" selection=()
    for name in "$@"; do
        filter+=" | package($name)"
        selection+=(--package "$name")
    done
    run_tests "$filter" "${selection[@]}"
}

rust_tests_except() {
    local name filter="all()" selection=(--workspace)
    for name in "$@"; do
        filter+=" - package($name)"
        selection+=(--exclude "$name")
    done
    run_tests "$filter" "${selection[@]}"
}

# Runs Rust tests with nextest where it is installed (one process a test, a limit on each), else with cargo test.
# Both also run what says #[ignore]: a test that cannot run here says so itself. What nextest calls skipped is what
# the filter leaves to another call: with it every call builds the whole workspace, because building packages one by one
# would choose other features of what they stand on, and build that again. cargo test has no such filter, and builds
# only what it runs.
run_tests() {
    local filter=$1 log records record
    shift
    log=$(mktemp)
    records=$(mktemp -d)
    if cargo nextest --version >/dev/null 2>&1; then
        P2SVPN_SKIPPED_DIR=$records count_tests "$log" \
            cargo nextest run --locked --no-fail-fast --color never --run-ignored all --workspace -E "$filter"
    else
        P2SVPN_SKIPPED_DIR=$records count_tests "$log" \
            cargo test --locked --no-fail-fast --tests "$@" -- --include-ignored
    fi

    # A test that skipped itself has passed for its runner, and left a file that says why.
    for record in "$records"/*; do
        if [ -f "$record" ]; then
            cat "$record"
            passed=$((passed - 1))
            skipped=$((skipped + 1))
        fi
    done
    rm -r "$log" "$records"
}

doc_tests() {
    local log
    log=$(mktemp)
    count_tests "$log" cargo test --locked --no-fail-fast --doc "$@"
    rm "$log"
}

finish() {
    echo "stage $1: $passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
}

# Runs a test runner and adds its own sums, in the words of nextest or of cargo test, to ours.
count_tests() {
    local log=$1 status=0 failures
    shift
    echo "-- $*"
    CARGO_TERM_COLOR=never "$@" </dev/null 2>&1 | tee "$log" || status=$?

    failures=$(sum_of "$log" '(failed|timed out|exec failed)')
    if [ "$status" -ne 0 ] && [ "$failures" -eq 0 ]; then
        failures=1
    fi
    passed=$((passed + $(sum_of "$log" 'passed')))
    failed=$((failed + failures))
    skipped=$((skipped + $(sum_of "$log" 'ignored')))
}

sum_of() {
    { grep -E '^ *Summary \[|^test result: ' "$1" || true; } |
        { grep -oE "[0-9]+ $2\b" || true; } |
        awk '{ sum += $1 } END { print sum + 0 }'
}
