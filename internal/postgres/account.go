package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
)

// account is the operating system user that a server runs as; PostgreSQL refuses to run as root.
type account struct {
	uid, gid int
	name     string
	switchTo bool // true when this process is root and must give its rights up for the child
}

// serverAccount is the caller, or for root the first of the users that Unix systems have for such work. initdb needs a
// user with an entry in the password file.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	var tried []error
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			tried = append(tried, err)
			continue
		}
		uid, err := strconv.Atoi(found.Uid)
		if err != nil {
			return account{}, fmt.Errorf("look up user %s: uid %q: %w", name, found.Uid, err)
		}
		gid, err := strconv.Atoi(found.Gid)
		if err != nil {
			return account{}, fmt.Errorf("look up user %s: gid %q: %w", name, found.Gid, err)
		}
		return account{uid: uid, gid: gid, name: name, switchTo: true}, nil
	}
	return account{}, fmt.Errorf("find a user to run postgres as root: %w", errors.Join(tried...))
}

// own gives path to the account; only root can and needs to.
func (a account) own(path string) error {
	if !a.switchTo {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}
