package main

import (
	"fmt"

	"github.com/spf13/cobra"

	vds "github.com/vdsgen/vdsgen/runtime"
)

func verifyCommand() *cobra.Command {
	var flags readFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check that every source of the file's virtual datasets is there and is what its mapping needs",
		Long: `Verify opens every source of the virtual datasets of a file and checks that it is there and is what its mapping needs, and that
no mappings overlap. No element is read. Each problem is a line, and with any the exit status is 1.

With --missing absent a source that does not exist is no problem, with --missing fill nor is one that cannot be opened or is too
short: the line of the dataset then says how many of its sources read as fill. With --gap a numbered series is looked at beyond files
that are missing; these are problems unless --missing says otherwise, although read fills them.`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := flags.options()
			if err != nil {
				return err
			}
			f, err := vds.Open(cmd.Context(), args[0], opts...)
			if err != nil {
				return err
			}
			defer f.Close()
			report, err := f.Verify(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				err = printReport(cmd.OutOrStdout(), report)
			} else {
				_, err = fmt.Fprint(cmd.OutOrStdout(), report)
			}
			if err != nil {
				return err
			}
			switch n := len(report.Problems()); n {
			case 0:
				return nil
			case 1:
				return fmt.Errorf("%s: 1 problem", args[0])
			default:
				return fmt.Errorf("%s: %d problems", args[0], n)
			}
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, as docs/verify-json.md describes it")
	flags.register(cmd)
	return cmd
}
