package rig_test

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

// The program as a process is told of a lead, dies at its failpoint, and goes on.
func TestProgramDiesAtAFailpoint(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	servers, err := rig.Start(t.Context(), "faults", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := servers.Close(); err != nil {
			t.Error(err)
		}
	})
	office, err := servers.NewOffice(t.Context(), "rigtest", 1, tgsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := office.Close(); err != nil {
			t.Error(err)
		}
	})
	database, err := servers.PostgresProxy()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(database.Stop)
	redis, err := servers.RedisProxy()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(redis.Stop)
	program, err := office.NewProgram(rig.Settings{"DATABASE_URL": database.URL, "REDIS_URL": redis.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := program.Kill(); err != nil {
			t.Error(err)
		}
	})
	if err := program.Run(t.Context(), rig.Settings{"FAILPOINT": "intake.recorded:2"}); err != nil {
		t.Fatal(err)
	}
	poster := rig.NewPoster(program, office.Source.Key, 1)
	t.Cleanup(poster.Close)
	if a := poster.Post(t.Context(), "first", rig.Phone(1), "Ali"); a.Code != http.StatusCreated || a.Known {
		t.Fatalf("answer %+v\n%s", a, program.Tail())
	}
	office.Agents[0].Person.See(t, "Ali", "Take")
	if a := poster.Post(t.Context(), "second", rig.Phone(2), "Zahra"); a.Code != 0 {
		t.Fatalf("answer %+v of a program that was to die", a)
	}
	<-program.Done()
	if err := office.AtRest(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := office.Count(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'cartable %'`); err != nil || n != 0 {
		t.Errorf("%d sessions of a dead program, %v", n, err)
	}
	if err := program.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if n, err := office.Count(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cartable rigtest'`); err != nil || n == 0 {
		t.Errorf("%d sessions of a living program, %v", n, err)
	}
	// It was stored before the end: the repetition finds it.
	if a := poster.Post(t.Context(), "second", rig.Phone(2), "Zahra"); a.Code != http.StatusOK {
		t.Fatalf("answer %+v to a repetition\n%s", a, program.Tail())
	}
	if err := office.Settled(t.Context(), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	if n, err := office.Count(t.Context(), `SELECT count(*) FROM customers`); err != nil || n != 2 {
		t.Errorf("%d customers, %v", n, err)
	}
	if took, err := program.Stop(); err != nil || took > rig.StopTimeout {
		t.Errorf("ended after %s with %v", took, err)
	}
}
