package view

import (
	"fmt"

	"rsc.io/qr"
)

// qrScale is how many pixels a module of a QR picture is wide: what a telephone's
// camera reads from another one's screen, after the messenger's compression too.
const qrScale = 12

// QR is a picture of text that a camera reads, with the quiet zone of 4 modules that
// ISO/IEC 18004 asks for. It fails for texts of more than some 2,000 bytes.
func QR(name, text string) (*File, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("make QR code: %w", err)
	}
	code.Scale = qrScale
	return &File{Name: name, Data: code.PNG()}, nil
}
