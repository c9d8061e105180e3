package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/anishathalye/porcupine"

	"cartable/bot/callback"
	"cartable/bot/text"
	"cartable/internal/crm"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

// takeRace has two agents tap take on the same leads at the same time.
func takeRace() experiment {
	return experiment{
		number: 6, fault: "two agents tap take on 1,000 leads at once",
		holds: "one winner each, linearizable (porcupine), the loser is told who has it", counted: true,
		run: func(ctx context.Context, b *breaker) (figures string, err error) {
			leads := b.times(1000, 100)
			office, err := b.NewOffice(ctx, "race", 2, tgsim.Options{Limits: tgsim.Limits{Off: true}})
			if err != nil {
				return "", err
			}
			defer func() { err = errors.Join(err, office.Close()) }()
			program, err := office.NewProgram(rig.Settings{"SEND_RATE": "0"})
			if err != nil {
				return "", err
			}
			if err := program.Run(ctx, nil); err != nil {
				return "", err
			}
			defer func() {
				_, stopErr := program.Stop()
				err = errors.Join(err, stopErr)
			}()
			r := &race{Office: office}
			if err := r.offer(ctx, program, leads); err != nil {
				return "", err
			}
			if err := r.run(ctx); err != nil {
				return "", err
			}
			return r.judge(ctx)
		},
	}
}

// race is what two agents do, and what they have in front of them.
type race struct {
	*rig.Office

	leads []crm.CustomerID
	cards [2]map[crm.CustomerID]card // of each agent
}

// card is where take is offered.
type card struct {
	message int
	data    string
}

// offer has the leads arrive, each with a card of its own in both agents' chats.
func (r *race) offer(ctx context.Context, program *rig.Program, leads int) error {
	const patience = 10 * time.Second
	poster := rig.NewPoster(program, r.Source.Key, 1)
	defer poster.Close()
	for i := range leads {
		a := poster.Post(ctx, "", rig.Phone(i), fmt.Sprintf("Lead %d", i))
		if !a.Accepted() {
			return fmt.Errorf("lead %d was answered with %d", i, a.Code)
		}
		r.leads = append(r.leads, crm.CustomerID(a.Customer))
		if i%3 == 2 { // more at once would be one message that sums them up
			if err := r.Settled(ctx, patience); err != nil {
				return err
			}
		}
	}
	if err := r.Settled(ctx, patience); err != nil {
		return err
	}
	for i := range r.cards {
		r.cards[i] = map[crm.CustomerID]card{}
		for _, m := range r.Agents[i].Person.Messages() {
			for _, row := range m.Rows() {
				for _, b := range row {
					if ref, err := callback.Decode(b.Data); err == nil && ref.Action == callback.Take {
						r.cards[i][crm.CustomerID(ref.Record)] = card{m.ID, b.Data}
					}
				}
			}
		}
		if len(r.cards[i]) != leads {
			return fmt.Errorf("agent %d was offered %d leads of %d", i+1, len(r.cards[i]), leads)
		}
	}
	return nil
}

// run has both tap at the same moment, a few leads at a time: were it all of them, whoever
// is handled first would be ahead for good.
func (r *race) run(ctx context.Context) error {
	const wave, patience = 4, 30 * time.Second
	for first := 0; first < len(r.leads); first += wave {
		these := r.leads[first:min(first+wave, len(r.leads))]
		start, tapped := make(chan struct{}), make(chan error, len(r.cards))
		for i := range r.cards {
			order := rand.Perm(len(these))
			go func() {
				<-start
				var errs []error
				for _, n := range order {
					c := r.cards[i][these[n]]
					errs = append(errs, r.Agents[i].Person.TapData(c.message, c.data))
				}
				tapped <- errors.Join(errs...)
			}()
		}
		close(start)
		for range r.cards {
			if err := <-tapped; err != nil {
				return err
			}
		}
		waiting, cancel := context.WithTimeout(ctx, patience)
		for i := range r.cards {
			if err := r.Agents[i].Person.Wait(waiting, func(v *tgsim.View) bool { return v.Waiting == 0 }); err != nil {
				cancel()
				return err
			}
		}
		cancel()
	}
	return nil
}

