package text_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cartable/internal/crm"
)

// sources are the directories whose code words messages. The hosted form's
// (intake.*), which its page names too, are held together by its own tests.
var sources = []string{"..", "../screen", "../form", "../../internal/configfile"}

// computed are the keys that code makes of a beginning and a value.
var computed = map[string][]string{
	"cartable.section_": {"overdue", "today", "fresh", "rest"},
	"command.": {"menu", "cartable", "customers", "new", "find", "settings", "statuses", "fields", "staff", "sources", "business",
		"proposals", "propose", "cancel", "language", "help", "duty", "config"},
	"change.": {crm.WhatAdded, crm.WhatRetired, crm.WhatRestored, crm.WhatRenamed, crm.WhatEnglish, crm.WhatReordered,
		crm.WhatEmoji, crm.WhatCartable, crm.WhatNext, crm.WhatReminder, crm.WhatOffers, crm.WhatEnds, crm.WhatAfter,
		crm.WhatAppointment, crm.WhatHelp, crm.WhatRequired, crm.WhatHidden, crm.WhatFront, crm.WhatWeekday,
		crm.WhatChoiceAdded, crm.WhatChoiceRenamed, crm.WhatChoiceRetired, crm.WhatChoiceRestored, crm.WhatChoicesMoved,
		crm.WhatForm, crm.WhatRouting},
	"change_settings.":  {"business", "zone", "language", "agents_see_all", "retention", "digests", "hours", "days_off", "holidays", "windows", "digest_at"},
	"config.ready_":     {"accounting", "institute"},
	"config.name_":      {"accounting", "institute"},
	"customers.period_": {"t", "w", "m"},
	"error.": {crm.KeyChanged, crm.KeyTaken, crm.KeyYours, crm.KeyNotActive, crm.KeyNotYours, crm.KeyManagers,
		crm.KeyNoCustomer, crm.KeyNoStatus, crm.KeyRequired, crm.KeyBadValue, crm.KeyNoColleague, crm.KeyNoReminder,
		crm.KeyPast, crm.KeyTooLate, crm.KeyUndone, crm.KeyBadInvite, crm.KeyNoPhone, crm.KeyPhoneOther,
		crm.KeyNoHandoff, crm.KeyLastOwner, crm.KeyNoLead, crm.KeyEmpty, crm.KeyTooLong, crm.KeyNoSource, crm.KeyErased, crm.KeyInviteOver,
		crm.KeyNotAfter, crm.KeyNotNext, crm.KeyDefinition, crm.KeyNoField, crm.KeyDuplicate, crm.KeyTooMany, crm.KeyBuiltIn,
		crm.KeyConfigConflict, crm.KeyConfigProblems, crm.KeyConfigNothing, crm.KeyConfigUndo,
		crm.KeyBadHours, crm.KeyOwnersRole, crm.KeyOwnerOnly, crm.KeyNoProposal, crm.KeyProposalsFull, crm.KeyProposalDecided,
		crm.KeyProposalWithdrawn, crm.KeyProposalShaped, crm.KeyNoGroup, crm.KeyTellsFirst, crm.KeyNoDayLeft, crm.KeyConfigMoved},
	"event.": {string(crm.EventHandOver), string(crm.EventReturned), string(crm.EventShared), string(crm.EventRemind),
		string(crm.EventLater), string(crm.EventTaken), string(crm.EventAccepted), string(crm.EventNote),
		string(crm.EventDone), string(crm.EventUndone)},
	"field.": {"name", "city", "email", "phone", "note", "message", "reason", "reminder", "next", "title", "list",
		"language", "campaign", "page", "settings", "order", "zone", "emoji", "help", "retention", "cartable", "ends", "after",
		"type", "kind", "routing", "appointment", "hours", "leave", "duty", "limit", "holiday", "person", "minutes", "windows", "digest_at"},
	"field_type.":  fieldTypes(),
	"form.change_": {"added", "gone", "renamed", "unfit", "required"},
	"form_bot.": {"choose", "status", "note", "hand_over", "return", "remind", "later", "edit", "customer", "find",
		"business", "source", "part", "add", "trial", "propose", "decline", "source_in", "text", "member"},
	"form_bot.q_": {"note", "message", "reason", "remind_reason", "find", "business", "source"},
	"joined.":     {string(crm.Owner), string(crm.Manager), string(crm.Agent)},
	"menu.":       nil, // cut off a label's key, to find its command
	"notice.":     {string(crm.NotifyHandOver), string(crm.NotifyReturned)},
	"language.":   {"fa", "en"},
	"problem.": {crm.ProblemEmpty, crm.ProblemLong, crm.ProblemDuplicate, crm.ProblemTooMany, crm.ProblemValue,
		crm.ProblemNoChoices, crm.ProblemAppointment, crm.ProblemWeekday, crm.ProblemOffer, crm.ProblemColleague,
		crm.ProblemUnreachable, crm.ProblemUnknown, crm.ProblemFixed, crm.ProblemBuiltIn, crm.ProblemTwice,
		crm.ProblemQuestion, crm.ProblemNoStatuses, crm.ProblemNoRecipient, crm.ProblemConflict, crm.ProblemGroup},
	"shape.ask_":       {"cartable", "next", "remind", "ends", "after", "meeting"},
	"shape.cartable_":  {"none", "next", "stay"},
	"shape.ends_":      {"open", "won", "lost", "blocked"},
	"shape.list_":      {"status", "field", "source"},
	"shape.next_":      {"anyone", "last"},
	"shape.q_":         {"title", "english", "emoji", "help"},
	"shape.add_":       {"status", "field", "choice"},
	"shape.q_new_":     {"status", "field", "choice"},
	"shape.retired_":   {"status", "field", "choice"},
	"shape.reminder_":  {"no", "yes", "optional"},
	"proposal.new_":    {"status", "question", "field", "choice"},
	"proposal.open_":   {"title", "empty"},
	"proposal.own_":    {"title", "empty"},
	"proposal.q_":      {"title", "status", "cartable", "field", "why"},
	"proposal.l_":      {"title", "status", "cartable", "field", "why"},
	"proposal.state_":  {"open", "approved", "declined", "withdrawn", "undone"},
	"proposal.told_":   {"approved", "declined", "undone"},
	"role.":            {string(crm.Owner), string(crm.Manager), string(crm.Agent)},
	"value.":           {"yes", "no"},
	"business.ask_":    {"zone", "language", "retention"},
	"business.preset_": {"always", "office", "shop"},
	"route.":           {"offer", "turn", "pool"},
	"shape_text.": {"src_title", "src_english", "form_title", "form_lead", "form_success", "q_label", "q_built_in", "again", "tell", "name",
		"zone", "day_hours", "entry", "calling", "digest_am", "digest_pm", "holiday"},
	"source.ask_":   {"again", "tell"},
	"source_kind.":  {"form", "api", "signup", "call", "manual"},
	"window.":       {"entry", "calling"},
	"intake.label.": {"name", "city", "email", "message"},
	"standing.":     {string(crm.Owner), string(crm.Manager), string(crm.Agent)},
}

