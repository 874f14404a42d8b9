// Vdsgen generates typed Go code for HDF5 virtual datasets, and builds, inspects and reads them.
//
// Alone, or as `vdsgen generate`, it reads the layouts of a package (annotated Go structs and YAML
// schemas) and writes the typed code for them. The other subcommands work without compiling anything:
// build writes a virtual dataset from a schema, inspect shows what a file holds, read reads slices.
//
// Each subcommand is a file of this folder, named after it. They parse flags, call packages gen,
// runtime and hdf5, and print.
//
// Results go to standard output, messages to standard error. The exit status is 0 when all is fine, 1
// when the answer is no (a bad layout, drift, unreadable data), 2 when the command line is wrong, and 130 when it was interrupted.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit statuses.
const (
	statusFine  = 0
	statusNo    = 1
	statusUsage = 2

	statusInterrupted = 130 // as shells have it
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run executes one command line and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root, err := rootCommand()
	if err == nil {
		root.SetArgs(args)
		root.SetOut(stdout)
		root.SetErr(stderr)
		err = root.ExecuteContext(ctx)
	}
	var usage *usageError
	switch {
	case err == nil:
		return statusFine
	case errors.Is(err, errReported):
		return statusNo
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "vdsgen: %s\n", oneLine(err))
		return statusUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "vdsgen: interrupted")
		return statusInterrupted
	default:
		report(stderr, err)
		return statusNo
	}
}

// reportMost is how many problems are printed: of a run's files, all may have the same one.
const reportMost = 20

// report prints errors that were joined on a line each.
func report(stderr io.Writer, err error) {
	all := apart(nil, err)
	for _, one := range all[:min(len(all), reportMost)] {
		fmt.Fprintf(stderr, "vdsgen: %s\n", oneLine(one))
	}
	if more := len(all) - reportMost; more > 0 {
		fmt.Fprintf(stderr, "vdsgen: and %d more\n", more)
	}
}

// apart appends the errors that err joins, or err itself where it says more than these.
func apart(all []error, err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) == 0 || err.Error() != errors.Join(joined.Unwrap()...).Error() {
		return append(all, err)
	}
	for _, one := range joined.Unwrap() {
		all = apart(all, one)
	}
	return all
}

// errReported ends a command whose messages have been printed already.
var errReported = errors.New("reported")

// usageError is a command line that makes no sense: exit status 2.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// oneLine folds an error's text, which may hold a list of causes, into one line.
func oneLine(err error) string {
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "; ")
}

func rootCommand() (*cobra.Command, error) {
	generate := generateCommand()
	root := &cobra.Command{
		Use:   "vdsgen",
		Short: "Typed Go code for HDF5 virtual datasets",
		Long: `vdsgen turns the layout of a detector's files into a typed Go package that builds and reads
its HDF5 virtual dataset. Alone it does what "vdsgen generate" does in the current folder.`,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
		Args:                       noArguments,
		RunE:                       generate.RunE,
	}
	root.Flags().AddFlagSet(generate.Flags())
	root.AddCommand(generate, initCommand(), buildCommand(), inspectCommand(), readCommand(), verifyCommand(), whereCommand(), relocateCommand(), drawCommand(), breakingCommand(), explainCommand(), schemaCommand(), completionCommand())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v; see %s --help", err, cmd.CommandPath())
	})
	return root, addCompletions(root)
}

// noArguments refuses words after the bare command: they are a mistyped subcommand, or patterns that
// belong to generate.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "see vdsgen --help"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = fmt.Sprintf("did you mean %q?", near[0])
	}
	return usagef("unknown command %q; %s", args[0], hint)
}

// arguments is a check of the number of arguments, whose names the usage line gives.
func arguments(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || most >= 0 && len(args) > most {
			return usagef("wrong number of arguments; usage: %s", cmd.UseLine())
		}
		return nil
	}
}
