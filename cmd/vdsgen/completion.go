package main

import (
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vdsgen/vdsgen/examples/generated"
	"github.com/vdsgen/vdsgen/gen"
	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/hdf5"
)

// The endings of file names that completion offers.
var (
	hdf5Endings   = []string{"h5", "hdf5", "hdf", "he5", "nxs", "cxi"}
	layoutEndings = []string{"yaml", "yml", "go"}
)

func completionCommand() *cobra.Command {
	write := map[string]func(root *cobra.Command, w io.Writer) error{
		"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"zsh":        (*cobra.Command).GenZshCompletion,
		"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
		"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
	}
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a script that completes command lines in a shell",
		Long: `Completion prints a script for a shell. With it the shell completes subcommands and flags, schema and HDF5 files, the
datasets inside a file, and the parameters of a layout.`,
		Example: `  source <(vdsgen completion bash)                                   # now; or for good:
  vdsgen completion bash > /etc/bash_completion.d/vdsgen
  vdsgen completion zsh > "${fpath[1]}/_vdsgen"
  vdsgen completion fish > ~/.config/fish/completions/vdsgen.fish`,
		Args:      arguments(1, 1),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			f, ok := write[args[0]]
			if !ok {
				return usagef("completion is for %s, not %q", strings.Join(shells, ", "), args[0])
			}
			return f(cmd.Root(), cmd.OutOrStdout())
		},
	}
}

// completer offers words for what is being typed; done are the arguments before it.
type completer = func(cmd *cobra.Command, done []string, typed string) ([]string, cobra.ShellCompDirective)

// addCompletions says what the arguments and flags of each subcommand can be.
func addCompletions(root *cobra.Command) error {
	arguments := map[string]completer{
		"generate": endings(-1, layoutEndings...),
		"build":    endings(1, layoutEndings...),
		"draw":     endings(1, append(slices.Clone(layoutEndings), hdf5Endings...)...),
		"breaking": endings(1, layoutEndings...),
		"init":     folders,
		"inspect":  fileAndDataset,
		"read":     fileAndDataset,
		"where":    fileAndDataset,
		"verify":   endings(1, hdf5Endings...),
		"relocate": endings(1, hdf5Endings...),
		"explain":  codes,
	}
	flags := map[string]completer{
		"param":        parameters,
		"layout":       layoutNames,
		"dataset":      datasetsOf,
		"like":         exampleNames,
		"from":         startingPoints,
		"to":           folders,
		"format":       words("npy", "json", "csv", "raw"),
		"missing":      words("error", "absent", "fill"),
		"view":         words("last", "first"),
		"error-format": words(gen.FormatText, gen.FormatJSON, gen.FormatGitHub),
		"prefix":       folders,
		"root":         folders,
	}
	for _, cmd := range append(root.Commands(), root) {
		if f, ok := arguments[cmd.Name()]; ok && cmd.ValidArgsFunction == nil {
			cmd.ValidArgsFunction = f
		}
		for name, f := range flags {
			if cmd.Flags().Lookup(name) == nil {
				continue
			}
			if _, there := cmd.GetFlagCompletionFunc(name); there {
				continue
			}
			if err := cmd.RegisterFlagCompletionFunc(name, f); err != nil {
				return fmt.Errorf("completion of %s --%s: %w", cmd.CommandPath(), name, err)
			}
		}
	}
	return nil
}

// words offers the same words always.
func words(list ...string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return list, cobra.ShellCompDirectiveNoFileComp
	}
}

// endings offers files with these endings, for as many arguments; -1 is any number.
func endings(most int, list ...string) completer {
	return func(_ *cobra.Command, done []string, _ string) ([]string, cobra.ShellCompDirective) {
		if most >= 0 && len(done) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return list, cobra.ShellCompDirectiveFilterFileExt
	}
}

