//go:build unix && !linux

package embedded

// memoryDir is "": these systems have no directory in memory that is always there.
func memoryDir() string { return "" }
