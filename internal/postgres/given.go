package postgres

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/jackc/pgx/v5"
)

// given is a statement on rows that are given to it column by column. What is arrays for many
// rows is values for one, which is what most commands write: the server need not unfold them.
type given struct{ one, many string }

// givenRows makes a statement of one in which %s stands for the rows, and the columns' types.
func givenRows(format string, types ...string) given {
	values, arrays := make([]string, len(types)), make([]string, len(types))
	for i, t := range types {
		values[i], arrays[i] = fmt.Sprintf("$%d::%s", i+1, t), fmt.Sprintf("$%d::%s[]", i+1, t)
	}
	return given{
		one:  fmt.Sprintf(format, "(VALUES ("+strings.Join(values, ", ")+"))"),
		many: fmt.Sprintf(format, "unnest("+strings.Join(arrays, ", ")+")"),
	}
}

// of returns the statement for columns, slices of one length, and its arguments.
func (g given) of(columns []any) (sql string, args []any) {
	if reflect.ValueOf(columns[0]).Len() != 1 {
		return g.many, columns
	}
	args = make([]any, len(columns))
	for i, c := range columns {
		args[i] = reflect.ValueOf(c).Index(0).Interface()
	}
	return g.one, args
}

// queue queues the statement for columns of at least one row.
func (g given) queue(b *pgx.Batch, columns []any) {
	sql, args := g.of(columns)
	b.Queue(sql, args...)
}
