package configfile

import (
	"embed"
	"slices"

	"cartable/internal/crm"
)

//go:embed presets/*.yaml
var presets embed.FS

// Preset is a ready configuration that ships with the program.
type Preset string

// The presets.
const (
	Accounting Preset = "accounting" // a firm in accounting services
	Institute  Preset = "institute"  // a training institute
)

// Presets lists them, in the order in which they are offered.
func Presets() []Preset { return []Preset{Accounting, Institute} }

// Config is the configuration that dir would have with the preset; ok is false for an
// unknown one. Statuses and fields become those of the preset, while sources are added
// alone: programs deliver by those that there are.
func (p Preset) Config(dir crm.Directory) (c crm.Config, mistakes []Mistake, ok bool) {
	data, err := presets.ReadFile("presets/" + string(p) + ".yaml")
	if err != nil || !slices.Contains(Presets(), p) {
		return crm.Config{}, nil, false
	}
	c, mistakes = Read(data, dir)
	for _, s := range dir.Config().Sources {
		if _, kept := c.Source(s.ID); !kept {
			c.Sources = append(c.Sources, s)
		}
	}
	return c, mistakes, true
}
