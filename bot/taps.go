package bot

import (
	"context"
	"slices"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// taps are buttons that are carried out in one place: some actions, and of those that
// are about many things some Questions.
type taps struct {
	act       func(*request, context.Context, callback.Ref) (toast string, err error)
	actions   []callback.Action
	questions []string // nil: whatever it is
	everybody bool     // agents too may tap them; else managers alone
}

// allTaps are all buttons that there are. What is not here does nothing, and what nobody
// opened to everybody is the managers'.
var allTaps = slices.Concat([]taps{
	{act: (*request).tapForm, everybody: true, actions: []callback.Action{callback.FormAnswer, callback.FormPick, callback.FormBack,
		callback.FormSkip, callback.FormEdit, callback.FormSave, callback.FormCancel, callback.FormResume, callback.FormAccept}},
	{act: aboutCustomer((*request).actOnCustomer), everybody: true, actions: []callback.Action{callback.Open, callback.Take, callback.SetStatus,
		callback.ChooseStat, callback.Note, callback.HandOver, callback.Remind, callback.EditFields, callback.EditField, callback.Timeline,
		callback.NoAnswer, callback.WrongNumber, callback.WrongPhone, callback.Reschedule, callback.AskHolder}},
	{act: aboutCustomer((*request).actOnHandoff), everybody: true,
		actions: []callback.Action{callback.Accept, callback.Return, callback.GiveHolder, callback.KeepHolder}},
	{act: aboutCustomer((*request).actOnReminder), everybody: true, actions: []callback.Action{callback.Done, callback.DoneNothing, callback.Later}},
	{act: (*request).tapUndo, everybody: true, actions: []callback.Action{callback.Undo}},
	{act: (*request).actOnList, everybody: true, actions: []callback.Action{callback.Cartable, callback.Customers, callback.Found, callback.Filters,
		callback.FilterBy, callback.TakeNext, callback.AddCustomer, callback.ImportList, callback.DropList, callback.Language, callback.Back,
		callback.Menu, callback.Help}},
	{act: (*request).actOnBatch, actions: []callback.Action{callback.ShareOut, callback.ShareWith, callback.ShareNow}},
	{act: aboutCustomer((*request).erase), actions: []callback.Action{callback.Erase}},
	{act: (*request).tapEraseUndone, actions: []callback.Action{callback.EraseUndone}},
	{act: (*request).tapSettings, actions: []callback.Action{callback.Settings}},
	{act: (*request).actOnStaff, actions: []callback.Action{callback.Staff, callback.StaffMember, callback.StaffChange, callback.Setup}},
	{act: (*request).actOnInvite, actions: []callback.Action{callback.InviteRole, callback.InviteLife, callback.InviteQR, callback.InviteRevoke}},
	{act: (*request).actOnGroup, actions: []callback.Action{callback.Group, callback.GroupSource, callback.GroupPrivate}},
}, asking(callback.Member,
	taps{act: (*request).actOnMe, everybody: true, questions: []string{screen.MemberMe, screen.MemberMyDuty}},
	taps{act: (*request).actOnMember, questions: []string{screen.MemberRole, screen.MemberRoleYes, screen.MemberOwner, screen.MemberOwnerYes,
		screen.MemberLimit, screen.MemberShift, screen.MemberDay, screen.MemberLeave, screen.MemberDuty}},
	taps{act: (*request).actOnHeirs, questions: screen.HeirsQuestions()},
), asking(callback.Proposals,
	taps{act: (*request).actOnProposal, everybody: true, questions: []string{screen.ProposalMenu, screen.ProposalNew, screen.ProposalList,
		screen.ProposalShow, screen.ProposalWithdraw}},
	taps{act: (*request).decideProposal, questions: []string{screen.ProposalApprove, screen.ProposalDecline, screen.ProposalShape}},
), asking(callback.Shape,
	taps{act: (*request).actOnConfig, questions: []string{screen.ShapePublish, screen.ShapeDiscard, screen.ShapeUndo, screen.ShapeLog,
		screen.ShapeTheirs, screen.ShapeTheirPart, screen.ShapePreview, screen.ShapeTry}},
	taps{act: (*request).actOnFile, questions: []string{screen.ShapeFile, screen.ShapeReady, screen.ShapeApply, screen.ShapeDrop}},
	taps{act: (*request).askConfig, questions: []string{screen.ShapeAsk, screen.ShapeAdd}},
	taps{act: (*request).askText, questions: []string{screen.ShapeText}},
	taps{act: (*request).listConfig, questions: []string{screen.ShapeStatuses, screen.ShapeFields, screen.ShapeRetired}},
	taps{act: (*request).shapePlace, questions: []string{screen.ShapeMove, screen.ShapeRetire, screen.ShapeRestore}},
	taps{act: (*request).shapeStatus, questions: []string{screen.ShapeStatus, screen.ShapeCartable, screen.ShapeNext, screen.ShapePerson,
		screen.ShapeRemind, screen.ShapeOffer, screen.ShapeEnds, screen.ShapeAfter, screen.ShapeMeeting}},
	taps{act: (*request).shapeField, questions: []string{screen.ShapeField, screen.ShapeRequired, screen.ShapeCard, screen.ShapeWeekday,
		screen.ShapeChoice}},
	taps{act: (*request).actOnSource, questions: []string{screen.ShapeSources, screen.ShapeSource, screen.ShapeSourceIn, screen.ShapeKeys,
		screen.ShapeRotate, screen.ShapeEndKeys, screen.ShapeTestLead}},
	taps{act: (*request).shapeRouting, questions: []string{screen.ShapeRouting, screen.ShapeAgain, screen.ShapeTell}},
	taps{act: (*request).shapeForm, questions: []string{screen.ShapeForm, screen.ShapeFormAdd, screen.ShapeFormAsk, screen.ShapeFormMust,
		screen.ShapeFormUp, screen.ShapeFormDown, screen.ShapeFormOut, screen.ShapeFormSeen}},
	taps{act: (*request).shapeBusiness, questions: []string{screen.ShapeBusiness, screen.ShapeZone, screen.ShapeLanguage, screen.ShapeSeeAll,
		screen.ShapeRetention, screen.ShapeHours, screen.ShapeDay, screen.ShapeHolidays, screen.ShapeHoliday, screen.ShapeHoliMove,
		screen.ShapeHoliOut, screen.ShapeWindows, screen.ShapeWindowOut, screen.ShapeDigests, screen.ShapeDigestAt}},
))

// asking are the taps of one action that are told apart by their Questions.
func asking(action callback.Action, all ...taps) []taps {
	for i := range all {
		all[i].actions = []callback.Action{action}
	}
	return all
}

func (t taps) has(ref callback.Ref) bool {
	return slices.Contains(t.actions, ref.Action) && (t.questions == nil || slices.Contains(t.questions, ref.Question))
}

// act carries out what a button says, where whoever tapped it may.
func (r *request) act(ctx context.Context, ref callback.Ref) (string, error) {
	i := slices.IndexFunc(allTaps, func(t taps) bool { return t.has(ref) })
	switch {
	case i < 0:
		return r.p.T("error.old_button"), nil
	case !allTaps[i].everybody && !r.staff.Manages():
		return "", &crm.Error{Code: crm.Forbidden, Key: crm.KeyManagers}
	}
	return allTaps[i].act(r, ctx, ref)
}

// aboutCustomer are taps that are about a customer, who may have been erased.
func aboutCustomer(act func(*request, context.Context, callback.Ref) (string, error)) func(*request, context.Context, callback.Ref) (string, error) {
	return func(r *request, ctx context.Context, ref callback.Ref) (string, error) {
		toast, err := act(r, ctx, ref)
		return r.onCustomer(ctx, ref, toast, err)
	}
}

func (r *request) tapUndo(ctx context.Context, ref callback.Ref) (string, error) {
	return r.undo(ctx, crm.EventID(ref.Record))
}

func (r *request) tapEraseUndone(ctx context.Context, ref callback.Ref) (string, error) {
	return "", r.eraseUndone(ctx, persian.Phone(ref.Value), ref.Arg == 1)
}

func (r *request) tapSettings(ctx context.Context, _ callback.Ref) (string, error) {
	return "", r.shape(ctx, r.up.Message, "settings")
}
