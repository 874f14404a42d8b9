package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vdsgen/vdsgen/gen"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [CODE]",
		Short: "Explain an error code, with an example and its mend",
		Long:  "Explain says what the rule behind an error code is, and shows a layout that breaks it and the same mended. Without a code it lists all.",
		Example: `  vdsgen explain VDS012
  vdsgen explain 12`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listCodes(cmd.OutOrStdout())
			}
			text, ok := gen.Explain(args[0])
			if !ok {
				return fmt.Errorf("%s: there is no such code; vdsgen explain lists all", args[0])
			}
			_, err := fmt.Fprint(cmd.OutOrStdout(), text)
			return err
		},
	}
}

// listCodes prints every code with its title.
func listCodes(w io.Writer) error {
	for _, code := range gen.Codes() {
		text, _ := gen.Explain(code)
		title, _, _ := strings.Cut(text, "\n")
		if _, err := fmt.Fprintln(w, title); err != nil {
			return err
		}
	}
	return nil
}

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of layouts, for editors",
		Args:  arguments(0, 0),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, err := cmd.OutOrStdout().Write(gen.JSONSchema())
			return err
		},
	}
}