func fieldTypes() []string {
	var out []string
	for _, t := range crm.FieldTypes() {
		out = append(out, string(t))
	}
	return out
}

// use is one place of the code that words a message.
type use struct {
	at     string
	args   []string // the values that it passes
	called bool     // by T, H, N, HN with its own arguments
}

// uses finds the keys in the code: literals that look like one, and the ends of
// computed ones.
func uses(t *testing.T, areas map[string]bool) map[string][]use {
	t.Helper()
	found := map[string][]use{}
	delete(areas, "intake")
	key := regexp.MustCompile(`^([a-z_]+)(\.[a-z0-9_]*)+$`)
	add := func(lit string, u use) {
		m := key.FindStringSubmatch(lit)
		if m == nil || !areas[m[1]] {
			return
		}
		if !strings.HasSuffix(lit, ".") && !strings.HasSuffix(lit, "_") {
			found[lit] = append(found[lit], u)
			return
		}
		ends, ok := computed[lit]
		if !ok {
			t.Errorf("%s: keys computed of %q are not listed in this test", u.at, lit)
		}
		for _, end := range ends {
			found[lit+end] = append(found[lit+end], use{at: u.at}) // which end passes what is not told
		}
	}
	files := token.NewFileSet()
	for _, dir := range sources {
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no code: %v", dir, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(files, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					if lit, args, ok := worded(n); ok {
						add(lit, use{at: files.Position(n.Pos()).String(), args: args, called: true})
					}
				case *ast.BasicLit:
					if lit, ok := literal(n); ok {
						add(lit, use{at: files.Position(n.Pos()).String()})
					}
				}
				return true
			})
		}
	}
	return found
}

// worded reads a call of T, H, N or HN: its key, or the beginning of it, and the
// names of the values that it passes.
func worded(call *ast.CallExpr) (lit string, args []string, ok bool) {
	sel, isMethod := call.Fun.(*ast.SelectorExpr)
	if !isMethod || len(call.Args) == 0 || !slices.Contains([]string{"T", "H", "N", "HN"}, sel.Sel.Name) {
		return "", nil, false
	}
	first := call.Args[0]
	if sum, isSum := first.(*ast.BinaryExpr); isSum {
		first = sum.X
	}
	if lit, ok = literal(first); !ok {
		return "", nil, false
	}
	rest := call.Args[1:]
	if strings.Contains(sel.Sel.Name, "N") {
		args, rest = append(args, "Count"), rest[1:]
	}
	for i := 0; i < len(rest); i += 2 {
		name, isLit := literal(rest[i])
		if !isLit {
			return "", nil, false
		}
		args = append(args, name)
	}
	return lit, args, true
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func TestCodeAndCatalogueAgree(t *testing.T) {
	catalogue := read(t, crm.English)
	areas := map[string]bool{}
	for key := range catalogue {
		area, _, _ := strings.Cut(key, ".")
		areas[area] = true
	}
	used := uses(t, areas)
	for key, places := range used {
		m, ok := catalogue[key]
		if !ok {
			t.Errorf("%s: no message %s", places[0].at, key)
			continue
		}
		for _, u := range places {
			for _, v := range m.variables() {
				if u.called && !slices.Contains(u.args, v) {
					t.Errorf("%s: %s takes %s, which is not passed", u.at, key, v)
				}
			}
			if u.called && m[""] == "" && !slices.Contains(u.args, "Count") {
				t.Errorf("%s: %s has plural forms and gets no count", u.at, key)
			}
		}
	}
	for key := range catalogue {
		if _, ok := used[key]; !ok && !strings.HasPrefix(key, "intake.") {
			t.Errorf("%s is not used", key)
		}
	}
}
