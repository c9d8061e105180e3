# make         install what the demo needs, build it and start it
# make test    install what the tests need, then vet, test, and check coverage
# make lint    golangci-lint
# make build   bin/cartable
# make faults  breaks what the program stands on, and tells what came of it; QUICK=1 for less of it (4 minutes), ONLY=1,2 for some rows
# make bench   measures the program against pgbench, plain SQL and a bare loop

GO           ?= go
LINT_VERSION := v2.15.0
LINT         := bin/golangci-lint-$(LINT_VERSION)
COVERED      := internal/crm bot
COVERAGE     := 85
PROFILE      := bin/cover.out

.PHONY: demo
demo: build
	@.ci/install-tools servers
	bin/cartable demo

.PHONY: build
build: go
	$(GO) build -ldflags='-s -w' -o bin/cartable ./cmd/cartable

# One PostgreSQL and one Redis serve the tests of all packages.
.PHONY: test
test: go
	@.ci/install-tools tests
	@mkdir -p bin
	$(GO) vet ./...
	$(GO) run ./cmd/testservers -- $(GO) test -race -vet=off -timeout 14m \
		-coverprofile=$(PROFILE) -coverpkg=./internal/crm/...,./bot/... ./...
	@.ci/coverage $(PROFILE) $(COVERAGE) $(COVERED)

.PHONY: lint
lint: go $(LINT)
	$(LINT) run

# Building it takes minutes, so one of the same version that is installed already is taken.
$(LINT):
	@mkdir -p bin
	@installed=$$(PATH="$$PATH:$$($(GO) env GOPATH)/bin" command -v golangci-lint || true); \
	if [ -n "$$installed" ] && [ "v$$($$installed version --short)" = "$(LINT_VERSION)" ]; then \
		cp "$$installed" $@; \
	else \
		GOBIN="$(CURDIR)/bin" $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION) && \
		mv bin/golangci-lint $@; \
	fi

.PHONY: faults
faults: go
	@.ci/install-tools servers
	$(GO) run ./cmd/faults $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY))

.PHONY: bench
bench: go
	@.ci/install-tools servers
	@mkdir -p bin
	$(GO) run ./cmd/bench

.PHONY: clean
clean:
	rm -rf bin

.PHONY: go
go:
	@command -v $(GO) >/dev/null || { \
		echo "Go is not installed; this needs $$(sed -n 's/^go //p' go.mod) or later: https://go.dev/dl/" >&2; exit 1; }
