package main

import (
	"fmt"

	"github.com/spf13/cobra"

	vds "github.com/vdsgen/vdsgen/runtime"
)

func relocateCommand() *cobra.Command {
	var r vds.Relocation
	cmd := &cobra.Command{
		Use:   "relocate FILE --from OLD --to NEW",
		Short: "Give the sources of virtual datasets the names that they have after a move",
		Long: `Relocate replaces the beginning of the names of source files in all virtual datasets of a file: OLD is a folder or a file,
as names in the file begin (vdsgen inspect shows them), and NEW takes its place. An empty OLD stands for all relative names, an empty NEW for the folder of FILE.

The file is changed in place, each dataset by one small write, so that a crash leaves all its old names or all its new ones; with -o a
changed copy is written and FILE stays as it is. Sources are not looked for: vdsgen verify does that.`,
		Example: `  vdsgen relocate scan_vds.h5 --from /dls/i03/data --to /archive/i03
  vdsgen relocate scan_vds.h5 --from /dls/i03/data/scan7 --to '' -o portable_vds.h5
  vdsgen relocate scan_vds.h5 --from '' --to raw --dry-run`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("from") || !cmd.Flags().Changed("to") {
				return usagef("relocate needs --from OLD and --to NEW; usage: %s", cmd.UseLine())
			}
			done, err := vds.Relocate(cmd.Context(), args[0], r)
			if err != nil {
				return err
			}
			if len(done.Datasets)+len(done.Links) == 0 {
				return fmt.Errorf("%s: no name of a source begins with %q; vdsgen inspect %s shows them", args[0], r.From, args[0])
			}
			if !r.DryRun {
				return nil
			}
			return printRelocated(cmd, args[0], done)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&r.From, "from", "", "`folder` or file with which names begin now")
	flags.StringVar(&r.To, "to", "", "`folder` or file that takes its place")
	flags.StringVarP(&r.Copy, "output", "o", "", "write a changed copy to this `file`")
	flags.BoolVar(&r.Links, "links", false, "change the files of external links, too")
	flags.BoolVar(&r.DryRun, "dry-run", false, "only show which names would change")
	return cmd
}

func printRelocated(cmd *cobra.Command, file string, done *vds.Relocated) error {
	out := cmd.OutOrStdout()
	for _, d := range done.Datasets {
		if _, err := fmt.Fprintf(out, "%s:%s: %d mappings\n", file, d.Path, d.Mappings); err != nil {
			return err
		}
		for _, f := range d.Files {
			fmt.Fprintf(out, "  %s → %s\n", f.Old, f.New)
		}
	}
	for _, f := range done.Links {
		fmt.Fprintf(out, "external links to %s → %s\n", f.Old, f.New)
	}
	return nil
}
