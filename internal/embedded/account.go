package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that the servers run as.
type account struct {
	uid, gid int
	name     string
	switched bool // not the user of this process
}

// chooseAccount finds the user for the servers of dir; see the package's comment.
func chooseAccount(dir string) (account, error) {
	self := os.Geteuid()
	owner, known := dataOwner(dir)
	switch {
	case self != 0 && known && owner != self:
		return account{}, fmt.Errorf("the data in %s belongs to user %s: start the program as that user or as root",
			dir, userName(owner))
	case self != 0:
		return account{uid: self, gid: os.Getegid(), name: userName(self)}, nil
	case known && owner != 0:
		return lookUpAccount(user.LookupId(strconv.Itoa(owner)))
	}
	a, err := lookUpAccount(user.Lookup("postgres"))
	var unknown user.UnknownUserError
	if errors.As(err, &unknown) {
		return lookUpAccount(user.Lookup("nobody"))
	}
	return a, err
}

func lookUpAccount(u *user.User, err error) (account, error) {
	if err != nil {
		return account{}, fmt.Errorf("find the user to run the servers as: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return account{}, fmt.Errorf("user ID of %s: %w", u.Username, err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return account{}, fmt.Errorf("group ID of %s: %w", u.Username, err)
	}
	return account{uid: uid, gid: gid, name: u.Username, switched: true}, nil
}

// dataOwner is the user whose data is in dir already.
func dataOwner(dir string) (uid int, known bool) {
	for _, name := range []string{"postgres", "redis"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err == nil {
			return ownerOf(info), true
		}
	}
	return 0, false
}

func ownerOf(info os.FileInfo) int {
	return int(info.Sys().(*syscall.Stat_t).Uid)
}

// userName falls back to the number, which is what a container without a line in /etc/passwd has.
func userName(uid int) string {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return strconv.Itoa(uid)
	}
	return u.Username
}

// prepareRoot makes the directory of all private servers, which a switched account must be able to enter,
// though not to list.
func prepareRoot(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	if err := os.Chmod(dir, mode); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	return nil
}

// canReach reports, with the directory at fault, when the account may not enter dir. The servers would
// only say "permission denied" about some file in it.
func (a account) canReach(dir string) error {
	if !a.switched {
		return nil
	}
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return fmt.Errorf("check data directory: %w", err)
		}
		stat := info.Sys().(*syscall.Stat_t)
		enter := os.FileMode(0o001)
		switch {
		case int(stat.Uid) == a.uid:
			enter = 0o100
		case int(stat.Gid) == a.gid:
			enter = 0o010
		}
		if info.Mode().Perm()&enter == 0 {
			return fmt.Errorf("started by root, the private servers run as user %s, who cannot enter %s: "+
				"choose another data directory", a.name, dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// makeDir makes a directory that only the account can enter.
func (a account) makeDir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("make directory: %w", err)
	}
	// In a directory where everybody may write, the name could have been taken by somebody else.
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("check directory: %w", err)
	}
	if owner := ownerOf(info); !info.IsDir() || (owner != a.uid && owner != os.Geteuid()) {
		return fmt.Errorf("%s is not a directory of user %s", dir, a.name)
	}
	if a.switched {
		if err := os.Chown(dir, a.uid, a.gid); err != nil {
			return fmt.Errorf("give directory to %s: %w", a.name, err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("close directory to others: %w", err)
	}
	return nil
}
