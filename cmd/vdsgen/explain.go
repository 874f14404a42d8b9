package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vdsgen/vdsgen/gen"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "explain CODE",
		Short:   "Explain an error code, with an example and its mend",
		Example: "  vdsgen explain VDS012",
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, ok := gen.Explain(args[0])
			if !ok {
				return fmt.Errorf("%s: there is no such code", args[0])
			}
			_, err := fmt.Fprint(cmd.OutOrStdout(), text)
			return err
		},
	}
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
