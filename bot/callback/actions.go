package callback

// Action is what a button does: two letters that never change their meaning.
type Action string

// Uses says which parts of a Ref an action fills, for the test that encodes
// every action with the largest values.
type Uses struct {
	Record, Version, Arg   bool
	Draft, Question, Value bool
}

// The actions of forms (bot/form). Each names the draft, so that a button of a
// form that is over cannot act on another one.
const (
	FormAnswer Action = "fa" // answer Question with Value
	FormPick   Action = "fp" // turn the picker of Question to Value: another month, more hours
	FormBack   Action = "fb" // to the question before Question
	FormSkip   Action = "fs" // leave Question unanswered
	FormEdit   Action = "fe" // from the summary to Question
	FormSave   Action = "fv" // submit
	FormCancel Action = "fc" // give the form up
	FormResume Action = "fr" // show the form again where it was
	FormAccept Action = "fk" // go on although the customer was changed meanwhile (Version: the one shown)
)

// The actions of cards and lists (bot/screen).
const (
	Open        Action = "co" // show the customer Record; Value "b" in place
	Take        Action = "ct" // take the customer Record at Version
	SetStatus   Action = "cs" // choose a status for the customer Record at Version
	ChooseStat  Action = "cc" // start the form of status Arg for Record at Version
	Note        Action = "cn" // write a note on the customer Record
	HandOver    Action = "ch" // hand the customer Record over
	Remind      Action = "cr" // the reminders of customer Record; Arg 1: set a new one
	EditFields  Action = "ce" // choose a field of Record to edit
	EditField   Action = "cf" // edit field Question of Record, whose card is message Arg
	Timeline    Action = "cl" // timeline of Record before event Arg
	NoAnswer    Action = "ca" // Record did not answer; Arg: reminder whose question this settles
	WrongNumber Action = "cw" // Record's number is wrong
	WrongPhone  Action = "cp" // Record's number Value is wrong; Record's card is message Arg
	Reschedule  Action = "cx" // the appointment of Record moves
	AskHolder   Action = "cq" // ask Record's holder for the customer
	Accept      Action = "ha" // accept the hand-off of Record (at version Arg)
	Return      Action = "hr" // return the hand-off of Record (at version Arg) with a reason
	GiveHolder  Action = "hg" // the holder gives Record at Version to colleague Arg, who asked
	KeepHolder  Action = "hk" // the holder keeps Record that colleague Arg asked for
	Erase       Action = "cz" // ask whether to erase Record, whose card is message Arg; Value "yes": erase
	EraseUndone Action = "cy" // ask whether to erase what was undone of number Value; Arg 1: erase
	Undo        Action = "un" // undo event Record
	Done        Action = "rd" // reminder Record is done: ask what came of it
	DoneNothing Action = "rn" // reminder Record is done, nothing more
	Later       Action = "rl" // reminder Record later: Value 15m, 1h, tomorrow, pick, date (in place), open (its card)
	Back        Action = "bk" // Value names the screen to return to
)