func folders(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// startingPoints offers HDF5 files for init, and for relocate the folders that the names of sources in its file begin with.
func startingPoints(cmd *cobra.Command, done []string, _ string) ([]string, cobra.ShellCompDirective) {
	if cmd.Name() != "relocate" {
		return hdf5Endings, cobra.ShellCompDirectiveFilterFileExt
	}
	if len(done) == 0 {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return sourceFolders(done[0]), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// sourceFolders lists the folders of the sources of all virtual datasets of a file, and the folders that these are in.
func sourceFolders(name string) []string {
	f, err := hdf5.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	seen := map[string]bool{}
	// As for datasets, what was found before an error is offered.
	_ = walkDatasets(f, func(d *hdf5.Dataset) bool {
		if d.Layout() != hdf5.Virtual {
			return true
		}
		mappings, err := d.VirtualMappings()
		if err != nil {
			return true
		}
		for i := 0; i < mappings.Len() && len(seen) < maxOffered; i++ {
			for dir := path.Dir(mappings.File(i)); dir != "." && dir != "/" && !seen[dir]; dir = path.Dir(dir) {
				seen[dir] = true
			}
		}
		return len(seen) < maxOffered
	})
	return slices.Sorted(maps.Keys(seen))
}

// fileAndDataset offers HDF5 files, and then the datasets of the one that was named.
func fileAndDataset(_ *cobra.Command, done []string, typed string) ([]string, cobra.ShellCompDirective) {
	switch len(done) {
	case 0:
		return hdf5Endings, cobra.ShellCompDirectiveFilterFileExt
	case 1:
		return datasetPaths(done[0], typed, func(*hdf5.Dataset) bool { return true }), cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// datasetsOf offers the virtual datasets of the file or layout that was named.
func datasetsOf(cmd *cobra.Command, done []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(done) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	if isFile, err := isHDF5(done[0]); err == nil && isFile {
		return datasetPaths(done[0], typed, func(d *hdf5.Dataset) bool { return d.Layout() == hdf5.Virtual }), cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, l := range layoutsOf(cmd, done) {
		for _, v := range l.Virtual {
			out = append(out, v.Path)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// maxOffered bounds the words that are offered.
const maxOffered = 1000

// datasetPaths lists the datasets of a file that begin with what is typed, with their shapes.
func datasetPaths(name, typed string, take func(*hdf5.Dataset) bool) []string {
	f, err := hdf5.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	var out []string
	prefix := "/" + strings.TrimPrefix(typed, "/")
	// What was found before an error is offered: a shell has no place for messages.
	_ = walkDatasets(f, func(d *hdf5.Dataset) bool {
		if strings.HasPrefix(d.Path(), prefix) && take(d) {
			out = append(out, fmt.Sprintf("%s\t%s %v", d.Path(), d.Datatype(), d.Shape()))
		}
		return len(out) < maxOffered
	})
	return out
}

// layoutsOf loads the layouts that the first argument names; none where it is wrong.
func layoutsOf(cmd *cobra.Command, done []string) []*model.Layout {
	if len(done) == 0 {
		done = []string{"."}
	}
	layouts, err := gen.LoadLayouts(cmd.Context(), ".", done[0])
	if err != nil {
		return nil
	}
	return layouts
}

// parameters offers the parameters of the layouts as name=, with what they mean.
func parameters(cmd *cobra.Command, done []string, _ string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, l := range layoutsOf(cmd, done) {
		for _, p := range l.Params {
			out = append(out, fmt.Sprintf("%s=\t%s", p.Name, strings.TrimSpace(p.Kind.String()+" "+oneLine(fmt.Errorf("%s", p.Doc)))))
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

func layoutNames(cmd *cobra.Command, done []string, _ string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, l := range layoutsOf(cmd, done) {
		out = append(out, l.Name.Name)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func exampleNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	examples, err := generated.Examples()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var out []string
	for _, e := range examples {
		out = append(out, e.Name+"\t"+summary(e))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// codes offers the codes of findings with their titles.
func codes(_ *cobra.Command, done []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(done) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, code := range gen.Codes() {
		text, _ := gen.Explain(code)
		title, _, _ := strings.Cut(strings.TrimPrefix(text, code+": "), "\n")
		out = append(out, code+"\t"+title)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
