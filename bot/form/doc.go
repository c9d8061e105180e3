// Package form asks questions one at a time, by taps where a tap can answer and
// by typing everywhere. Its questions come from data: the fields that managers
// define for a status or for the customer record.
//
// # Pure functions over a draft
//
// A Definition is what is asked, a Draft is how far a person got. Show renders
// a draft; Tap, Type, Attach and Contact take one input and return the next
// draft and an Outcome. Nothing here sends, stores or changes anything: the
// conversation does, and makes the one domain call when an Outcome says Submit.
// A draft that is passed in is never modified.
//
// # Buttons name what they mean
//
// A button carries the draft, the question and the value, never a position. So
// one of an older view can at worst be Stale: a tap counts only for the question
// that is being asked. Toggles carry the state they lead to, so that a tap that
// arrives twice does what one does.
//
// # Kinds
//
// Every crm.FieldType has a kind (kind.go) with five duties: what to say below
// the question, which buttons to show, what typed words mean, whether a value
// may stand, and how it is shown. Values are checked when they are given, again
// when the form is submitted (a time can pass meanwhile), and when the
// definition changed (Adapt).
package form