// The actions of the menu, lists and the manager's first day.
const (
	Cartable     Action = "lc" // my cartable: section Value, page cursor Version/Arg
	Customers    Action = "la" // all customers: filter Value, page cursor Version/Arg
	Found        Action = "lq" // what search Draft found: page cursor Version/Arg
	Filters      Action = "lf" // the filters of all customers
	FilterBy     Action = "lb" // the choices of filter Question
	TakeNext     Action = "ln" // take the next lead nobody holds; of a summary of Arg leads, Version untaken ones and Record inquiries
	ShareOut     Action = "ls" // share batch Record out evenly
	ShareWith    Action = "lw" // share batch Record among the colleagues of Value
	ShareNow     Action = "lg" // share it out now
	AddCustomer  Action = "ac" // add a customer with the number in Value
	ImportList   Action = "il" // take the pasted list Draft in
	DropList     Action = "ix" // forget the pasted list Draft
	Language     Action = "sl" // read in language Value
	Shape        Action = "sx" // shape the business: what Question says, with Record, Arg and Value
	Settings     Action = "sh" // everything that managers shape
	Staff        Action = "st" // the colleagues
	StaffMember  Action = "sm" // colleague Record
	InviteRole   Action = "si" // a new invite for role Value
	InviteLife   Action = "sv" // the invite of token Value works for Arg days from now
	InviteQR     Action = "sq" // the invite of token Value as a picture
	InviteRevoke Action = "sr" // revoke invite Record
	StaffChange  Action = "sc" // Value on colleague Record: suspend, resume
	Member       Action = "sp" // what Question says, on colleague Record, with Value
	Group        Action = "gr" // group Record: which sources are offered there
	GroupSource  Action = "gs" // offer the leads of source Arg in group Record
	GroupPrivate Action = "gp" // offer the leads of source Arg privately again, no more in group Record
	Setup        Action = "su" // the step Value of the owner's first day
	Menu         Action = "mm" // the main menu
	Help         Action = "mh" // help
	Proposals    Action = "pr" // what is proposed: what Question says, with Record, Arg and Value
)

// Actions is the registry: every action and the parts that it uses.
var Actions = map[Action]Uses{
	FormAnswer: {Draft: true, Question: true, Value: true}, FormPick: {Draft: true, Question: true, Value: true},
	FormBack: {Draft: true, Question: true}, FormSkip: {Draft: true, Question: true},
	FormEdit: {Draft: true, Question: true}, FormSave: {Draft: true}, FormCancel: {Draft: true},
	FormResume: {Draft: true}, FormAccept: {Draft: true, Version: true},

	Open: {Record: true, Value: true}, Take: {Record: true, Version: true}, SetStatus: {Record: true, Version: true},
	ChooseStat: {Record: true, Version: true, Arg: true}, Note: {Record: true}, HandOver: {Record: true, Version: true},
	Remind: {Record: true, Version: true, Arg: true}, EditFields: {Record: true}, EditField: {Record: true, Arg: true, Question: true},
	Timeline: {Record: true, Arg: true}, NoAnswer: {Record: true, Version: true, Arg: true}, WrongNumber: {Record: true, Version: true},
	WrongPhone: {Record: true, Version: true, Arg: true, Value: true}, Reschedule: {Record: true, Version: true},
	AskHolder: {Record: true, Version: true},
	Accept:    {Record: true, Arg: true}, Return: {Record: true, Arg: true},
	GiveHolder: {Record: true, Version: true, Arg: true}, KeepHolder: {Record: true, Version: true, Arg: true},
	Erase: {Record: true, Arg: true, Value: true}, EraseUndone: {Arg: true, Value: true}, Undo: {Record: true}, Done: {Record: true}, DoneNothing: {Record: true},
	Later: {Record: true, Value: true}, Back: {Record: true, Value: true},

	Cartable: {Version: true, Arg: true, Value: true}, Customers: {Version: true, Arg: true, Value: true},
	Found:   {Version: true, Arg: true, Draft: true},
	Filters: {Value: true}, FilterBy: {Question: true, Value: true}, TakeNext: {Record: true, Version: true, Arg: true},
	ShareOut: {Record: true}, ShareWith: {Record: true, Value: true}, ShareNow: {Record: true, Value: true},
	AddCustomer: {Value: true}, ImportList: {Draft: true}, DropList: {Draft: true},
	Language: {Value: true}, Shape: {Record: true, Arg: true, Question: true, Value: true},
	Settings: {}, Staff: {}, StaffMember: {Record: true}, InviteRole: {Value: true},
	InviteLife: {Arg: true, Value: true}, InviteQR: {Value: true}, InviteRevoke: {Record: true},
	StaffChange: {Record: true, Value: true}, Member: {Record: true, Question: true, Value: true}, Setup: {Value: true},
	Group: {Record: true}, GroupSource: {Record: true, Arg: true}, GroupPrivate: {Record: true, Arg: true},
	Menu: {}, Help: {},
	Proposals: {Record: true, Arg: true, Question: true, Value: true},
}
