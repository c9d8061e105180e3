// Package configfile is the configuration as one file that a manager can read: YAML
// with comments, in which everything is called by its title.
//
// Write gives every object its ID beside its title, so that renaming it in the file
// is renaming. Read finds objects by their ID, where there is none (or none of that
// installation) by their title, and else takes them as new. What a list leaves out is
// retired by whoever applies it; a section that is left out stays as it is.
//
// A file is read to its end whatever is wrong with it: every mistake is told with its
// line and column, as a key of the catalogue with arguments, so that whoever shows it
// words it in their reader's language. What could not be read is replaced by what is
// in force or usual, so that one mistake is told once.
//
// The file is written by hand here, not by a YAML encoder, which would turn emoji
// into escapes.
package configfile

import "cartable/internal/crm"

// MaxSize is the largest file that is read, in bytes.
const MaxSize = 256 << 10

// format is the layout of the file; a later program may raise it.
const format = "1"

// Words is what the comments of a file are taken from: the message catalogue.
type Words interface {
	T(key string, args ...any) string
	Lang() crm.Language
}

// Mistake is something in a file that keeps it from being applied.
type Mistake struct {
	Line, Column int // from 1; 0 where it has no place
	// Key is of the catalogue: "mistake.…", or "problem.…" for what crm.Problem says.
	Key string
	// Args are for its wording: Name of the key, Value that was found, Want that is
	// taken instead, Near what was probably meant, Title, Other, Limit.
	Args map[string]string
}
