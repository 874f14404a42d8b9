package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// What generating code may take, in seconds.
const (
	generateLayouts = 1000
	generateLimit   = 10.0
	checkLimit      = 3.0
)

// What is far above its limit need not be exact: after enoughRounds nothing is repeated, and after patience it is ended.
const (
	enoughRounds = 30 * time.Second
	patience     = 2 * time.Minute
)

const generationWorkload = "code generation"

// measureGeneration generates many layouts in one package, and checks the examples.
func (b *run) measureGeneration(ctx context.Context) ([]timed, error) {
	if !b.only.MatchString(generationWorkload) {
		return nil, nil
	}
	// Inside the module, for the package to find the one that it imports; hidden, for ./... not to find it.
	dir, err := os.MkdirTemp(b.root, ".bench-generate-")
	if err != nil {
		return nil, err
	}
	many, err := b.generateMany(ctx, dir)
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		return nil, err
	}
	check := func() error { return b.vdsgenRun(ctx, "generate", "--check", "./examples/generated/...") }
	if err := check(); err != nil { // and warm from here
		return nil, err
	}
	examples, err := b.medianOf(check)
	return []timed{
		{fmt.Sprintf("`vdsgen generate`, %d layouts in one package", generateLayouts), many, generateLimit},
		{"`vdsgen generate --check ./examples/generated/...`, warm", examples, checkLimit},
	}, err
}

func (b *run) generateMany(ctx context.Context, dir string) (seconds float64, err error) {
	var source strings.Builder
	source.WriteString("// Package many has many layouts.\npackage many\n\nimport vds \"github.com/vdsgen/vdsgen/runtime\"\n")
	for i := range generateLayouts {
		fmt.Fprintf(&source, `
// Detector%[1]d is one of many.
//
//vds:layout file=detector_%[1]d.h5
//vds:param frames int default=100
//vds:var module 0..3
//vds:source raw file="raw_%[1]d_{module}.h5" path=/data type=uint16 shape=[frames,%[2]d,256]
type Detector%[1]d struct {
	// Data has the modules one above another.
	Data vds.Dataset[uint16] `+"`"+`vds:"/data" from:"raw" axes:"frame=same y=concat(module) x=same"`+"`"+`
}
`, i, 64+i)
	}
	if err := os.WriteFile(filepath.Join(dir, "many.go"), []byte(source.String()), 0o666); err != nil {
		return 0, err
	}
	relative, err := filepath.Rel(b.root, dir)
	if err != nil {
		return 0, err
	}
	return b.medianOf(func() error {
		if err := os.RemoveAll(filepath.Join(dir, "many_vds.go")); err != nil {
			return err
		}
		return b.vdsgenRun(ctx, "generate", "./"+relative)
	})
}

// vdsgenRun runs the command, no longer than patience lasts: that is no error here, the time says enough.
func (b *run) vdsgenRun(ctx context.Context, args ...string) error {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := b.command(limited, b.vdsgen, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it ends what it started
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("vdsgen %s: %w\n%.2000s", strings.Join(args, " "), err, out)
	}
	return nil
}

func (b *run) medianOf(do func() error) (seconds float64, err error) {
	var all []time.Duration
	started := time.Now()
	for len(all) == 0 || len(all) < b.rounds && time.Since(started) < enoughRounds {
		begin := time.Now()
		if err := do(); err != nil {
			return 0, err
		}
		all = append(all, time.Since(begin))
	}
	return median(all).Seconds(), nil
}
