package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
)

// settings are the flags of the command.
type settings struct {
	full   bool           // the sizes that targets are set for
	dir    string         // for data and programs
	python string         // interpreter that finds h5py
	newer  []string       // Debian releases whose libhdf5 takes part
	only   *regexp.Regexp // measures to run, by workload and title
	rounds int            // runs of each program
	curves bool
	write  bool // into docs/performance.md
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == driveCommand {
		exit(drive(context.Background(), os.Args[2:]))
	}
	var s settings
	var newer, only string
	flag.BoolVar(&s.full, "full", false, "make and read about 6 GB, the sizes that the targets are set for")
	flag.StringVar(&s.dir, "dir", "", "folder for data and programs, kept for the next run; without -full .bench is the default")
	flag.StringVar(&s.python, "python", "/usr/bin/python3", "Python that has h5py")
	flag.StringVar(&newer, "newer", "", "Debian releases whose libhdf5 takes part as well, such as 'trixie sid'")
	flag.StringVar(&only, "only", "", "regular expression of the measures to run: 'W3', 'W7: region'")
	flag.IntVar(&s.rounds, "rounds", 3, "runs of each program, of which the median counts")
	flag.BoolVar(&s.curves, "curves", false, "measure the cost curves, too")
	flag.BoolVar(&s.write, "write", false, "write into docs/performance.md: the tables, and the curves, if -only left none of them out")
	flag.Parse()
	s.newer = strings.Fields(newer)
	var err error
	if s.only, err = regexp.Compile(only); err != nil {
		exit(fmt.Errorf("-only: %w", err))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err = bench(ctx, s)
	stop()
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// bench makes the data, brings the opponents, measures and reports.
func bench(ctx context.Context, s settings) error {
	if s.rounds < 1 || flag.NArg() > 0 {
		return errors.New("-rounds is at least 1, and there are no arguments beside the flags")
	}
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	if s.dir == "" {
		if s.full {
			return fmt.Errorf("the full sizes take about %d GB: say where, with BENCH_DIR=folder (-dir)", (totalSize(fullSizes())>>30)+1)
		}
		s.dir = filepath.Join(root, ".bench")
	}
	if s.dir, err = filepath.Abs(s.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(s.dir, 0o777); err != nil {
		return err
	}
	b := &run{settings: s, root: root, about: describeMachine(ctx, root, s.dir)}
	b.about.note("figures", fmt.Sprintf("medians, runs of each program: %d", s.rounds))
	if err := b.bringPrograms(ctx); err != nil {
		return err
	}
	results, err := b.measureAll(ctx)
	fmt.Print(b.report(results))
	if err != nil {
		return fmt.Errorf("not everything could be measured, nothing is written: %w", err)
	}
	if s.write && results.whole {
		if err := b.writeResults(results); err != nil {
			return err
		}
	}
	if !s.curves {
		return nil
	}
	curves, whole, err := b.measureCurves(ctx)
	if err != nil {
		return fmt.Errorf("not all curves could be measured, none is written: %w", err)
	}
	fmt.Print(describeCurves(curves, ""))
	if s.write && whole {
		return b.writeCurves(curves)
	}
	return nil
}

// moduleRoot is the folder of go.mod, from the current folder upwards.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", errors.New("no go.mod here or above: run it in a checkout of the project")
		}
		dir = above
	}
}
