package postgrestest

import (
	"errors"
	"sync"

	"github.com/paymentdr/paymentdr/internal/postgres"
	"github.com/paymentdr/paymentdr/internal/scratch"
)

// owned are the folders of this process's servers.
var owned sync.Map // path -> *scratch.Folder

// makeFolder makes a server's folder, after removing those of test runs that were killed.
func makeFolder() (string, error) {
	folder, err := scratch.Make("paymentdr-postgres-test-")
	if err != nil {
		return "", err
	}
	owned.Store(folder.Path, folder)
	return folder.Path, nil
}

func removeServer(server *postgres.Server) error {
	err := server.Remove()
	if folder, ok := owned.LoadAndDelete(server.Dir()); ok {
		err = errors.Join(err, folder.(*scratch.Folder).Remove())
	}
	return err
}
