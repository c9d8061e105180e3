package configfile_test

import (
	"testing"
	"time"

	"cartable/internal/configfile"
	"cartable/internal/crm"
	"cartable/internal/pgtest"
	"cartable/internal/postgres"
)

type clock struct{}

func (clock) Now() time.Time { return time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC) }

// installation is a new one, with what it has in the beginning.
func installation(t *testing.T) *crm.Service {
	t.Helper()
	pool, err := postgres.Open(t.Context(), pgtest.URL(t), "public")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return crm.NewService(postgres.NewStore(pool), clock{}, nil)
}

func directory(t *testing.T, s *crm.Service) crm.Directory {
	t.Helper()
	dir, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// replace applies a configuration that was read with the directory of now.
func replace(t *testing.T, s *crm.Service, key string, target crm.Config, mistakes []configfile.Mistake) crm.Published {
	t.Helper()
	if len(mistakes) > 0 {
		t.Fatalf("%+v", mistakes)
	}
	dir := directory(t, s)
	out, err := s.ReplaceConfig(t.Context(), crm.Command{Key: key}, dir.Version, target)
	if err != nil {
		t.Fatal(err)
	}
	if ps := directory(t, s).Config().Problems(directory(t, s)); len(ps) > 0 {
		t.Fatalf("%+v", ps)
	}
	return out
}

// What one installation exports, an empty one has after it is applied there.
func TestExportWipeApply(t *testing.T) {
	a, b := installation(t), installation(t)
	ctx := t.Context()
	for _, p := range []configfile.Preset{configfile.Institute, configfile.Accounting} { // with what the first leaves retired
		c, mistakes, _ := p.Config(directory(t, a))
		replace(t, a, string(p), c, mistakes)
	}
	dir := directory(t, a)
	c := dir.Config()
	c.Settings.Business, c.Settings.Retention = "حساب‌گستر", 400
	c.Settings.Hours[time.Sunday] = []crm.Span{{From: 480, To: 1020}}
	c.Settings.Windows = []crm.Window{{Kind: crm.WindowCalling, From: 600, To: 840}}
	c.Settings.DigestAt = crm.DigestTimes{Evening: "19:30"}
	c.Settings.Holidays = []crm.Holiday{{Date: "2026-03-21", Title: text("نوروز")}}
	c.Statuses[0].Title = text("جلسهٔ ما")
	if _, err := a.ApplyConfig(ctx, crm.Command{Key: "edit"}, c); err != nil {
		t.Fatal(err)
	}
	dir = directory(t, a)
	file := configfile.Write(dir.Config(), dir, words{crm.Persian})
	target, mistakes := configfile.Read(file, directory(t, b))
	replace(t, b, "apply", target, mistakes)
	if x, y := renumbered(directory(t, a).Config()), renumbered(directory(t, b).Config()); !x.Same(y) {
		t.Fatalf("%+v", crm.DiffConfig(x, y))
	}
	// Here it is what there is already.
	same, mistakes := configfile.Read(file, dir)
	if d, err := a.CompareConfig(ctx, dir, 0, same); err != nil || len(mistakes)+len(d.Changes) > 0 {
		t.Errorf("%+v %+v %v", mistakes, d.Changes, err)
	}
}

// A file that was compared with another version is not applied.
func TestReplaceNeedsTheVersion(t *testing.T) {
	s := installation(t)
	ctx := t.Context()
	dir := directory(t, s)
	c, _, _ := configfile.Accounting.Config(dir)
	if _, err := s.AddSource(ctx, crm.Command{Key: "source"}, "سایت", crm.SourceForm); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReplaceConfig(ctx, crm.Command{Key: "x"}, dir.Version, c); !crm.IsKey(err, crm.KeyConfigMoved) {
		t.Fatalf("%v", err)
	}
	out := replace(t, s, "y", first(configfile.Accounting.Config(directory(t, s))), nil)
	if _, err := s.UndoConfig(ctx, crm.Command{Key: "undo"}, out.Version); err != nil {
		t.Fatal(err)
	}
}

func first(c crm.Config, _ []configfile.Mistake, _ bool) crm.Config { return c }

// The presets keep the sources that there are, and only retire statuses.
func TestPresets(t *testing.T) {
	s := installation(t)
	if _, err := s.AddSource(t.Context(), crm.Command{Key: "source"}, "سایت ما", crm.SourceAPI); err != nil {
		t.Fatal(err)
	}
	before := directory(t, s).Config()
	for _, p := range configfile.Presets() {
		c, mistakes, ok := p.Config(directory(t, s))
		if !ok {
			t.Fatal(p)
		}
		replace(t, s, string(p), c, mistakes)
		now := directory(t, s).Config()
		for _, old := range before.Sources {
			if src, ok := now.Source(old.ID); !ok || src.Retired {
				t.Errorf("%s ends %q", p, old.Title.Text)
			}
		}
		for _, old := range before.Statuses {
			if _, ok := now.Status(old.ID); !ok {
				t.Errorf("%s loses %q", p, old.Title.Text)
			}
		}
		for _, st := range now.Statuses {
			if st.Title.English == "" {
				t.Errorf("%q has no English title", st.Title.Text)
			}
		}
	}
	if _, _, ok := configfile.Preset("../x").Config(directory(t, s)); ok {
		t.Error("an unknown preset is read")
	}
}
