package embedded

import (
	"context"
	"errors"
	"runtime"
	"testing"
)

// A server whose owner keeps nothing but its address stays locked: a lock that is
// collected as garbage would let the next start end it.
func TestLockOutlivesItsOwner(t *testing.T) {
	dir := reachableDir(t)
	url := func() string {
		server, err := StartRedis(t.Context(), Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		process := server.process
		t.Cleanup(func() { _ = process.stop(context.Background()) })
		return server.URL()
	}()
	for range 3 {
		runtime.GC()
	}
	_, err := StartRedis(t.Context(), Options{Dir: dir})
	var held *HeldError
	if !errors.As(err, &held) {
		t.Fatalf("%s: a second start gives %v", url, err)
	}
}
