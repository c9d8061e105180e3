package intake

import (
	"crypto/sha256"
	"sync"

	"cartable/internal/crm"
)

// keyring remembers of which source a key was, for as long as the program runs. It spares
// the question beforehand, and decides nothing: the key is looked at again in the transaction
// that stores, and before a request is refused for anything but its number.
type keyring struct {
	mu      sync.Mutex
	sources map[[sha256.Size]byte]crm.Source
}

// maxKeyring is more than the keys of a business that work. Beyond it the old ones go too.
const maxKeyring = 1000

func (k *keyring) find(key string) (crm.Source, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	src, ok := k.sources[sha256.Sum256([]byte(key))]
	return src, ok
}

// add remembers a key that works.
func (k *keyring) add(key string, src crm.Source) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.sources == nil || len(k.sources) >= maxKeyring {
		k.sources = map[[sha256.Size]byte]crm.Source{}
	}
	k.sources[sha256.Sum256([]byte(key))] = src
}

func (k *keyring) drop(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.sources, sha256.Sum256([]byte(key)))
}
