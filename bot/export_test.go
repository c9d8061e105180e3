package bot

import "cartable/bot/callback"

// ManagersTaps and EverybodysTaps are all buttons that there are, by who may tap them:
// the actions, and their Questions where these tell them apart.
func ManagersTaps() []callback.Ref   { return tapsOf(false) }
func EverybodysTaps() []callback.Ref { return tapsOf(true) }

func tapsOf(everybody bool) (out []callback.Ref) {
	for _, t := range allTaps {
		if t.everybody != everybody {
			continue
		}
		for _, a := range t.actions {
			if t.questions == nil {
				out = append(out, callback.Ref{Action: a})
			}
			for _, q := range t.questions {
				out = append(out, callback.Ref{Action: a, Question: q})
			}
		}
	}
	return out
}
