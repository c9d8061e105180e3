package persian

import (
	"os"
	"strings"
	"testing"
	"time"
)

// A readCase is a line of testdata: what is read, when, and what it has to mean.
type readCase struct {
	now                         time.Time
	input, expected, kind, note string
}

func readCases(t *testing.T, path string) []readCase {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	var cases []readCase
	for i, line := range lines[1:] {
		fields := strings.Split(line, "\t")
		if len(fields) < 4 {
			t.Fatalf("%s:%d: want now, input, expected, kind, note; got %q", path, i+2, line)
		}
		now, err := time.Parse(time.RFC3339, fields[0])
		if err != nil {
			t.Fatalf("%s:%d: %v", path, i+2, err)
		}
		note := ""
		if len(fields) > 4 {
			note = fields[4]
		}
		cases = append(cases, readCase{now, fields[1], fields[2], fields[3], note})
	}
	return cases
}

// read gives what c's input means, in the notation of the files.
func (c readCase) read() (string, error) {
	switch c.kind {
	case "date":
		day, err := ReadDate(c.input, c.now)
		return day.String(), err
	case "time":
		clock, err := ReadTime(c.input)
		return clock.String(), err
	case "datetime":
		at, err := ReadDateTime(c.input, c.now)
		return at.Format(time.RFC3339), err
	case "duration":
		d, err := ReadDuration(c.input)
		return d.ISO(), err
	case "weekday":
		day, err := ReadWeekday(c.input)
		return day.String(), err
	case "number":
		return ReadNumber(c.input)
	}
	return "", fail(NotUnderstood)
}

func TestReadCases(t *testing.T) {
	for _, path := range []string{"testdata/date_cases.tsv", "testdata/more_cases.tsv"} {
		for _, c := range readCases(t, path) {
			t.Run(c.kind+"/"+c.input, func(t *testing.T) {
				got, err := c.read()
				if c.expected == "ERROR" {
					if err == nil {
						t.Fatalf("%s (%s): got %s, want an error", c.input, c.note, got)
					}
					return
				}
				if err != nil || got != c.expected {
					t.Errorf("%s (%s): got %s, %v; want %s", c.input, c.note, got, err, c.expected)
				}
			})
		}
	}
}
