// Package pgplan says how PostgreSQL is to plan the statements that come again and again. Each
// of its statements holds until the end of the transaction, and is sent with what it is for.
package pgplan

// Once has statements planned once for each connection, whatever they are given: for arrays of
// one element and for texts to look for PostgreSQL takes a plan of their own to be better, and would
// plan each time anew, which takes longer than most of them.
const Once = `SELECT set_config('plan_cache_mode', 'force_generic_plan', true)`

// ByIndex is Once for statements that touch a few rows of large tables. A plan that is made while a
// table is small would read all of it, and go on doing so as the table grows, until it is next analysed.
const ByIndex = `SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
	set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('enable_material', 'off', true)`
