package outbox

import (
	"time"

	"cartable/internal/crm"
)

// reader is somebody, or a group, for whom notifications wait, and what comes next: the
// oldest one that need not wait for the reader's answer, and with a summarisable one all
// others of that sort if they are many.
type reader struct {
	id        int64 // as in the view readers
	chat      int64
	next      crm.NotificationID
	many      bool      // the summarisable ones become one message, of which next is the first
	notBefore time.Time // of next; zero for none
}
