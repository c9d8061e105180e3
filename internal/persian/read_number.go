package persian

// mergeNumbers joins the words of one number: بیست و پنج, twenty five, هزار و چهارصد و سه,
// بیست و پنجم. Numbers written in digits stay as they are.
func mergeNumbers(tokens []token) []token {
	var out []token
	for i := 0; i < len(tokens); {
		merged, n := numberWords(tokens[i:])
		if n == 0 {
			merged, n = tokens[i], 1
		}
		out = append(out, merged)
		i += n
	}
	return out
}

// numberWords reads a number in words below ten thousand; 0 tokens when there is none.
func numberWords(tokens []token) (token, int) {
	if len(tokens) == 0 {
		return token{}, 0
	}
	first := tokens[0]
	n := 1
	switch {
	case first.kind == numberToken && first.text == "":
	case first.is(scaleToken, 1000):
		first = token{numberToken, 1000, "", first.gap}
	default:
		return token{}, 0
	}
	if len(tokens) > 1 && tokens[1].kind == scaleToken && first.n < 10 && tokens[1].n <= 1000 {
		first.n *= tokens[1].n
		n = 2
	}
	for first.kind == numberToken {
		next := n
		if next < len(tokens) && tokens[next].kind == andToken {
			next++
		}
		if next >= len(tokens) {
			break
		}
		t := tokens[next]
		isWord := t.kind == ordinalToken || (t.kind == numberToken && t.text == "")
		if !isWord || t.n < 1 || t.n >= roomBelow(first.n) {
			break
		}
		first.n += t.n
		first.kind = t.kind
		n = next + 1
	}
	return first, n
}

// roomBelow is the number under which another word may follow n in one number.
func roomBelow(n int) int {
	for _, step := range []int{1000, 100, 10} {
		if n >= 2*step && n%step == 0 || n == step && step > 10 {
			return step
		}
	}
	return 0
}
