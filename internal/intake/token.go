package intake

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"
)

const (
	minFilling = 2 * time.Second // nobody types a number faster
	maxFilling = 24 * time.Hour
)

// grade is what a page's token says of a post.
type grade int

const (
	bare   grade = iota // no token: from another site, or a script
	good                // of our page, at a human pace
	hasty               // of our page, faster than a person types
	stale               // of our page, from yesterday
	forged              // not of our page
)

const (
	tokenStamp = 8  // bytes: Unix seconds
	tokenNonce = 12 // bytes
	tokenBody  = tokenStamp + tokenNonce
)

// newToken returns what a page of the form carries: when it was made and a nonce
// of its own, signed for this form alone.
func newToken(secret []byte, slug string, now time.Time) string {
	body := make([]byte, tokenBody, tokenBody+sha256.Size)
	binary.BigEndian.PutUint64(body, uint64(now.Unix()))
	_, _ = rand.Read(body[tokenStamp:]) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(append(body, sign(secret, slug, body)...))
}

// gradeToken judges a token that was posted at now.
func gradeToken(secret []byte, slug, token string, now time.Time) grade {
	if token == "" {
		return bare
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != tokenBody+sha256.Size {
		return forged
	}
	body, mac := raw[:tokenBody], raw[tokenBody:]
	if !hmac.Equal(mac, sign(secret, slug, body)) {
		return forged
	}
	age := now.Sub(time.Unix(int64(binary.BigEndian.Uint64(body)), 0))
	switch {
	case age <= -minFilling:
		return good // we signed it, so the clock was set back since: nobody waits until it has caught up
	case age < minFilling:
		return hasty
	case age > maxFilling:
		return stale
	}
	return good
}

func sign(secret []byte, slug string, body []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("form page\x00" + slug + "\x00"))
	mac.Write(body)
	return mac.Sum(nil)
}