// attempt is what is asked of a lead: taken by an agent, or by whom it is held.
type attempt struct {
	lead crm.CustomerID
	by   crm.StaffID // 0: who has it?
}

// holding is a lead as a register that can be written once.
func holding() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			of := map[crm.CustomerID][]porcupine.Operation{}
			for _, o := range history {
				lead := o.Input.(attempt).lead
				of[lead] = append(of[lead], o)
			}
			parts := make([][]porcupine.Operation, 0, len(of))
			for _, part := range of {
				parts = append(parts, part)
			}
			return parts
		},
		Init: func() any { return crm.StaffID(0) },
		// Whoever asks is told who holds it from then on: the first taker, always.
		Step: func(state, input, output any) (bool, any) {
			holder, told := state.(crm.StaffID), output.(crm.StaffID)
			if holder == 0 {
				holder = input.(attempt).by
			}
			return told == holder, holder
		},
	}
}

// judge makes a history of what each agent was answered and of who holds what in the
// database at the end.
func (r *race) judge(ctx context.Context) (string, error) {
	history, won, err := r.history()
	if err != nil {
		return "", err
	}
	end := time.Now().UnixNano()
	dir, err := r.Domain.Directory(ctx)
	if err != nil {
		return "", err
	}
	for _, lead := range r.leads {
		c, err := r.Domain.Card(ctx, dir, r.Owner.Staff, lead, 1)
		if err != nil {
			return "", err
		}
		history = append(history, porcupine.Operation{ClientId: len(r.cards), Input: attempt{lead: lead}, Call: end, Output: c.Customer.Holder, Return: end})
	}
	taken, err := r.Count(ctx, `SELECT count(*) FROM events WHERE kind = $1`, crm.EventTaken)
	if err != nil {
		return "", err
	}
	figures := fmt.Sprintf("%d leads, %d taps: %d and %d won, %d and %d told who was first; %d times taken in the timelines",
		len(r.leads), len(history)-len(r.leads), won[0], won[1], len(r.leads)-won[0], len(r.leads)-won[1], taken)
	if !porcupine.CheckOperations(holding(), history) {
		err = errors.New("the answers fit no order of the taps")
	}
	if taken != len(r.leads) || won[0]+won[1] != len(r.leads) {
		err = errors.Join(err, fmt.Errorf("%d leads, %d winners, %d events", len(r.leads), won[0]+won[1], taken))
	}
	if v := r.Sim.Violations(); len(v) > 0 {
		err = errors.Join(err, fmt.Errorf("refused by Telegram: %v", v))
	}
	return figures, err
}

// history reads from the answers who was told what. A loser must be told the winner's name.
func (r *race) history() (history []porcupine.Operation, won [2]int, err error) {
	catalogue, err := text.Load()
	if err != nil {
		return nil, won, err
	}
	say := catalogue.Printer(crm.English)
	for _, tap := range r.Sim.Inputs() {
		if !tap.Tap {
			continue
		}
		ref, err := callback.Decode(tap.Data)
		if err != nil {
			return nil, won, err
		}
		own := 0
		if tap.PersonID == r.Agents[1].Person.ID() {
			own = 1
		}
		me, other := r.Agents[own], r.Agents[1-own]
		lead := crm.CustomerID(ref.Record)
		op := porcupine.Operation{ClientId: own, Input: attempt{lead, me.ID}, Call: tap.At.UnixNano(), Return: tap.Answered.UnixNano()}
		switch tap.Answer {
		case say.T("toast.taken"):
			op.Output = me.ID
			won[own]++
		case say.T("error.taken", "Name", other.Name):
			op.Output = other.ID
		default:
			return nil, won, fmt.Errorf("a tap on lead %d was answered with %q", lead, tap.Answer)
		}
		history = append(history, op)
	}
	return history, won, nil
}
