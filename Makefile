# Everything is done by tools/dev.py, which needs nothing but Python 3.11:
# `make run ARGS="--port 9000"` is `python3 tools/dev.py run --port 9000`.
DEV = python3 tools/dev.py
.DEFAULT_GOAL := help
.PHONY: run test soak bench wheel types lock clean help

run:     ## start the demo clinic (ARGS="--port 9000")
	@$(DEV) run $(ARGS)
test:    ## run every check: linters, types, tests (ARGS="-k browser")
	@$(DEV) test $(ARGS)
soak:    ## run the long tests: storms, full matrices
	@$(DEV) soak $(ARGS)
bench:   ## run one benchmark (NAME=waits)
	@$(DEV) bench $(NAME) $(ARGS)
wheel:   ## build the wheel into dist/
	@$(DEV) wheel
types:   ## write web/api.ts from the server's OpenAPI
	@$(DEV) types
lock:    ## renew the lock files (maintainers; needs uv; ARGS=--upgrade)
	@$(DEV) lock $(ARGS)
clean:   ## remove everything that was installed or built here
	@$(DEV) clean
help:    ## list these
	@grep -E '^[a-z]+: +##' Makefile | sed -E 's/^([a-z]+): +## /make \1\t/' | expand -t 14
