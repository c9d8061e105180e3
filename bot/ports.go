package bot

import (
	"context"
	"io"
	"time"

	"cartable/bot/chat"
	"cartable/bot/form"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Domain is what the conversation asks of the business's rules: crm.Service.
type Domain interface {
	Directory(ctx context.Context) (crm.Directory, error)
	Today(dir crm.Directory) crm.Day

	Card(ctx context.Context, dir crm.Directory, actor crm.Staff, id crm.CustomerID, events int) (crm.Card, error)
	Timeline(ctx context.Context, dir crm.Directory, actor crm.Staff, id crm.CustomerID, before crm.EventID, limit int) (crm.Card, error)
	FindPhone(ctx context.Context, dir crm.Directory, actor crm.Staff, p persian.Phone) (crm.Customer, error)
	Customers(ctx context.Context, dir crm.Directory, actor crm.Staff, f crm.Filter, after crm.Cursor, limit int) ([]crm.Customer, error)
	Cartable(ctx context.Context, dir crm.Directory, actor crm.Staff, after crm.InboxCursor, limit int) (crm.Inbox, error)
	Event(ctx context.Context, id crm.EventID) (crm.Event, error)
	Inquiry(ctx context.Context, id crm.InquiryID) (crm.Inquiry, error)
	ReminderCustomer(ctx context.Context, id crm.ReminderID) (crm.CustomerID, error)
	BatchWaiting(ctx context.Context, id crm.BatchID) (int, error)
	HeldCount(ctx context.Context, id crm.StaffID) (int, error)
	WaitingLeads(ctx context.Context) (int, error)
	Agenda(ctx context.Context, dir crm.Directory, actor crm.Staff, day persian.Civil) (crm.Agenda, error)
	Report(ctx context.Context, dir crm.Directory, from, through persian.Civil) (crm.DayReport, error)

	Take(ctx context.Context, cmd crm.Command, id crm.CustomerID) (crm.Outcome, error)
	TakeNext(ctx context.Context, cmd crm.Command) (crm.Outcome, error)
	SetStatus(ctx context.Context, cmd crm.Command, sc crm.StatusChange) (crm.Outcome, error)
	HandOver(ctx context.Context, cmd crm.Command, id crm.CustomerID, version int64, to crm.StaffID, message string) (crm.Outcome, error)
	Accept(ctx context.Context, cmd crm.Command, id crm.CustomerID) (crm.Outcome, error)
	Return(ctx context.Context, cmd crm.Command, id crm.CustomerID, reason string) (crm.Outcome, error)
	AskHolder(ctx context.Context, cmd crm.Command, id crm.CustomerID) (crm.Outcome, error)
	Keep(ctx context.Context, cmd crm.Command, id crm.CustomerID, asker crm.StaffID) (crm.Outcome, error)
	NextColleagues(ctx context.Context, dir crm.Directory, status crm.Status, c crm.Customer) ([]crm.Staff, error)
	AddNote(ctx context.Context, cmd crm.Command, id crm.CustomerID, text string) (crm.Outcome, error)
	Edit(ctx context.Context, cmd crm.Command, id crm.CustomerID, p crm.Patch) (crm.Outcome, error)
	AddPhone(ctx context.Context, cmd crm.Command, id crm.CustomerID, typed string) (crm.Outcome, error)
	NoAnswer(ctx context.Context, cmd crm.Command, id crm.CustomerID, version int64) (crm.Outcome, error)
	WrongNumber(ctx context.Context, cmd crm.Command, id crm.CustomerID, version int64, phone string) (crm.Outcome, error)
	Remind(ctx context.Context, cmd crm.Command, id crm.CustomerID, at time.Time, reason string) (crm.Outcome, error)
	Postpone(ctx context.Context, cmd crm.Command, id crm.ReminderID, at time.Time) (crm.Outcome, error)
	Done(ctx context.Context, cmd crm.Command, id crm.ReminderID) (crm.Outcome, error)
	React(ctx context.Context, actor crm.StaffID, id crm.ReminderID) error
	Undo(ctx context.Context, cmd crm.Command, id crm.EventID) (crm.Outcome, error)
	EraseUndone(ctx context.Context, cmd crm.Command, p persian.Phone) (crm.Outcome, error)
	Undone(ctx context.Context, actor crm.Staff, p persian.Phone) (bool, error)
	Erase(ctx context.Context, cmd crm.Command, id crm.CustomerID) (crm.Outcome, error)

	RecordInquiry(ctx context.Context, cmd crm.Command, in crm.Inquiry) (crm.Arrival, error)
	ImportList(ctx context.Context, cmd crm.Command, source crm.SourceID, entries []crm.ListEntry) (crm.ListResult, error)
	ShareOut(ctx context.Context, cmd crm.Command, batch crm.BatchID, among []crm.StaffID) (crm.Shares, error)
	Offer(ctx context.Context, cmd crm.Command, batch crm.BatchID) (int, error)

	NewInvite(ctx context.Context, cmd crm.Command, role crm.Role, life time.Duration) (crm.NewInvite, error)
	SetInviteLife(ctx context.Context, cmd crm.Command, token string, life time.Duration) (crm.Invite, error)
	RevokeInvite(ctx context.Context, cmd crm.Command, id crm.InviteID) error
	FindInvite(ctx context.Context, actor crm.Staff, token string) (crm.Invite, error)
	OpenInvites(ctx context.Context, actor crm.Staff) ([]crm.Invite, error)
	Join(ctx context.Context, cmd crm.Command, token string, who crm.Newcomer) (crm.Staff, error)
	SetLanguage(ctx context.Context, cmd crm.Command, lang crm.Language) error
	NameBusiness(ctx context.Context, cmd crm.Command, name string) error
	ChangeStaff(ctx context.Context, cmd crm.Command, id crm.StaffID, state crm.StaffState) error
	Remove(ctx context.Context, cmd crm.Command, id crm.StaffID, heirs crm.Heirs) (crm.Shares, error)
	ChangeRole(ctx context.Context, cmd crm.Command, id crm.StaffID, role crm.Role) error
	PassOwnership(ctx context.Context, cmd crm.Command, to crm.StaffID) error
	SetShift(ctx context.Context, cmd crm.Command, id crm.StaffID, shift crm.Week) error
	SetLeave(ctx context.Context, cmd crm.Command, id crm.StaffID, until time.Time) error
	SetDuty(ctx context.Context, cmd crm.Command, id crm.StaffID, duty crm.Duty, today bool) error
	SetLimit(ctx context.Context, cmd crm.Command, id crm.StaffID, limit int) error
	Workloads(ctx context.Context, dir crm.Directory, actor crm.Staff) (map[crm.StaffID]crm.Workload, error)
	SpreadAll(ctx context.Context, cmd crm.Command, from crm.StaffID, among []crm.StaffID) (crm.Shares, error)
	GiveAll(ctx context.Context, cmd crm.Command, from, to crm.StaffID) (int, error)
	Reachable(ctx context.Context, cmd crm.Command, id crm.StaffID, reachable bool) error
	AddGroup(ctx context.Context, cmd crm.Command, chat int64, title string) (crm.Group, error)
	LeaveGroup(ctx context.Context, cmd crm.Command, chat int64) error
	MoveGroup(ctx context.Context, from, to int64) error
	OfferInGroup(ctx context.Context, cmd crm.Command, id crm.SourceID, group crm.GroupID) error
	Offered(ctx context.Context, dir crm.Directory, id crm.CustomerID, arrival crm.EventID) (crm.Customer, crm.Event, error)
	ConfigDraft(ctx context.Context, actor crm.StaffID) (crm.Draft, error)
	ConfigImpact(ctx context.Context, d crm.Draft) ([]crm.Impact, error)
	EditConfig(ctx context.Context, cmd crm.Command, edit func(*crm.Config) (made int64, err error)) (made int64, err error)
	DiscardDraft(ctx context.Context, cmd crm.Command) error
	TakeTheirs(ctx context.Context, cmd crm.Command, at crm.Path) error
	PublishDraft(ctx context.Context, cmd crm.Command) (crm.Published, error)
	UndoConfig(ctx context.Context, cmd crm.Command, version int64) (crm.Published, error)
	ConfigLog(ctx context.Context, actor crm.Staff, before int64, limit int) ([]crm.ConfigVersion, error)
	CompareConfig(ctx context.Context, dir crm.Directory, actor crm.StaffID, target crm.Config) (crm.Draft, error)
	ReplaceConfig(ctx context.Context, cmd crm.Command, base int64, target crm.Config) (crm.Published, error)
	AddSource(ctx context.Context, cmd crm.Command, title string, kind crm.SourceKind) (crm.NewSource, error)

	Propose(ctx context.Context, cmd crm.Command, what crm.Proposed, why string) (crm.ProposalID, error)
	WithdrawProposal(ctx context.Context, cmd crm.Command, id crm.ProposalID) error
	ApproveProposal(ctx context.Context, cmd crm.Command, id crm.ProposalID) (crm.Published, error)
	DeclineProposal(ctx context.Context, cmd crm.Command, id crm.ProposalID, reason string) error
	ShapeProposal(ctx context.Context, cmd crm.Command, id crm.ProposalID) (made int64, err error)
	Proposal(ctx context.Context, actor crm.Staff, id crm.ProposalID) (crm.Proposal, error)
	OpenProposals(ctx context.Context, actor crm.Staff, before crm.ProposalID, limit int) ([]crm.Proposal, error)
	OwnProposals(ctx context.Context, actor crm.Staff, before crm.ProposalID, limit int) ([]crm.Proposal, error)
	CountProposals(ctx context.Context) (int, error)
	RotateKey(ctx context.Context, cmd crm.Command, id crm.SourceID, grace time.Duration) (crm.NewSource, error)
	EndOldKeys(ctx context.Context, cmd crm.Command, id crm.SourceID) error
	SourceKeys(ctx context.Context, actor crm.Staff, id crm.SourceID) ([]crm.SourceKey, error)
	InquiriesBySource(ctx context.Context, days int) (map[crm.SourceID]int, error)
	TestLead(ctx context.Context, cmd crm.Command, source crm.SourceID, name string) (crm.Arrival, error)
}

// Messenger is what the conversation asks of Telegram. Replies go ahead of
// announcements. Errors are *chat.Error.
type Messenger interface {
	Send(ctx context.Context, chatID int64, m view.Message) (messageID int, err error)
	Edit(ctx context.Context, chatID int64, messageID int, m view.Message) error
	Answer(ctx context.Context, queryID, text string, alert bool) error
	// Leave takes the bot out of a group.
	Leave(ctx context.Context, chatID int64) error
	SetCommands(ctx context.Context, chatID int64, lang string, cs []chat.Command) error
	OpenFile(ctx context.Context, fileID string) (io.ReadCloser, int64, error)
}

// Drafts keeps the unfinished forms: Redis. Load answers ErrDraftGone when the
// draft is not there any more.
type Drafts interface {
	Load(ctx context.Context, id string) (form.Draft, error)
	Save(ctx context.Context, d form.Draft) error
	Delete(ctx context.Context, id string) error
	SaveList(ctx context.Context, id string, lines []string) error
	LoadList(ctx context.Context, id string) ([]string, error)
	// NoteInput notes for a day that an input has ended a form, and KnowsInput says so.
	NoteInput(ctx context.Context, key string) error
	KnowsInput(ctx context.Context, key string) (bool, error)
}

// Forms remembers who has which form open about whom, without the answers:
// PostgreSQL. What survives here survives a loss of Redis.
type Forms interface {
	Open(ctx context.Context, f OpenForm) error
	// Hush waits, for a moment at most, until what is being sent to somebody has
	// arrived.
	Hush(ctx context.Context, staff crm.StaffID) error
	// TakeOver has the announcement in a message left as the conversation makes it.
	TakeOver(ctx context.Context, staff crm.StaffID, message int) error
	Current(ctx context.Context, staff crm.StaffID, chatID int64) (OpenForm, bool, error)
	Parked(ctx context.Context, staff crm.StaffID, chatID int64) (OpenForm, bool, error)
	Find(ctx context.Context, id string) (OpenForm, bool, error)
	// About returns the forms about a customer, whoever has them open or parked.
	About(ctx context.Context, id crm.CustomerID) ([]OpenForm, error)
	Close(ctx context.Context, id string) error
}

// OpenForm is a form that somebody has not finished.
type OpenForm struct {
	ID        string // the draft's
	Staff     crm.StaffID
	ChatID    int64
	Kind      formKind
	Customer  crm.CustomerID
	Subject   int64 // what it asks for: a status, a reminder …
	Message   int   // the form's own message
	Parked    bool
	Saved     bool // its command was carried out; Open does not take it
	TouchedAt time.Time
}

// FormKey is what the key of a form's command begins with; the draft's ID follows.
const FormKey = "d:"
