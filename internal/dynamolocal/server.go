package dynamolocal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// startTimeout bounds the start of the server, on a machine whose cores others use too.
const startTimeout = time.Minute

// Server is a running DynamoDB Local.
type Server struct {
	// Endpoint is its address, http://127.0.0.1:<port>.
	Endpoint string

	command *exec.Cmd
	stdin   io.Closer
	stop    sync.Once
}

// Start installs the server if need be and runs one. It ends with Stop, or when this process ends in any way.
func Start(ctx context.Context) (*Server, error) {
	folder, err := Install(ctx)
	if err != nil {
		return nil, err
	}
	parts, err := find(folder)
	if err != nil {
		return nil, err
	}
	command := exec.Command(parts.java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m",
		"-Djava.library.path="+parts.jars, "-cp", parts.classes+string(os.PathListSeparator)+filepath.Join(parts.jars, "*"), "LoopbackServer")
	// A pipe's read end, given as a file, so that no goroutine copies it and end of file is exactly our end.
	input, stdin, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("open pipe to DynamoDB Local: %w", err)
	}
	defer input.Close()
	output, outputWriter, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open pipe from DynamoDB Local: %w", err), stdin.Close())
	}
	defer output.Close()
	command.Stdin, command.Stdout, command.Stderr = input, outputWriter, outputWriter
	// A group of its own: an interrupt typed at a terminal is for whoever started it, who still has requests to answer.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err = command.Start()
	outputWriter.Close()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start DynamoDB Local: %w", err), stdin.Close())
	}
	server := &Server{command: command, stdin: stdin}
	port, err := readPort(output)
	if err != nil {
		server.Stop()
		return nil, err
	}
	server.Endpoint = "http://127.0.0.1:" + port
	return server, nil
}

// readPort reads the server's output up to the line with its port; after it the server writes nothing more.
func readPort(output *os.File) (string, error) {
	if err := output.SetReadDeadline(time.Now().Add(startTimeout)); err != nil {
		return "", fmt.Errorf("bound start of DynamoDB Local: %w", err)
	}
	var said []string
	for lines := bufio.NewScanner(output); lines.Scan(); {
		if port, ok := strings.CutPrefix(lines.Text(), "PORT "); ok {
			return port, nil
		}
		said = append(said, lines.Text())
	}
	return "", fmt.Errorf("DynamoDB Local ended before it listened; it said:\n%s", strings.Join(said, "\n"))
}

// Stop ends the server and waits for it. It is safe to call twice.
func (s *Server) Stop() {
	s.stop.Do(func() {
		// Errors say that it is gone already, which is what is wanted.
		_ = s.stdin.Close()
		_ = s.command.Process.Kill()
		_ = s.command.Wait()
	})
}

// Config points an AWS client at the server, with the credentials of nobody and no retries of the SDK's own.
func (s *Server) Config() aws.Config {
	return aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(s.Endpoint),
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}
