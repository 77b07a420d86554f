package logs

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"sync"
	"time"
)

// Options are what a Service stands on. Region and Account are needed; the zero value of the rest works.
type Options struct {
	Region, Account string
	// Folder gets a file for each group; "" writes no files.
	Folder string
	// GroupMemory is how much of each group is kept in memory, in bytes of messages; 0 is 8 MiB.
	GroupMemory int
	// FileSize is when a file is renamed to FILE.1, replacing the one before, in bytes; 0 is 16 MiB.
	FileSize int64
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Logger gets the errors of files and of the API; nil is slog.Default().
	Logger *slog.Logger
}

// Service is a Region's CloudWatch Logs. It is safe for concurrent use.
type Service struct {
	options Options
	files   *files // nil without Folder

	mutex  sync.RWMutex
	groups map[string]*group
}

// Group is a log group. Its JSON is a resource aws_cloudwatch_log_group as the provider's schema names it.
type Group struct {
	Name string `json:"name"`
	// RetentionInDays 0 keeps events for ever (as far as there is memory).
	RetentionInDays int               `json:"retention_in_days"`
	KMSKeyID        string            `json:"kms_key_id"`
	Class           string            `json:"log_group_class"` // "" is STANDARD
	Tags            map[string]string `json:"tags"`
}

// retentions are the days that AWS allows ("PutRetentionPolicy", Amazon CloudWatch Logs API Reference).
var retentions = []int{0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

var groupName = regexp.MustCompile(`^[\.\-_/#A-Za-z0-9]{1,512}$`)

// New starts a service without groups.
func New(options Options) (*Service, error) {
	if options.Region == "" || options.Account == "" {
		return nil, errors.New("start logs: Region and Account are needed")
	}
	if options.GroupMemory == 0 {
		options.GroupMemory = 8 << 20
	}
	if options.FileSize == 0 {
		options.FileSize = 16 << 20
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	s := &Service{options: options, groups: map[string]*group{}}
	if options.Folder != "" {
		if err := os.MkdirAll(options.Folder, 0o755); err != nil {
			return nil, fmt.Errorf("start logs: %w", err)
		}
		s.files = newFiles(s)
	}
	return s, nil
}

// Close writes what is not yet in the files and closes them. Later events stay in memory only. It is safe twice.
func (s *Service) Close() error {
	if s.files == nil {
		return nil
	}
	if err := s.files.close(); err != nil {
		return fmt.Errorf("close logs: %w", err)
	}
	return nil
}

// Write adds an event. Group and stream are made if they do not exist, as Lambda does.
func (s *Service) Write(group, stream string, at time.Time, line string) {
	now := s.options.Now().UnixMilli()
	s.group(group, now).write(stream, at.UnixMilli(), now, line)
	if s.files != nil {
		s.files.wake()
	}
}

// group finds a group or makes it.
func (s *Service) group(name string, now int64) *group {
	if g := s.find(name); g != nil {
		return g
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.makeLocked(name, now)
}

func (s *Service) find(name string) *group {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return s.groups[name]
}

func (s *Service) makeLocked(name string, now int64) *group {
	g := s.groups[name]
	if g == nil {
		g = &group{name: name, settings: Group{Name: name}, created: now, memory: s.options.GroupMemory, toFile: s.files != nil, streams: map[string]*stream{}}
		s.groups[name] = g
	}
	return g
}

// PutGroup creates a group or changes its settings; its events stay.
func (s *Service) PutGroup(settings Group) error {
	switch {
	case !groupName.MatchString(settings.Name):
		return fmt.Errorf("put log group %q: the name must have 1 to 512 of A-Z, a-z, 0-9, _, -, /, . and #", settings.Name)
	case !slices.Contains(retentions, settings.RetentionInDays):
		return fmt.Errorf("put log group %s: retention_in_days %d is not one of %v", settings.Name, settings.RetentionInDays, retentions)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	g := s.makeLocked(settings.Name, s.options.Now().UnixMilli())
	g.configure(settings)
	return nil
}

// ErrNotFound is wrapped by errors about a group that does not exist.
var ErrNotFound = errors.New("it does not exist")

// DeleteGroup removes a group with its events and its files. It is an error if there is none.
func (s *Service) DeleteGroup(name string) error {
	s.mutex.Lock()
	g := s.groups[name]
	delete(s.groups, name)
	s.mutex.Unlock()
	if g == nil {
		return fmt.Errorf("delete log group %s: %w", name, ErrNotFound)
	}
	if s.files != nil {
		if err := s.files.remove(name); err != nil {
			return fmt.Errorf("delete log group %s: %w", name, err)
		}
	}
	return nil
}

// Groups lists the groups by name.
func (s *Service) Groups() []Group {
	var list []Group
	for _, g := range s.sorted() {
		list = append(list, g.describe().Group)
	}
	return list
}

func (s *Service) sorted() []*group {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	list := make([]*group, 0, len(s.groups))
	for _, name := range slices.Sorted(maps.Keys(s.groups)) {
		list = append(list, s.groups[name])
	}
	return list
}

func (s *Service) arn(group string) string {
	return fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s", s.options.Region, s.options.Account, group)
}
