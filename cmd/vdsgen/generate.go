package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/vdsgen/vdsgen/gen"
)

func generateCommand() *cobra.Command {
	var config gen.Config
	var diff bool
	var errorFormat string
	cmd := &cobra.Command{
		Use:   "generate [PATTERN|SCHEMA…]",
		Short: "Write the typed code of layouts, beside them",
		Long: `Generate reads the layouts that the patterns name (annotated Go structs and YAML schemas; ./... is a folder
and all below it, nothing is the current folder) and writes layout_vds.go beside each layout.yaml, and detector_vds.go beside
each detector.go. All layouts are checked and all code is type-checked before anything is written; what is up to date is
not touched.`,
		Example: `  vdsgen generate ./...
  vdsgen generate --check ./...        # for CI: exit status 1 where something is missing, stale or orphaned
  vdsgen generate -o - layout.yaml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			config.Patterns = args
			config.Stdout = cmd.OutOrStdout()
			config.Check = config.Check || diff
			return generate(cmd, config, errorFormat, diff)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&config.Check, "check", false, "write nothing, and fail where something would be written")
	f.BoolVar(&diff, "diff", false, "like --check, and show the differences")
	f.StringVarP(&config.Output, "output", "o", "", "`file` for the code of the one layout file named; - is standard output")
	f.StringVar(&errorFormat, "error-format", gen.FormatText, "how findings are printed: text, json or github")
	return cmd
}

func generate(cmd *cobra.Command, config gen.Config, errorFormat string, diff bool) error {
	switch errorFormat {
	case gen.FormatText, gen.FormatJSON, gen.FormatGitHub:
	default:
		return usagef("--error-format is text, json or github, not %q", errorFormat)
	}
	result, err := gen.Generate(cmd.Context(), config)
	if result != nil && len(result.Diagnostics) > 0 {
		if err := gen.WriteDiagnostics(cmd.ErrOrStderr(), errorFormat, result.Diagnostics, nil); err != nil {
			return err
		}
	}
	switch {
	case err != nil:
		return err
	case result.Diagnostics.HasErrors():
		return errReported
	case config.Check && len(result.Changes) > 0:
		return reportDrift(cmd.OutOrStdout(), cmd.ErrOrStderr(), result.Changes, diff)
	}
	return nil
}

var driftWords = map[gen.Kind]string{
	gen.Missing: "is missing",
	gen.Stale:   "is not what its layout says",
	gen.Orphan:  "has no layout any more",
}

// reportDrift says which generated files differ from what they should be.
func reportDrift(stdout, stderr io.Writer, changes []gen.Change, diff bool) error {
	for _, c := range changes {
		fmt.Fprintf(stderr, "vdsgen: %s: %s: run vdsgen generate\n", c.Path, driftWords[c.Kind])
		if !diff {
			continue
		}
		if _, err := stdout.Write(c.Diff()); err != nil {
			return err
		}
	}
	return errReported
}
