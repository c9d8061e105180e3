package view_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"rsc.io/qr"

	"cartable/bot/view"
)

// The picture's modules are the code's, white around them as wide as the norm asks for.
func TestQR(t *testing.T) {
	const quiet = 4
	for _, text := range []string{"https://t.me/cartable_bot?start=abcdefghijklmnopqrstuv-_", "x", strings.Repeat("long ", 100)} {
		file, err := view.QR("invite.png", text)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(file.Data))
		if err != nil {
			t.Fatal(err)
		}
		code, err := qr.Encode(text, qr.M)
		if err != nil {
			t.Fatal(err)
		}
		side := picture.Bounds().Dx()
		scale := side / (code.Size + 2*quiet)
		if side != picture.Bounds().Dy() || side%(code.Size+2*quiet) != 0 || scale < 8 || side > 2560 {
			t.Fatalf("%s for a code of %d modules", picture.Bounds(), code.Size)
		}
		for y := range side {
			for x := range side {
				if want := code.Black(x/scale-quiet, y/scale-quiet); black(picture, x, y) != want {
					t.Fatalf("pixel %d, %d of %q is black: %v", x, y, text, !want)
				}
			}
		}
	}
	if _, err := view.QR("x.png", strings.Repeat("x", 4000)); err == nil {
		t.Error("a text that fits no code has one")
	}
}

func black(m image.Image, x, y int) bool {
	return color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y < 128
}
