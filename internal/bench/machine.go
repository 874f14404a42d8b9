package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// machine is what the figures depend on, in the order in which it is printed.
type machine struct{ notes [][2]string }

func (m *machine) note(what, value string) { m.notes = append(m.notes, [2]string{what, value}) }

func (m *machine) text() string {
	var out strings.Builder
	for _, n := range m.notes {
		fmt.Fprintf(&out, "- %s: %s\n", n[0], n[1])
	}
	return out.String()
}

// describeMachine looks up what is known of the machine. What is not known is left out.
func describeMachine(ctx context.Context, root, dir string) machine {
	var m machine
	m.note("date", time.Now().Format(time.DateOnly))
	m.note("CPU", fmt.Sprintf("%s, %d cores", valueOf("/proc/cpuinfo", "model name", runtime.GOARCH), runtime.NumCPU()))
	m.note("memory", valueOf("/proc/meminfo", "MemTotal", "unknown"))
	m.note("file system", fileSystem(dir))
	m.note("kernel", firstLine("/proc/sys/kernel/osrelease"))
	m.note("load at the start", firstLine("/proc/loadavg"))
	revision := "unknown"
	if out, err := exec.CommandContext(ctx, "git", "-C", root, "describe", "--always", "--dirty").Output(); err == nil {
		revision = strings.TrimSpace(string(out))
	}
	m.note("vdsgen", fmt.Sprintf("%s, %s", revision, runtime.Version()))
	return m
}

// valueOf is the value of the first line "key: value" of a file.
func valueOf(file, key, unknown string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return unknown
	}
	for line := range strings.Lines(string(content)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return unknown
}

func firstLine(file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	line, _, _ := strings.Cut(string(content), "\n")
	return line
}

// fileSystem is the type of the file system that a folder is on.
func fileSystem(dir string) string {
	content, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return "unknown"
	}
	found, longest := "unknown", -1
	for line := range strings.Lines(string(content)) {
		fields := strings.Fields(line) // device, where, type, …
		if len(fields) < 3 {
			continue
		}
		if rest, err := filepath.Rel(fields[1], dir); err == nil && filepath.IsLocal(rest) && len(fields[1]) > longest {
			found, longest = fields[2], len(fields[1])
		}
	}
	return found
}
