package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
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
			"exits":   exits,
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

// exits STATUS vdsgen ARGUMENT… runs the command and checks its exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS vdsgen ARGUMENT…")
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// flagLine finds a flag's short and long name in the help of a command.
var flagLine = regexp.MustCompile(`(?m)^ +(?:-(\w), )?--([\w-]+)`)

// Every command has a script, and each of its flags is used in one.
func TestScriptsUseEveryFlag(t *testing.T) {
	scripts, err := filepath.Glob("testdata/script/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]map[string]bool{} // flags of commands
	for _, name := range scripts {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			words := strings.Fields(line)
			at := slices.Index(words, "vdsgen")
			if at < 0 || at+1 >= len(words) {
				continue
			}
			cmd := used[words[at+1]]
			if cmd == nil {
				cmd = map[string]bool{}
				used[words[at+1]] = cmd
			}
			for _, word := range words[at+2:] {
				if name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "="); strings.HasPrefix(word, "-") {
					cmd[name] = true
				}
			}
		}
	}
	for _, cmd := range newRoot(t).Commands() {
		flags := used[cmd.Name()]
		if flags == nil {
			t.Errorf("no script runs vdsgen %s", cmd.Name())
			continue
		}
		for _, flag := range flagLine.FindAllStringSubmatch(cmd.LocalFlags().FlagUsages(), -1) {
			if short, name := flag[1], flag[2]; name != "help" && !flags[name] && !flags[short] {
				t.Errorf("no script runs vdsgen %s --%s", cmd.Name(), name)
			}
		}
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
