package embedded

import "syscall"

// memoryNeeded is what must be free in memory for throwaway servers, in bytes: many times what tests write, since
// all else on the machine uses the same memory. A container has 64 MB of it unless it is told otherwise.
const memoryNeeded = 4 << 30

// memoryDir is a directory in memory that has room for throwaway servers; "" when there is none.
func memoryDir() string {
	const dir = "/dev/shm"
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < memoryNeeded {
		return ""
	}
	return dir
}
