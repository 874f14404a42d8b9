package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/vdsgen/vdsgen/gen"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

var update = flag.Bool("update", false, "write docs/cli.md and docs/errors.md anew")

const cliIntroduction = `# The command

This page is what ` + "`vdsgen --help`" + ` and ` + "`vdsgen COMMAND --help`" + ` say.

Results go to standard output, messages to standard error. The exit status is 0 when all is fine, 1 when the answer is no (a bad
layout, drift, a breaking change, failed verification, unreadable data), 2 when the command line makes no sense, and 130 when it was interrupted.

`

// docs/cli.md is made of the command's own help; go test -run TestCLIReference -update writes it anew.
func TestCLIReference(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(cliIntroduction)
	root := newRoot(t)
	root.InitDefaultHelpFlag()
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() {
			fmt.Fprintf(&b, "- [%s](#%s): %s\n", cmd.CommandPath(), strings.ReplaceAll(cmd.CommandPath(), " ", "-"), lowerFirst(cmd.Short))
		}
	}
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() {
			section(&b, cmd)
		}
	}
	reference(t, "cli.md", b.Bytes())
}

// docs/errors.md is what vdsgen explain says of each code; go test -run TestErrorReference -update writes it anew.
func TestErrorReference(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("# Error codes\n\nThis page is what `vdsgen explain` says of each code that findings about layouts carry. The examples are tested: each gives\n" +
		"its code, and gives none when it is mended. Where an example shows a part of a layout only, it stands in this one:\n\n```yaml\n" + gen.ExampleLayout() + "```\n")
	for _, code := range gen.Codes() {
		text, _ := gen.Explain(code)
		title, rest, _ := strings.Cut(text, "\n")
		fmt.Fprintf(&b, "\n## %s\n%s", title, fenced(rest))
	}
	reference(t, "errors.md", b.Bytes())
}

// fenced puts indented parts of a text between fences.
func fenced(text string) string {
	var b strings.Builder
	inside := false
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		code := strings.HasPrefix(line, "    ") || inside && line == "\n" && i+1 < len(lines) && strings.HasPrefix(lines[i+1], "    ")
		if code != inside {
			b.WriteString("```\n")
			inside = code
		}
		b.WriteString(strings.TrimPrefix(line, "    "))
	}
	if inside {
		b.WriteString("```\n")
	}
	return b.String()
}

// reference compares a page of docs with what it is made from, or writes it.
func reference(t *testing.T, name string, want []byte) {
	t.Helper()
	path := filepath.Join(oracle.ModuleRoot(), "docs", name)
	if *update {
		if err := os.WriteFile(path, want, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("docs/%s is not what the command says: go test ./cmd/vdsgen -run Reference -update writes it anew", name)
	}
}

func newRoot(t *testing.T) *cobra.Command {
	t.Helper()
	root, err := rootCommand()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// section writes what one subcommand says of itself.
func section(b *bytes.Buffer, cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	fmt.Fprintf(b, "\n## %s\n\n%s.\n", cmd.CommandPath(), cmd.Short)
	fmt.Fprintf(b, "\n```\n%s\n```\n", cmd.UseLine())
	if cmd.Long != "" {
		for _, paragraph := range strings.Split(cmd.Long, "\n\n") {
			if strings.HasPrefix(paragraph, "  ") {
				fmt.Fprintf(b, "\n```\n%s\n```\n", paragraph)
				continue
			}
			fmt.Fprintf(b, "\n%s\n", markdown(paragraph))
		}
	}
	if cmd.Example != "" {
		fmt.Fprintf(b, "\nExamples:\n\n```sh\n%s\n```\n", unindent(cmd.Example))
	}
	if flags := strings.TrimRight(cmd.LocalFlags().FlagUsages(), "\n"); flags != "" {
		fmt.Fprintf(b, "\nFlags:\n\n```\n%s\n```\n", flags)
	}
}

// markdown keeps what would be markup in Markdown as it is.
func markdown(s string) string {
	return strings.NewReplacer("*", `\*`, "_", `\_`, "<", "&lt;").Replace(s)
}

func unindent(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "  ")
	}
	return strings.Join(lines, "\n")
}

// Every subcommand and flag says what it is for, in the same form.
func TestHelpTexts(t *testing.T) {
	for _, cmd := range newRoot(t).Commands() {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") || cmd.Short[:1] != strings.ToUpper(cmd.Short[:1]) {
			t.Errorf("%s: short text %q", cmd.Name(), cmd.Short)
		}
		for line := range strings.Lines(cmd.LocalFlags().FlagUsages()) {
			if fields := strings.Fields(line); len(fields) < 3 {
				t.Errorf("%s: a flag without a text: %s", cmd.Name(), line)
			}
		}
	}
}
