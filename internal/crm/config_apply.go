package crm

import "context"

// TargetProblems is why target cannot replace live: what is wrong already counts for
// nothing. What target lacks of live would be retired, and is not looked at.
func TargetProblems(live, target Config, dir Directory) []Problem {
	return newProblems(live, target.completed(live), dir)
}

// CompareConfig is what ReplaceConfig would do with a configuration that was read with
// dir in hand, as a draft that nobody keeps. Actor 0 is the program's command line.
func (s *Service) CompareConfig(ctx context.Context, dir Directory, actor StaffID, target Config) (Draft, error) {
	if actor != 0 && !dir.Staff[actor].Manages() {
		return Draft{}, fail(Forbidden, KeyManagers)
	}
	live := dir.Config()
	target = target.completed(live)
	d := Draft{Base: dir.Version, Target: target, Problems: newProblems(live, target, dir)}
	if live.Same(target) {
		return d, nil
	}
	d.Changes = DiffConfig(live, target)
	var err error
	d.Impact, err = s.ConfigImpact(ctx, d)
	return d, err
}

// ReplaceConfig is ApplyConfig where the configuration is still at the version that
// target was compared with; else it refuses with KeyConfigMoved.
func (s *Service) ReplaceConfig(ctx context.Context, cmd Command, base int64, target Config) (Published, error) {
	return s.configure(ctx, cmd, func(w *work) (Published, error) {
		same := w.dir.Version == base
		if base == 0 { // the first version is made here, and changes nothing
			log, err := w.ConfigLog(ctx, 0, 1)
			if err != nil {
				return Published{}, err
			}
			same = len(log) == 0
		}
		if !same {
			return Published{}, fail(Conflict, KeyConfigMoved)
		}
		return w.enact(ctx, target, 0)
	})
}

// FieldKey is a stable name for a field that has none yet, other than those taken.
func FieldKey(t Title, taken []string) string { return newKey(t, taken) }
