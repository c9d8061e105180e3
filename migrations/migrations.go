// Package migrations carries the numbered SQL that makes and upgrades the schema.
// A migration that has landed is never edited.
package migrations

import "embed"

// FS holds the migrations in goose's format. They run with a search_path of the
// business's schema followed by public.
//
//go:embed *.sql
var FS embed.FS
