package crm

// The identities of records. All are positive; 0 means none.
type (
	StaffID        int64
	CustomerID     int64
	SourceID       int64
	InquiryID      int64
	StatusID       int64
	FieldID        int64
	ChoiceID       int64
	EventID        int64
	ReminderID     int64
	NotificationID int64
	BatchID        int64
)
