package main

import (
	"context"
	"os"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/vdsgen/vdsgen/examples/generated/excalibur"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"vdsgen": main})
}

// Each file of testdata/script shows one feature of the command, named after it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			// Generated code is type-checked against this module's own runtime.
			env.Setenv("MODULE", oracle.ModuleRoot())
			env.Setenv("GOFLAGS", os.Getenv("GOFLAGS"))
			for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY"} {
				if v := os.Getenv(name); v != "" {
					env.Setenv(name, v)
				}
			}
			if os.Getenv("GOMODCACHE") == "" && os.Getenv("GOPATH") == "" {
				home, err := os.UserHomeDir()
				if err != nil {
					return err
				}
				env.Setenv("GOPATH", home+"/go")
				env.Setenv("GOCACHE", home+"/.cache/go-build")
			}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"stripes": stripes,
			"lines":   lines,
		},
	})
}

// stripes FOLDER FRAMES ROWS COLS [STRIPE…] writes source files of the Excalibur example; pixels count up
// from 1000 times the stripe.
func stripes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: stripes FOLDER FRAMES ROWS COLS [STRIPE…]")
	}
	var n []int
	for _, word := range args[1:] {
		v, err := strconv.Atoi(word)
		ts.Check(err)
		n = append(n, v)
	}
	p := excalibur.ExcaliburParams{Frames: n[0], Rows: n[1], Cols: n[2]}
	which := n[3:]
	if len(which) == 0 {
		which = []int{1, 2, 3, 4, 5, 6}
	}
	for _, stripe := range which {
		w, err := excalibur.CreateExcaliburStripe(context.Background(), ts.MkAbs(args[0]), p, stripe)
		ts.Check(err)
		values := make([]uint16, p.Frames*p.Rows*p.Cols)
		for i := range values {
			values[i] = uint16(1000*stripe + i)
		}
		ts.Check(w.Append(values))
		ts.Check(w.Close())
	}
}

// lines stdout|stderr N checks the number of lines that the last command printed.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines stdout|stderr N")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	got := 0
	for _, c := range ts.ReadFile(args[0]) {
		if c == '\n' {
			got++
		}
	}
	if got != want {
		ts.Fatalf("%s has %d lines, want %d", args[0], got, want)
	}
}
