package crm

// The identities of records. All are positive; 0 means none.
type (
	// StaffID is a member of staff.
	StaffID int64
	// CustomerID is a customer.
	CustomerID int64
	// SourceID is a way by which customers come.
	SourceID int64
	// InquiryID is one arrival of a customer.
	InquiryID int64
	// StatusID is a status that managers defined.
	StatusID int64
	// FieldID is a question of a status, or a column of the customer record.
	FieldID int64
	// ChoiceID is one possible answer of a field; unique in the field only.
	ChoiceID int64
	// EventID is a line of a timeline; later ones are higher.
	EventID int64
	// ReminderID is a reminder.
	ReminderID int64
	// NotificationID is a duty to tell somebody something.
	NotificationID int64
	// InviteID is an invite into the staff.
	InviteID int64
	// GroupID is a group chat that leads are offered in.
	GroupID int64
	// BatchID is a list that was pasted, to be shared out.
	BatchID int64
	// ProposalID is something that an agent asks the managers for.
	ProposalID int64
)
